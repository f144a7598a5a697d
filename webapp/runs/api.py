"""HTTP of runs, batches and model cards. Status and progress only: results leave through ``agreement``."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scoring.cards import CARDS, DEFAULT_METHOD, ModelCard
from webapp.core.api import ScopedViewSet
from webapp.core.errors import Invalid
from webapp.core.queries import known_parameters
from webapp.runs import services
from webapp.runs.models import Batch, Run
from webapp.runs.permissions import visible_batches, visible_runs

FILTERS = ("study", "specimen", "slide", "batch", "state")
BATCH_FILTERS = ("study", "slide")
KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key with the same request answers with the same run; with another request it is refused.",
)


class RunSerializer(serializers.ModelSerializer[Run]):
    """A run's request, status and progress."""

    slide = serializers.UUIDField(source="specimen.slide_id", read_only=True)
    has_result = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = (
            "id", "study", "specimen", "slide", "field_of_view", "region", "batch", "algorithm", "algorithm_version",
            "preset", "parameters", "state", "attempt", "progress_done", "progress_total", "phase", "error",
            "requested_by", "created_at", "started_at", "finished_at", "has_result",
        )  # fmt: skip
        read_only_fields = fields

    def get_has_result(self, run: Run) -> bool:
        return run.state == Run.State.DONE


class AskedSerializer(serializers.Serializer[Any]):
    """Which algorithm, and how."""

    algorithm = serializers.CharField(max_length=40, required=False, default="")
    version = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    preset = serializers.CharField(max_length=12, required=False, default="", allow_blank=True)
    parameters = serializers.DictField(required=False, default=dict)

    def asked(self) -> services.RunRequest:
        data = self.validated_data
        return services.RunRequest(data["algorithm"], data["version"], data["preset"], data["parameters"])


class RunRequestSerializer(AskedSerializer):
    specimen = serializers.UUIDField()
    field_of_view = serializers.UUIDField(required=False, allow_null=True, default=None)


class BatchRequestSerializer(AskedSerializer):
    specimens = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=services.BATCH_LIMIT, allow_empty=False
    )
    name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)


class BatchSerializer(serializers.ModelSerializer[Batch]):
    """A batch: what was asked, and how far the runs have come that the person may know of."""

    slide = serializers.UUIDField(source="slide_id", allow_null=True, read_only=True)
    slide_name = serializers.SerializerMethodField()
    algorithm = serializers.CharField(read_only=True)
    algorithm_version = serializers.CharField(read_only=True)
    preset = serializers.CharField(read_only=True)
    counts = serializers.SerializerMethodField(help_text="Runs by state.")
    total = serializers.IntegerField(read_only=True)
    is_active = serializers.SerializerMethodField()

    class Meta:
        model = Batch
        fields = ("id", "study", "slide", "slide_name", "name", "created_at", "algorithm", "algorithm_version",
                  "preset", "counts", "total", "is_active")  # fmt: skip
        read_only_fields = fields

    def get_slide_name(self, batch: Batch) -> str:
        return batch.slide.name if batch.slide else ""

    def get_counts(self, batch: Any) -> dict[str, int]:
        return {state: getattr(batch, f"{state}_count") for state in Run.State.values}

    def get_is_active(self, batch: Any) -> bool:
        return bool(batch.queued_count + batch.running_count)


class StartedBatchSerializer(serializers.Serializer[Any]):
    """A batch that was just asked for, with its runs in the order asked."""

    id = serializers.UUIDField()
    study = serializers.UUIDField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    runs = RunSerializer(many=True)


