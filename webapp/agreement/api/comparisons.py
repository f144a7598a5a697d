"""HTTP of the comparison: who said what of a specimen, after one's own reveal."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.agreement import services
from webapp.agreement.api.comparison_fields import AlgorithmSerializer, ComparisonSerializer
from webapp.agreement.permissions import (
    SAID,
    comparable_specimens,
    followed_specimens,
    revealable_specimens,
)
from webapp.agreement.results.comparison import Shown, algorithm_of, comparison_of
from webapp.agreement.results.shown import has_looked, loaded, shown_comparison
from webapp.blinding.permissions import own_exposures
from webapp.core.api import ScopedViewSet
from webapp.core.errors import Invalid, NotVisible
from webapp.core.queries import known_parameters
from webapp.reading.models import Reading, Round
from webapp.reading.permissions import visible_assignments
from webapp.slides.models import Specimen

STATES = ("revealed", "discordant", "decided")


class ComparisonItemSerializer(serializers.Serializer[Any]):
    """A specimen that is, or is soon, to be compared: no score."""

    specimen = serializers.UUIDField(source="pk")
    study = serializers.UUIDField(source="slide.study_id")
    case = serializers.CharField(source="case.code")
    marker = serializers.CharField(source="slide.marker")
    slide = serializers.UUIDField(source="slide_id")
    slide_name = serializers.CharField(source="slide.name")
    place = serializers.CharField(allow_null=True)
    state = serializers.SerializerMethodField()
    can_reveal = serializers.BooleanField()
    decided_at = serializers.DateTimeField(allow_null=True)

    def get_state(self, specimen: Any) -> str:
        if specimen.was_revealed:
            return "revealed"
        return "discordant" if specimen.round_state == Round.State.DISCORDANT else "decided"


class UnblindSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=services.REASON_LENGTH, allow_blank=True, default="")


class RevealedAlgorithmsSerializer(serializers.Serializer[Any]):
    algorithms = AlgorithmSerializer(many=True)


class ComparisonViews(ScopedViewSet):
    """What was said of specimens. Who has not looked yet sees that there is something to look at, no more."""

    visible = comparable_specimens
    serializer_class = ComparisonItemSerializer

    @extend_schema(
        operation_id="comparisons_list",
        parameters=[
            OpenApiParameter("study", UUID),
            OpenApiParameter("marker", str),
            OpenApiParameter("state", str, enum=STATES),
            OpenApiParameter("search", str, description="In the case's code or the slide's name."),
        ],
        responses=ComparisonItemSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        """Specimens to compare; a study's administrators see besides which are discordant and undecided."""
        asked = known_parameters(request, "study", "marker", "state", "search")
        found = _listed(request.user)
        if "study" in asked:
            found = found.filter(slide__study=_uuid(asked["study"]))
        if "marker" in asked:
            found = found.filter(slide__marker=asked["marker"])
        if "search" in asked:
            found = found.filter(Q(case__code__icontains=asked["search"]) | Q(slide__name__icontains=asked["search"]))
        if "state" in asked:
            found = _in_state(found, asked["state"])
        ordered = found.select_related("slide", "case").order_by("slide__name", "row", "column", "pk")
        page = self.paginate_queryset(ordered)
        return self.get_paginated_response(ComparisonItemSerializer(page, many=True).data)

    @extend_schema(operation_id="comparisons_show", responses=ComparisonSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """The comparison, as far as it was revealed to this person."""
        known_parameters(request)
        specimen = self.get_queryset().select_related("slide", "case").filter(pk=pk).first()
        if specimen is None or not has_looked(request.user, specimen):
            raise NotVisible("There is no such thing, or you may not know of it.")
        return Response(_shown(request.user, specimen))

    @extend_schema(operation_id="comparisons_reveal", request=None, responses=ComparisonSerializer)
    def reveal(self, request: Request, pk: UUID) -> Response:
        """Look at everything that was said of the specimen: records the exposures."""
        return Response(_shown(request.user, services.reveal_comparison(request.user, pk)))

    @extend_schema(operation_id="comparisons_unblind", request=UnblindSerializer, responses=ComparisonSerializer)
    def unblind(self, request: Request, pk: UUID) -> Response:
        """An administrator looks before reading is over: audited with the reason, and ends their right to read it."""
        body = UnblindSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(_shown(request.user, services.unblind(request.user, pk, **body.validated_data)))


class AssignmentReadingsView(APIView):
    @extend_schema(
        operation_id="assignments_reveal_readings",
        request=None,
        responses={200: ComparisonSerializer, 409: OpenApiResponse(description="The protocol does not show them.")},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """The adjudicator looks at the readings that disagree: records the exposures. Nothing but them is shown."""
        readings = services.reveal_readings_to_adjudicator(request.user, pk)
        assignment = visible_assignments(request.user).select_related("specimen__slide", "specimen__case").get(pk=pk)
        rows = loaded(Reading.objects.filter(pk__in=[reading.pk for reading in readings]))
        shown = Shown(readings=list(rows))
        return Response(ComparisonSerializer(comparison_of(assignment.specimen, shown, _id_of(request.user))).data)


class AssignmentAlgorithmView(APIView):
    @extend_schema(
        operation_id="assignments_reveal_algorithm",
        request=None,
        responses={
            200: RevealedAlgorithmsSerializer,
            409: OpenApiResponse(description="The protocol does not show it (yet)."),
        },
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """The reader looks at what the algorithms found, where the protocol shows it: records the exposures."""
        results = services.reveal_algorithm_to_reader(request.user, pk)
        return Response(RevealedAlgorithmsSerializer({"algorithms": [algorithm_of(found) for found in results]}).data)


def _listed(user: Any) -> QuerySet[Specimen]:
    """What the list holds: what the person may look at or has looked at; for administrators also what is decided or
    discordant and not to be looked at yet."""
    known = Round.objects.filter(state__in=[Round.State.DISCORDANT, Round.State.DECIDED]).values("specimen")
    followed = Q(pk__in=followed_specimens(user)) & Q(pk__in=known)
    first = Round.objects.filter(specimen=OuterRef("pk")).order_by("series")
    revealed = own_exposures(user).filter(source__in=SAID, specimen=OuterRef("pk"))
    return Specimen.objects.filter(Q(pk__in=comparable_specimens(user)) | followed).annotate(
        round_state=Subquery(first.values("state")[:1]),
        decided_at=Subquery(first.values("decided_at")[:1]),
        was_revealed=Exists(revealed),
        can_reveal=Exists(revealable_specimens(user).filter(pk=OuterRef("pk"))),
    )


def _in_state(found: QuerySet[Specimen], state: str) -> QuerySet[Specimen]:
    if state not in STATES:
        raise Invalid("Unknown state.", fields={"state": f"One of {', '.join(STATES)}."}, code="query")
    discordant = Q(round_state=Round.State.DISCORDANT)
    conditions = {
        "revealed": Q(was_revealed=True),
        "discordant": Q(was_revealed=False) & discordant,
        "decided": Q(was_revealed=False) & ~discordant,
    }
    return found.filter(conditions[state])


def _shown(user: Any, specimen: Specimen) -> Any:
    return ComparisonSerializer(shown_comparison(user, specimen)).data


def _id_of(user: Any) -> UUID:
    person: UUID = user.pk
    return person


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid("study is an identifier (UUID).", fields={"study": "Not a UUID."}) from error
