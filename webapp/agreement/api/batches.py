"""Results of a batch: looked at together, listed core by core, taken along as a table."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.agreement import services
from webapp.agreement.api.results import BINARY, Stream, private
from webapp.agreement.permissions import visible_results
from webapp.agreement.results.batches import batch_csv, qc_flags
from webapp.core.errors import Invalid, NotVisible
from webapp.core.queries import known_parameters
from webapp.runs.models import Result

#: How a table of cores may be sorted; cores without a value come last.
ORDERS = {
    "core": ("run__specimen__row", "run__specimen__column"),
    "case": ("run__specimen__case__code", "run__specimen__row", "run__specimen__column"),
    "value": (F("value").asc(nulls_last=True), "run__specimen__row", "run__specimen__column"),
    "-value": (F("value").desc(nulls_last=True), "run__specimen__row", "run__specimen__column"),
}


class BatchRevealSerializer(serializers.Serializer[Any]):
    shown = serializers.IntegerField(help_text="Results of the batch that the person has had shown by now.")


class CoreResultSerializer(serializers.ModelSerializer[Result]):
    """One core's line of the table."""

    specimen = serializers.UUIDField(source="run.specimen_id")
    row = serializers.IntegerField(source="run.specimen.row", allow_null=True)
    column = serializers.IntegerField(source="run.specimen.column", allow_null=True)
    case = serializers.CharField(source="run.specimen.case.code")
    value = serializers.FloatField(allow_null=True)
    tumour_fraction = serializers.SerializerMethodField()
    qc_flags = serializers.SerializerMethodField()

    class Meta:
        model = Result
        fields = ("run", "specimen", "row", "column", "case", "scheme", "value", "category", "scoreable", "reason",
                  "counts", "percentages", "cell_count", "tumour_fraction", "qc_flags", "seconds")  # fmt: skip
        read_only_fields = fields

    def get_tumour_fraction(self, result: Result) -> float | None:
        share: float | None = result.provenance.get("tumour_fraction")
        return share

    def get_qc_flags(self, result: Result) -> list[dict[str, str]]:
        return qc_flags(result)


class BatchRevealView(APIView):
    @extend_schema(request=None, responses=BatchRevealSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Look at every result of a batch that is there: records the exposure of each specimen, all or none."""
        return Response({"shown": services.reveal_batch(request.user, pk)})


class BatchResultsView(ListAPIView[Result]):
    """The results of a batch that the person has looked at before."""

    serializer_class = CoreResultSerializer

    @extend_schema(parameters=[OpenApiParameter("order", str, enum=sorted(ORDERS))])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.list(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Result]:
        if getattr(self, "swagger_fake_view", False):
            return Result.objects.none()
        order = known_parameters(self.request, "order").get("order", "core")
        if order not in ORDERS:
            raise Invalid(f"order is one of {', '.join(ORDERS)}; got {order[:20]!r}.", fields={"order": "Unknown."})
        return _results(self.request, self.kwargs["pk"]).order_by(*ORDERS[order], "pk")


class BatchExportView(APIView):
    @extend_schema(responses={(200, "text/csv"): BINARY})
    def get(self, request: Request, pk: UUID) -> StreamingHttpResponse:
        """The table as CSV: each score with its provenance."""
        results = list(_results(request, pk).order_by(*ORDERS["core"], "pk"))
        services.record_batch_export(request.user, results, "csv")
        response = Stream(batch_csv(results), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="research-use-only-batch-{pk}.csv"'
        return private(response)


def _results(request: Request, batch_id: UUID) -> QuerySet[Result]:
    shown = visible_results(request.user).filter(run__batch=batch_id)
    if not shown.exists():
        raise NotVisible("There is no such thing, or you may not know of it.")
    return shown.select_related("run__specimen__slide", "run__specimen__case")
