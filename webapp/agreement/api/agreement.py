"""The agreement of a study: of what the person has looked at, nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scoring.schemes import SCHEMES
from webapp.agreement import services
from webapp.agreement.api.agreement_fields import AgreementSerializer
from webapp.agreement.permissions import unseen_specimens
from webapp.agreement.results.cockpit import cockpit_of
from webapp.agreement.results.pool import Pool, load_pool
from webapp.agreement.results.standing import standing_of
from webapp.agreement.results.table import Filters, by_kind, resolved
from webapp.core.errors import Invalid, NotAllowed, NotVisible
from webapp.core.queries import known_parameters
from webapp.studies.models import READING_ROLES, Role
from webapp.studies.permissions import roles_of, visible_studies

FILTERS = ("marker", "scheme", "readers", "since", "until")
FILTER_PARAMETERS = [
    OpenApiParameter("marker", str, description="The one with the most readings if left out."),
    OpenApiParameter("scheme", str, description="The one with the most readings if left out."),
    OpenApiParameter("readers", str, description="Two of the readers listed, with a comma between them; else all."),
    OpenApiParameter("since", date, description="First day of the signatures, UTC."),
    OpenApiParameter("until", date, description="Last day of the signatures, UTC."),
]


class LeftSerializer(serializers.Serializer[Any]):
    """How many specimens are left to be shown."""

    unseen = serializers.IntegerField()


class AgreementView(APIView):
    @extend_schema(
        operation_id="studies_agreement", parameters=FILTER_PARAMETERS, responses=AgreementSerializer
    )  # fmt: skip
    def get(self, request: Request, pk: UUID) -> Response:
        """Agreement over what the person has looked at: of all readers for administrators, one's own standing for a
        reader."""
        study_id = visible_study(request, pk)
        asked = asked_filters(request)
        pool = load_pool(request.user, study_id)
        # Of plain data as the serializer describes it: to pass 5000 points through it would take longer than to count.
        return Response({**agreement_of(pool, asked), "unseen": unseen_specimens(request.user, study_id).count()})


class AgreementRevealView(APIView):
    @extend_schema(
        operation_id="studies_agreement_reveal",
        request=None,
        responses={200: LeftSerializer, 404: OpenApiResponse(description="No member of the study.")},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Look at what was said of the specimens that are over, a few hundred at a time: records the exposures. Ask
        again until none is left."""
        return Response({"unseen": services.reveal_finished(request.user, visible_study(request, pk))})


def agreement_of(pool: Pool, asked: Filters) -> dict[str, Any]:
    """The whole of what is shown, as ``AgreementSerializer`` describes it."""
    filters = resolved(pool, asked)
    kinds = by_kind(pool, filters)
    return {
        "marker": filters.marker,
        "scheme": filters.scheme,
        "pair": list(filters.pair),
        "since": filters.since,
        "until": filters.until,
        "with_names": pool.with_names,
        "markers": [{"marker": marker, "scheme": scheme} for marker, scheme in sorted(kinds)],
        "people": [{"key": person.key, "name": person.name} for person in pool.people],
        **cockpit_of(pool, filters, kinds),
        "standing": standing_of(pool, filters, kinds.get((filters.marker, filters.scheme), [])),
    }


def visible_study(request: Request, study_id: UUID) -> UUID:
    """The study's id.

    Raises:
        NotVisible: for who is no member of it.  NotAllowed: for who neither reads in it nor administers it.
    """
    if not visible_studies(request.user).filter(pk=study_id).exists():
        raise NotVisible("There is no such study, or you may not know of it.")
    if not roles_of(request.user, study_id) & {*READING_ROLES, Role.ADMINISTRATOR}:
        raise NotAllowed("Agreement is for the study's readers and administrators.", code="role_needed")
    return study_id


def asked_filters(request: Request, *more: str) -> Filters:
    """The filters of the address. Raises Invalid, naming the parameter."""
    asked = known_parameters(request, *FILTERS, *more)
    if asked.get("scheme", "") not in ("", *SCHEMES):
        raise Invalid(
            f"There is no such scheme; known are {', '.join(SCHEMES)}.", fields={"scheme": "Unknown."}, code="query"
        )
    pair: tuple[str, str] | tuple[()] = ()
    if "readers" in asked:
        keys = asked["readers"].split(",")
        if len(keys) != 2 or keys[0] == keys[1]:
            raise Invalid("Two readers are compared.", fields={"readers": "Two keys and a comma."}, code="query")
        pair = (keys[0], keys[1])
    days = {name: _day(name, asked[name]) for name in ("since", "until") if name in asked}
    return Filters(asked.get("marker", ""), asked.get("scheme", ""), pair, days.get("since"), days.get("until"))


def _day(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{name} is a day; received {text!r}.", fields={name: "YYYY-MM-DD."}, code="query") from error