class RunViews(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """Runs the person may know of; technicians and administrators start and cancel them."""

    visible = visible_runs
    serializer_class = RunSerializer

    def get_queryset(self) -> QuerySet[Run]:
        runs = cast("QuerySet[Run]", super().get_queryset()).select_related("specimen")
        return _narrow(runs, self.request) if self.action == "list" else runs

    @extend_schema(
        parameters=[OpenApiParameter(name, str if name == "state" else UUID) for name in FILTERS],
        responses=RunSerializer(many=True),
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=RunRequestSerializer, responses={201: RunSerializer, 200: RunSerializer},
                   parameters=[KEY_HEADER])  # fmt: skip
    def create(self, request: Request) -> Response:
        body = RunRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        run, is_new = services.request_run(
            request.user,
            specimen_id=body.validated_data["specimen"],
            field_of_view_id=body.validated_data["field_of_view"],
            asked=body.asked(),
            idempotency_key=request.headers.get("Idempotency-Key", ""),
        )
        return Response(RunSerializer(run).data, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @extend_schema(request=None, responses=RunSerializer)
    def cancel(self, request: Request, pk: UUID) -> Response:
        return Response(RunSerializer(services.request_cancel(request.user, pk)).data)


class BatchViews(mixins.RetrieveModelMixin, ScopedViewSet):
    """Runs asked for together. A batch tells of the runs the person may know of, as if it held no others."""

    visible = visible_batches
    serializer_class = BatchSerializer

    def get_queryset(self) -> QuerySet[Batch]:
        return _counted(super().get_queryset().select_related("slide"), self.request.user)

    @extend_schema(
        parameters=[OpenApiParameter(name, UUID) for name in BATCH_FILTERS], responses=BatchSerializer(many=True)
    )
    def list(self, request: Request) -> Response:
        asked = known_parameters(request, *BATCH_FILTERS)
        batches = self.get_queryset().filter(**{name: _uuid(name, value) for name, value in asked.items()})
        page = self.paginate_queryset(batches.order_by("-created_at", "id"))
        return self.get_paginated_response(BatchSerializer(page, many=True).data)

    @extend_schema(request=BatchRequestSerializer, responses={201: StartedBatchSerializer, 200: StartedBatchSerializer},
                   parameters=[KEY_HEADER])  # fmt: skip
    def create(self, request: Request) -> Response:
        """Start one run per specimen."""
        body = BatchRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        batch, runs, is_new = services.request_batch(
            request.user,
            specimen_ids=body.validated_data["specimens"],
            asked=body.asked(),
            name=body.validated_data["name"],
            idempotency_key=request.headers.get("Idempotency-Key", ""),
        )
        started = {
            "id": batch.pk, "study": batch.study_id, "name": batch.name, "created_at": batch.created_at, "runs": runs,
        }  # fmt: skip
        return Response(StartedBatchSerializer(started).data, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @extend_schema(request=None, responses=BatchSerializer)
    def cancel(self, request: Request, pk: UUID) -> Response:
        """End what has not ended."""
        services.request_cancel_batch(request.user, pk)
        return Response(BatchSerializer(self.get_object()).data)


class ModelCardsView(APIView):
    """What can be run, with its limits: cards are no results."""

    @extend_schema(responses=OpenApiResponse(description="Model cards as data."))
    def get(self, request: Request) -> Response:
        return Response([_shown_card(card) for card in CARDS.values()])


def _shown_card(card: ModelCard) -> dict[str, Any]:
    """The card, and the schemes for which it is what a run takes when none is named."""
    return {**card.as_json(), "default_for": [card.scheme] if card.key == DEFAULT_METHOD else []}


def _narrow(runs: QuerySet[Run], request: Request) -> QuerySet[Run]:
    """Apply the filters asked for. Anything else is refused, so that no field can be asked about by guessing."""
    for name in request.query_params:
        if name not in (*FILTERS, "page", "page_size"):
            raise Invalid(f"Runs cannot be narrowed by {name[:40]!r}; use {', '.join(FILTERS)}.", code="unknown_filter")
    columns = {"study": "study", "specimen": "specimen", "slide": "specimen__slide", "batch": "batch"}
    for name, column in columns.items():
        if value := request.query_params.get(name):
            runs = runs.filter(**{column: _uuid(name, value)})
    if state := request.query_params.get("state"):
        if state not in Run.State.values:
            raise Invalid(
                f"state is one of {', '.join(Run.State.values)}; got {state[:20]!r}.", fields={"state": "Unknown."}
            )
        runs = runs.filter(state=state)
    return runs.order_by("-created_at", "id")


def _counted(batches: QuerySet[Batch], user: Any) -> QuerySet[Batch]:
    """Each batch with its runs counted by state, and with what was asked of them (the same of all)."""
    known = visible_runs(user).filter(batch=OuterRef("pk")).order_by()
    first = known.order_by("created_at", "pk")

    def count(**narrowed: str) -> Coalesce:
        counted = known.filter(**narrowed).values("batch").annotate(count=Count("pk")).values("count")
        return Coalesce(Subquery(counted, output_field=IntegerField()), 0)

    return batches.annotate(
        total=count(),
        **{f"{state}_count": count(state=state) for state in Run.State.values},
        **{name: Subquery(first.values(name)[:1]) for name in ("algorithm", "algorithm_version", "preset")},
    )


def _uuid(name: str, value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        raise Invalid(f"{name} is an identifier (UUID); got {value[:60]!r}.", fields={name: "Not a UUID."}) from error


urlpatterns = [
    path("model-cards", ModelCardsView.as_view(), name="model-cards"),
    path("runs", RunViews.as_view({"get": "list", "post": "create"}), name="runs"),
    path("runs/<uuid:pk>", RunViews.as_view({"get": "retrieve"}), name="run"),
    path("runs/<uuid:pk>/cancel", RunViews.as_view({"post": "cancel"}), name="run-cancel"),
    path("batches", BatchViews.as_view({"get": "list", "post": "create"}), name="batches"),
    path("batches/<uuid:pk>", BatchViews.as_view({"get": "retrieve"}), name="batch"),
    path("batches/<uuid:pk>/cancel", BatchViews.as_view({"post": "cancel"}), name="batch-cancel"),
]
