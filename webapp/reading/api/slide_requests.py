"""What readers asked the technicians for, and what was done about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.core.api import ScopedViewSet
from webapp.core.queries import known_parameters
from webapp.reading import services
from webapp.reading.api.serializers import SettleSerializer, SlideRequestSerializer
from webapp.reading.api.worklist import one_of, uuid_of
from webapp.reading.permissions import visible_slide_requests

STATES = ("open", "settled")


class SlideRequestViews(ScopedViewSet):
    """Requests for another image or another cut: the oldest first."""

    visible = visible_slide_requests
    serializer_class = SlideRequestSerializer

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("specimen__slide__study", "specimen__case", "assignment")

    @extend_schema(
        operation_id="slide_requests_list",
        parameters=[OpenApiParameter("study", UUID), OpenApiParameter("state", str, enum=STATES)],
    )
    def list(self, request: Request) -> Response:
        asked = known_parameters(request, "study", "state")
        rows = self.get_queryset().order_by("created_at", "pk")
        if "study" in asked:
            rows = rows.filter(specimen__slide__study=uuid_of("study", asked["study"]))
        if "state" in asked:
            rows = rows.filter(settled_at__isnull=one_of("state", asked["state"], STATES) == "open")
        page = self.paginate_queryset(rows)
        shown = SlideRequestSerializer(page, many=True, context={"user": request.user}).data
        return self.get_paginated_response(shown)

    @extend_schema(operation_id="slide_requests_settle", request=SettleSerializer, responses=SlideRequestSerializer)
    def settle(self, request: Request, pk: UUID) -> Response:
        self.get_object()
        body = SettleSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        services.settle_slide_request(request.user, pk, answer=body.validated_data["answer"])
        return Response(SlideRequestSerializer(self.get_object(), context={"user": request.user}).data)
