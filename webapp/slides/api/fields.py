"""Fields of view and staining batches."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.core.api import ScopedViewSet
from webapp.core.errors import NotVisible
from webapp.core.queries import known_parameters
from webapp.slides import services
from webapp.slides.api.cases import demand_study
from webapp.slides.api.serializers import FieldOfViewSerializer, StainingBatchSerializer
from webapp.slides.models import FieldOfView
from webapp.slides.permissions import visible_fields_of_view, visible_slides, visible_staining_batches

LARGEST_PX = 2**31 - 1


class NewFieldOfViewSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    purpose = serializers.ChoiceField(FieldOfView.Purpose.choices, required=False, default="analysis")
    x_px = serializers.IntegerField(min_value=0, max_value=LARGEST_PX)
    y_px = serializers.IntegerField(min_value=0, max_value=LARGEST_PX)
    width_px = serializers.IntegerField(min_value=1, max_value=LARGEST_PX)
    height_px = serializers.IntegerField(min_value=1, max_value=LARGEST_PX)
    staining_batch = serializers.UUIDField(required=False, allow_null=True, default=None)


class NewStainingBatchSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    marker = serializers.ChoiceField(services.MARKERS)
    antibody_clone = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    platform = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    protocol = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    run_date = serializers.DateField(required=False, allow_null=True, default=None)


class SlideFieldViews(ScopedViewSet):
    """The fields of view of one slide."""

    visible = visible_fields_of_view
    serializer_class = FieldOfViewSerializer

    @extend_schema(operation_id="fields_of_view_list")
    def list(self, request: Request, slide_id: UUID) -> Response:
        if not visible_slides(request.user).filter(pk=slide_id).exists():
            raise NotVisible("There is no such slide, or you may not know of it.")
        known_parameters(request)
        page = self.paginate_queryset(self.get_queryset().filter(slide=slide_id).order_by("name", "id"))
        return self.get_paginated_response(FieldOfViewSerializer(page, many=True).data)

    @extend_schema(
        operation_id="fields_of_view_create", request=NewFieldOfViewSerializer, responses={201: FieldOfViewSerializer}
    )
    def create(self, request: Request, slide_id: UUID) -> Response:
        if not visible_slides(request.user).filter(pk=slide_id).exists():
            raise NotVisible("There is no such slide, or you may not know of it.")
        body = NewFieldOfViewSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        asked = dict(body.validated_data)
        box = services.FieldBox(*(asked.pop(name) for name in ("x_px", "y_px", "width_px", "height_px")))
        field = services.create_field_of_view(request.user, slide_id, box=box, **asked)
        return Response(FieldOfViewSerializer(field).data, status.HTTP_201_CREATED)


class FieldViews(ScopedViewSet):
    """One field of view."""

    visible = visible_fields_of_view
    serializer_class = FieldOfViewSerializer

    @extend_schema(operation_id="fields_of_view_delete", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        services.delete_field_of_view(request.user, pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class BatchViews(ScopedViewSet):
    """The staining batches of one study."""

    visible = visible_staining_batches
    serializer_class = StainingBatchSerializer

    @extend_schema(operation_id="staining_batches_list")
    def list(self, request: Request, study_id: UUID) -> Response:
        demand_study(request.user, study_id)
        known_parameters(request)
        page = self.paginate_queryset(self.get_queryset().filter(study=study_id).order_by("name"))
        return self.get_paginated_response(StainingBatchSerializer(page, many=True).data)

    @extend_schema(
        operation_id="staining_batches_create",
        request=NewStainingBatchSerializer,
        responses={201: StainingBatchSerializer},
    )
    def create(self, request: Request, study_id: UUID) -> Response:
        demand_study(request.user, study_id)
        body = NewStainingBatchSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        batch = services.create_staining_batch(request.user, study_id, **body.validated_data)
        return Response(StainingBatchSerializer(batch).data, status.HTTP_201_CREATED)
