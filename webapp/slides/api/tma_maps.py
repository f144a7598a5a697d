"""TMA maps as CSV, plain or inside JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import parsers, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.core.errors import Invalid, TooLarge
from webapp.slides import services

LARGEST_BYTES = 4_000_000


class CsvParser(parsers.BaseParser):
    """Takes the body as UTF-8 text."""

    media_type = "text/csv"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, str]:
        body = stream.read(LARGEST_BYTES + 1)
        if len(body) > LARGEST_BYTES:
            raise TooLarge(f"A map has at most {LARGEST_BYTES // 10**6} MB.", code="too_large")
        try:
            return {"csv": body.decode("utf-8-sig")}
        except UnicodeDecodeError as error:
            raise Invalid("The map is not UTF-8 text. Save it as 'CSV UTF-8'.", code="not_utf8") from error


class TmaMapSerializer(serializers.Serializer[Any]):
    csv = serializers.CharField(trim_whitespace=False, max_length=LARGEST_BYTES)


class TmaMapAppliedSerializer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()


class TmaMapView(APIView):
    """Applies a map of cores to a slide: all of it or nothing."""

    parser_classes = [CsvParser, parsers.JSONParser]

    @extend_schema(
        operation_id="slides_apply_tma_map",
        request={"text/csv": OpenApiTypes.STR, "application/json": TmaMapSerializer},
        responses={
            200: TmaMapAppliedSerializer,
            400: OpenApiResponse(description="Nothing was applied; `lines` says why: [{line, message}]."),
        },
    )
    def post(self, request: Request, pk: UUID) -> Response:
        body = TmaMapSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        applied = services.apply_tma_map(request.user, pk, body.validated_data["csv"])
        return Response({"created": applied.created, "updated": applied.updated})
