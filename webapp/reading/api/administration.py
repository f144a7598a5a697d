"""An administrator's side of reading: giving out, following, taking back. Counts of work, never a score."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.blinding.permissions import veiled_specimens
from webapp.core.api import ScopedViewSet
from webapp.core.queries import known_parameters
from webapp.reading import services
from webapp.reading.api.worklist import one_of, uuid_of
from webapp.reading.models import Assignment, Purpose, Round
from webapp.reading.permissions import administered_assignments
from webapp.studies.models import Protocol
from webapp.studies.services import administered_study

UNREAD = (Assignment.State.WAITING, Assignment.State.DEFERRED)
#: What an administrator gives out; adjudications are taken up by adjudicators.
GIVEN_OUT = [each.value for each in Purpose if each != Purpose.ADJUDICATION]


class AskedSerializer(serializers.Serializer[Any]):
    """Which specimens go to which readers. Without marker, slides or specimens: all of the study. Of re-reads (series 2
    and on) the readers named get what they read before; of QA second reads what was chosen for one; of the
    qualification set all of it."""

    readers = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=100)
    marker = serializers.CharField(max_length=24, required=False, allow_blank=True)
    slides = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=1000)
    specimens = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=5000)
    design = serializers.ChoiceField(Protocol.Design.choices, required=False, default=Protocol.Design.BALANCED)
    cap = serializers.IntegerField(min_value=0, required=False, allow_null=True)
    purpose = serializers.ChoiceField(GIVEN_OUT, required=False, default=Purpose.PRIMARY.value)
    series = serializers.IntegerField(min_value=1, max_value=6, required=False, default=1)
    seed = serializers.IntegerField(required=False, default=0, min_value=0, max_value=2**31 - 1)

    def asked(self) -> services.Asked:
        return services.Asked(**self.validated_data)


class LoadSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="reader.pk")
    name = serializers.CharField(source="reader.display_name")
    count = serializers.IntegerField()
    held = serializers.IntegerField()
    cap = serializers.IntegerField(allow_null=True)


class UnassignableSerializer(serializers.Serializer[Any]):
    specimen = serializers.UUIDField()
    why = serializers.CharField()


class PlanSerializer(serializers.Serializer[Any]):
    specimens = serializers.SerializerMethodField(help_text="How many are given out.")
    readers = LoadSerializer(many=True, source="loads")
    unassignable = serializers.SerializerMethodField()
    per_specimen = serializers.IntegerField()

    def get_specimens(self, plan: services.Plan) -> int:
        return len(plan.given)

    @extend_schema_field(UnassignableSerializer(many=True))
    def get_unassignable(self, plan: services.Plan) -> list[dict[str, str]]:
        return [{"specimen": str(specimen), "why": why} for specimen, why in plan.unassignable.items()]


class FollowedReaderSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class AssignedSerializer(serializers.ModelSerializer[Assignment]):
    """One assignment as its administrator follows it."""

    reader = serializers.SerializerMethodField()
    series = serializers.IntegerField(source="session.series", read_only=True)
    slide_name = serializers.CharField(source="specimen.slide.name", read_only=True)
    marker = serializers.CharField(source="specimen.slide.marker", read_only=True)
    case = serializers.CharField(source="specimen.case.code", read_only=True)
    place = serializers.CharField(source="specimen.place", read_only=True, allow_null=True)
    due_at = serializers.DateTimeField(source="session.due_at", read_only=True, allow_null=True)

    class Meta:
        model = Assignment
        fields = (
            "id", "reader", "purpose", "series", "specimen", "slide_name", "marker", "case", "place", "state", "due_at",
            "ended_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(FollowedReaderSerializer)
    def get_reader(self, assignment: Assignment) -> dict[str, str]:
        return {"id": str(assignment.reader_id), "name": assignment.reader.display_name}


class WithdrawSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=services.REASON_LENGTH, allow_blank=True)


class ReassignSerializer(WithdrawSerializer):
    """``assignments``, or the ``reader`` all of whose unread first readings move."""

    assignments = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=1000, required=False)
    reader = serializers.UUIDField(required=False)
    to = serializers.UUIDField()


class ReaderProgressSerializer(FollowedReaderSerializer):
    purpose = serializers.CharField()
    series = serializers.IntegerField()
    assigned = serializers.IntegerField()
    signed = serializers.IntegerField()
    drafts = serializers.IntegerField()
    deferred = serializers.IntegerField()
    overdue = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)
    away_until = serializers.DateField(allow_null=True, help_text="The last day, of somebody who is away today.")
    last_signed_at = serializers.DateTimeField(allow_null=True)


class RoundCountsSerializer(serializers.Serializer[Any]):
    open = serializers.IntegerField()
    discordant = serializers.IntegerField()
    decided = serializers.IntegerField()
    closed = serializers.IntegerField()


class MarkerCountsSerializer(RoundCountsSerializer):
    marker = serializers.CharField()


class ProgressSerializer(serializers.Serializer[Any]):
    readers = ReaderProgressSerializer(many=True)
    rounds = RoundCountsSerializer()
    by_marker = MarkerCountsSerializer(many=True)


class PreviewView(APIView):
    @extend_schema(operation_id="allocations_preview", request=AskedSerializer, responses=PlanSerializer)
    def post(self, request: Request, study_id: UUID) -> Response:
        """What an allocation would give to whom; nothing is given."""
        administered_study(request.user, study_id)
        body = AskedSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(PlanSerializer(services.preview_allocation(request.user, study_id, body.asked())).data)


class AllocationView(APIView):
    @extend_schema(operation_id="allocations_make", request=AskedSerializer, responses={201: PlanSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        """Give the specimens to the readers."""
        administered_study(request.user, study_id)
        body = AskedSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        plan = services.allocate(request.user, study_id, body.asked())
        return Response(PlanSerializer(plan).data, status.HTTP_201_CREATED)


class AssignedViews(ScopedViewSet):
    """Who reads what in one study."""

    visible = administered_assignments
    serializer_class = AssignedSerializer

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("session", "reader", "specimen__slide", "specimen__case")

    @extend_schema(
        operation_id="assigned_list",
        parameters=[
            OpenApiParameter("reader", UUID),
            OpenApiParameter("state", str, enum=Assignment.State.values),
            OpenApiParameter("purpose", str, enum=Purpose.values),
        ],
        responses=AssignedSerializer(many=True),
    )
    def list(self, request: Request, study_id: UUID) -> Response:
        administered_study(request.user, study_id)
        asked = known_parameters(request, "reader", "state", "purpose")
        rows = self.get_queryset().filter(session__study=study_id)
        if "reader" in asked:
            rows = rows.filter(reader=uuid_of("reader", asked["reader"]))
        if "state" in asked:
            rows = rows.filter(state=one_of("state", asked["state"], tuple(Assignment.State.values)))
        if "purpose" in asked:
            rows = rows.filter(purpose=one_of("purpose", asked["purpose"], tuple(Purpose.values)))
        ordered = rows.order_by("reader__display_name", "reader", "purpose", "position", "pk")
        return self.get_paginated_response(AssignedSerializer(self.paginate_queryset(ordered), many=True).data)

    @extend_schema(operation_id="assignments_withdraw", request=WithdrawSerializer, responses=AssignedSerializer)
    def withdraw(self, request: Request, pk: UUID) -> Response:
        self.get_object()
        body = WithdrawSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        services.withdraw_assignment(request.user, pk, **body.validated_data)
        return Response(AssignedSerializer(self.get_object()).data)


class ReassignView(APIView):
    @extend_schema(
        operation_id="assignments_reassign", request=ReassignSerializer, responses=AssignedSerializer(many=True)
    )
    def post(self, request: Request, study_id: UUID) -> Response:
        """Give unread specimens of one reader to another."""
        administered_study(request.user, study_id)
        body = ReassignSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = services.reassign(request.user, study_id, **body.validated_data)
        rows = AssignedViews.visible(request.user).filter(pk__in=[each.pk for each in made])
        shown = rows.select_related("session", "reader", "specimen__slide", "specimen__case").order_by("position")
        return Response(AssignedSerializer(shown, many=True).data)


class ProgressView(APIView):
    @extend_schema(operation_id="studies_progress", responses=ProgressSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        """How far the readers are."""
        known_parameters(request)
        administered_study(request.user, study_id)
        return Response(ProgressSerializer(_progress(request.user, study_id)).data)


def _progress(user: Any, study_id: UUID) -> dict[str, Any]:
    late = Q(session__due_at__lt=timezone.now(), state__in=UNREAD)
    held = administered_assignments(user).filter(session__study=study_id).exclude(state=Assignment.State.WITHDRAWN)
    rows = list(
        held.values("reader", "reader__display_name", "purpose", "session__series", "session__due_at")
        .annotate(
            assigned=Count("pk"),
            signed=Count("pk", filter=Q(state=Assignment.State.SIGNED)),
            drafts=Count("pk", filter=Q(state=Assignment.State.WAITING) & ~Q(draft={})),
            deferred=Count("pk", filter=Q(state=Assignment.State.DEFERRED)),
            overdue=Count("pk", filter=late),
            last_signed_at=Max("ended_at", filter=Q(state=Assignment.State.SIGNED)),
        )
        .order_by("reader__display_name", "reader", "purpose", "session__series")
    )
    away = services.away(study_id, [row["reader"] for row in rows])
    rounds = Round.objects.filter(specimen__slide__study=study_id, series=1)
    rounds = rounds.exclude(specimen__in=veiled_specimens(user))
    counts: dict[str, Counter[str]] = {}
    for marker, state, count in (
        rounds.values_list("specimen__slide__marker", "state").annotate(count=Count("pk")).order_by()
    ):  # fmt: skip
        counts.setdefault(marker, Counter())[state] += count
    total: Counter[str] = sum(counts.values(), Counter())
    return {
        "readers": [
            {
                **{key: row[key] for key in ("purpose", "assigned", "signed", "drafts", "deferred", "overdue")},
                "id": row["reader"],
                "name": row["reader__display_name"],
                "series": row["session__series"],
                "due_at": row["session__due_at"],
                "away_until": away.get(row["reader"]),
                "last_signed_at": row["last_signed_at"],
            }
            for row in rows
        ],
        "rounds": {state: total[state] for state in Round.State.values},
        "by_marker": [
            {"marker": marker, **{state: found[state] for state in Round.State.values}}
            for marker, found in sorted(counts.items())
        ],
    }
