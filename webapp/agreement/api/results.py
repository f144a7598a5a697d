"""The only door for results. Before one's own reveal there is nothing here, for anybody."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.agreement import services
from webapp.agreement.permissions import visible_events, visible_results
from webapp.agreement.results.cells import CELLS_LIMIT, MAX_BINS, MAX_CELLS_LIMIT, box_bytes, cells_of, density_bytes
from webapp.agreement.results.exports import EXPORTS
from webapp.agreement.results.layers import layers_of, shown_layers
from webapp.audit.models import Event
from webapp.core.errors import Invalid, NotAllowed, NotVisible
from webapp.runs.models import Result
from webapp.studies.permissions import can_administer, visible_studies

R = TypeVar("R", HttpResponse, StreamingHttpResponse)
BINARY = OpenApiResponse(OpenApiTypes.BINARY, description="Little-endian; see the field order in the description.")


class ResultSerializer(serializers.ModelSerializer[Result]):
    """What a run found, with its provenance and the box it was looked for in (level-0 px)."""

    value = serializers.FloatField(allow_null=True, read_only=True)
    bounds = serializers.SerializerMethodField()
    has_layers = serializers.SerializerMethodField()

    class Meta:
        model = Result
        fields = ("run", "scheme", "value", "category", "scoreable", "reason", "counts", "percentages", "cell_count",
                  "provenance", "seconds", "bounds", "has_layers")  # fmt: skip
        read_only_fields = fields

    def get_bounds(self, result: Result) -> dict[str, float]:
        region, slide = result.run.region, result.run.specimen.slide
        if region is None:
            return {"x": 0, "y": 0, "width": slide.width_px, "height": slide.height_px}
        return {name: region[name] for name in ("x", "y", "width", "height")}

    def get_has_layers(self, result: Result) -> bool:
        return result.layers_sha256 != ""


class LegendSerializer(serializers.Serializer[Any]):
    """What one of the overlays shows, for a legend."""

    key = serializers.CharField()
    channel = serializers.CharField()
    name = serializers.CharField()
    low = serializers.CharField(allow_blank=True)
    high = serializers.CharField(allow_blank=True)


class LayersSerializer(serializers.Serializer[Any]):
    """The grid of a result's layers. Lengths ending in ``_px`` are level-0 px; ``work_px`` are PNG pixels a side."""

    sha256 = serializers.CharField()
    origin_x_px = serializers.FloatField()
    origin_y_px = serializers.FloatField()
    tile_px = serializers.FloatField()
    work_px = serializers.IntegerField()
    columns = serializers.IntegerField()
    rows = serializers.IntegerField()
    um_per_px = serializers.FloatField()
    representation = serializers.CharField()
    tiles = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()))
    legend = LegendSerializer(many=True)


class EventSerializer(serializers.ModelSerializer[Event]):
    """An event without its number in the chain: gaps would tell of what is veiled."""

    class Meta:
        model = Event
        fields = ("at", "actor", "verb", "object_kind", "object_id", "specimen_id", "details")
        read_only_fields = fields


