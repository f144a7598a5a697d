"""One's own assignment: looked at, opened, drafted, put back."""

from __future__ import annotations

import re
from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.authentication import needs_password
from webapp.core.api import ScopedViewSet, problem
from webapp.core.queries import known_parameters
from webapp.reading import services
from webapp.reading.api.serializers import (
    AssignmentSerializer,
    DraftSerializer,
    NewSlideRequestSerializer,
    OpenedSerializer,
    SavedSerializer,
    SlideRequestSerializer,
    WorklistItemSerializer,
)
from webapp.reading.api.worklist import with_relations
from webapp.reading.models import Assignment
from webapp.reading.permissions import may_revise, visible_assignments, visible_readings
from webapp.slides.api.presentations import with_cookie

ETAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?', re.ASCII)
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The version that was changed."
)


class AssignmentViews(ScopedViewSet):
    """One's own assignment. ETag is the version of its draft."""

    visible = visible_assignments
    serializer_class = AssignmentSerializer

    def get_queryset(self) -> Any:
        return with_relations(super().get_queryset())

    @extend_schema(operation_id="assignments_show", responses=AssignmentSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        known_parameters(request)
        assignment = cast("Assignment", self.get_object())
        # Of two signatures the later one: the revised reading, where there is one.
        reading = (
            visible_readings(request.user)
            .filter(assignment=assignment)
            .prefetch_related("amendments")
            .order_by("-created_at")
            .first()
        )
        context = {
            "reading": reading,
            "of": visible_assignments(request.user).filter(session=assignment.session_id).count(),
            "may_revise": may_revise(request.user, assignment),
            "needs_password": needs_password(request),
        }
        shown = AssignmentSerializer(assignment, context=context).data
        return Response(shown, headers={"ETag": f'"{assignment.version}"'})

    @extend_schema(operation_id="assignments_open", request=None, responses=OpenedSerializer)
    def open(self, request: Request, pk: UUID) -> Response:
        assignment, presentation = services.open_assignment(request.user, pk)
        specimen = assignment.specimen
        place = None
        if specimen.radius_px is not None:
            place = {"x_px": specimen.center_x_px, "y_px": specimen.center_y_px, "radius_px": specimen.radius_px}
        opened = {
            "presentation": presentation,
            "place": place,
            "rotation_deg": assignment.rotation_deg,
            "flipped": assignment.flipped,
        }
        return with_cookie(Response(OpenedSerializer(opened).data), presentation)

    @extend_schema(
        operation_id="assignments_save_draft",
        parameters=[IF_MATCH],
        request=DraftSerializer,
        responses={
            200: SavedSerializer,
            412: OpenApiResponse(description="Another window saved in between; the answer holds the version."),
            428: OpenApiResponse(description="If-Match is missing."),
        },
    )
    def draft(self, request: Request, pk: UUID) -> Response:
        self.get_object()
        given = request.headers.get("If-Match")
        if given is None:
            return problem(
                428, "Precondition required", "Send If-Match with the version you changed.", code="if_match_missing"
            )
        version = ETAG.fullmatch(given.strip())
        body = DraftSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        saved = services.save_draft(
            request.user, pk, version=int(version[1]) if version else -1, draft=body.validated_data["draft"]
        )
        shown = SavedSerializer({"version": saved.version, "saved_at": saved.saved_at}).data
        return Response(shown, headers={"ETag": f'"{saved.version}"'})

    @extend_schema(operation_id="assignments_defer", request=None, responses=WorklistItemSerializer)
    def defer(self, request: Request, pk: UUID) -> Response:
        services.defer(request.user, pk)
        return Response(WorklistItemSerializer(self.get_object()).data)

    @extend_schema(operation_id="assignments_resume", request=None, responses=WorklistItemSerializer)
    def resume(self, request: Request, pk: UUID) -> Response:
        services.resume(request.user, pk)
        return Response(WorklistItemSerializer(self.get_object()).data)

    @extend_schema(
        operation_id="assignments_request_slide",
        request=NewSlideRequestSerializer,
        responses={201: SlideRequestSerializer},
    )
    def request_slide(self, request: Request, pk: UUID) -> Response:
        self.get_object()
        body = NewSlideRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = services.request_slide(request.user, pk, **body.validated_data)
        shown = SlideRequestSerializer(made, context={"user": request.user}).data
        return Response(shown, status.HTTP_201_CREATED)