class RevealView(APIView):
    @extend_schema(request=None, responses=ResultSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Look at a run's result: records the exposure."""
        return Response(ResultSerializer(services.reveal(request.user, pk)).data)


class ResultView(APIView):
    @extend_schema(responses=ResultSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """A result one has looked at before."""
        return Response(ResultSerializer(_result(request, pk)).data)


class CellsView(APIView):
    @extend_schema(
        parameters=[OpenApiParameter(name, float) for name in ("x", "y", "width", "height")]
        + [OpenApiParameter("limit", int)],
        responses={(200, "application/octet-stream"): BINARY},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Cells whose centre lies in a view box: DCEL, u32 count, u32 total_in_box, f4 x[], y[], dab_od[], area_um2[],
        u1 class[], i1 tumour[], padding to 4 bytes, u2 radii[count*16]."""
        result = _result(request, pk)
        cells = cells_of(result)
        x_px, y_px, width_px, height_px = cells.bounds
        selection = cells.within(
            _number(request, "x", x_px),
            _number(request, "y", y_px),
            _number(request, "width", width_px, positive=True),
            _number(request, "height", height_px, positive=True),
            _whole(request, "limit", CELLS_LIMIT, MAX_CELLS_LIMIT),
        )
        return _binary(box_bytes(selection))


class DensityView(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("max_bins", int)], responses={(200, "application/octet-stream"): BINARY}
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Counts on a raster: DDEN, u32 rows, u32 cols, f4 bin_px, f4 origin_x_px, f4 origin_y_px,
        u4 counts[rows*cols*4] (negative, weak, moderate, strong)."""
        result = _result(request, pk)
        cells = cells_of(result)
        density = cells.density(_whole(request, "max_bins", 256, MAX_BINS))
        return _binary(density_bytes(density, *cells.bounds[:2]))


class LayersView(APIView):
    @extend_schema(responses=LayersSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Where the result's layers lie, which tiles there are, and what their channels mean."""
        layers = layers_of(_result(request, pk))
        return Response(shown_layers(layers), headers={"Cache-Control": "private, no-store"})


class LayerTileView(APIView):
    @extend_schema(
        operation_id="results_layer_tile",
        responses={(200, "image/png"): OpenApiTypes.BINARY, 304: OpenApiResponse(description="Unchanged.")},
    )
    def get(self, request: Request, pk: UUID, column: int, row: int) -> HttpResponse:
        """One tile as lossless PNG: red round(255·I_la), green 255 in nuclei, blue 255 in tumour nuclei.

        A browser may keep it, but asks each time whether it may still show it: the next person may sit there.
        """
        result = _result(request, pk)
        etag = f'"{result.layers_sha256}-{column}-{row}"'
        keep = {"ETag": etag, "Cache-Control": "private, no-cache"}
        png = layers_of(result).tile(column, row)
        if png is None:
            raise NotVisible("There is no such tile.", code="no_tile")
        if etag in request.headers.get("If-None-Match", ""):
            return HttpResponse(status=304, headers=keep)
        return HttpResponse(png, content_type="image/png", headers=keep)


class ExportView(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("as", str, required=True, enum=sorted(EXPORTS))],
        responses={(200, "application/octet-stream"): BINARY},
    )
    def get(self, request: Request, pk: UUID) -> StreamingHttpResponse:
        """The result with every cell, as a file."""
        result = _result(request, pk)
        form = request.query_params.get("as", "")
        if form not in EXPORTS:
            raise Invalid(
                f"A result is exported as {', '.join(sorted(EXPORTS))}; got {form[:20]!r}.", fields={"as": "Unknown."}
            )
        cells = cells_of(result)
        write, content_type = EXPORTS[form]
        services.record_export(request.user, result, form)
        response = Stream(write(result, cells), content_type=content_type)
        response["Content-Disposition"] = f'attachment; filename="research-use-only-{result.run_id}.{form}"'
        return private(response)


class AuditTrailView(ListAPIView[Event]):
    serializer_class = EventSerializer

    def get_queryset(self) -> QuerySet[Event]:
        if getattr(self, "swagger_fake_view", False):
            return Event.objects.none()
        study_id: UUID = self.kwargs["pk"]
        if not visible_studies(self.request.user).filter(pk=study_id).exists():
            raise Http404
        if not can_administer(self.request.user, study_id):
            raise NotAllowed("The trail of a study is for its administrators.", code="role_needed")
        return visible_events(self.request.user, study_id)


class Stream(StreamingHttpResponse):
    """Streams a plain iterator under ASGI too, a chunk at a time in a thread; Django would collect it all first."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks: Iterator[bytes] = iter(self.streaming_content)  # type: ignore[arg-type]  # plain by construction
        following: Callable[[], Any] = sync_to_async(lambda: next(chunks, None), thread_sensitive=False)
        while (chunk := await following()) is not None:
            yield chunk


def _result(request: Request, run_id: UUID) -> Result:
    shown = visible_results(request.user).select_related("run__specimen__slide", "run__specimen__case")
    return get_object_or_404(shown, run=run_id)


def _binary(content: bytes) -> HttpResponse:
    return private(HttpResponse(content, content_type="application/octet-stream"))


def private(response: R) -> R:
    response["Cache-Control"] = "private, no-store"
    return response


def _number(request: Request, name: str, default: float, *, positive: bool = False) -> float:
    text = request.query_params.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or abs(value) > 1e9 or (positive and value <= 0):
        raise Invalid(
            f"{name} is a {'positive ' if positive else ''}number of level-0 px; got {text[:40]!r}.",
            fields={name: "Not a number of px."},
        )
    return value


def _whole(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise Invalid(f"{name} is a whole number from 1 to {most}; got {text[:40]!r}.", fields={name: f"1 to {most}."})
    return int(text)
