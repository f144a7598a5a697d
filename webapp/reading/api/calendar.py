"""Deadlines and absences of readers, for a study's administrators."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.core.api import ScopedViewSet
from webapp.core.queries import known_parameters
from webapp.reading import services
from webapp.reading.api.administration import GIVEN_OUT, FollowedReaderSerializer
from webapp.reading.models import Absence
from webapp.reading.permissions import administered_absences
from webapp.studies.services import administered_study


class DeadlineSerializer(serializers.Serializer[Any]):
    """Of everything a reader holds of one purpose and series; null for no deadline."""

    reader = serializers.UUIDField()
    purpose = serializers.ChoiceField(GIVEN_OUT)
    series = serializers.IntegerField(min_value=1, max_value=100, required=False, default=1)
    due_at = serializers.DateTimeField(allow_null=True)


class AbsenceSerializer(serializers.ModelSerializer[Absence]):
    reader = serializers.SerializerMethodField()

    class Meta:
        model = Absence
        fields = ("id", "reader", "first_day", "last_day")
        read_only_fields = fields

    @extend_schema_field(FollowedReaderSerializer)
    def get_reader(self, absence: Absence) -> dict[str, str]:
        return {"id": str(absence.reader_id), "name": absence.reader.display_name}


class NewAbsenceSerializer(serializers.Serializer[Any]):
    reader = serializers.UUIDField()
    first_day = serializers.DateField()
    last_day = serializers.DateField()


class DeadlineView(APIView):
    @extend_schema(operation_id="deadlines_set", request=DeadlineSerializer, responses=DeadlineSerializer)
    def put(self, request: Request, study_id: UUID) -> Response:
        """Set or clear a reader's deadline."""
        administered_study(request.user, study_id)
        body = DeadlineSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        services.set_deadline(request.user, study_id, **body.validated_data)
        return Response(body.data)


class AbsenceViews(ScopedViewSet):
    """Who is away, now or later."""

    visible = administered_absences
    serializer_class = AbsenceSerializer

    @extend_schema(operation_id="absences_list", responses=AbsenceSerializer(many=True))
    def list(self, request: Request, study_id: UUID) -> Response:
        known_parameters(request)
        administered_study(request.user, study_id)
        rows = self.get_queryset().filter(study=study_id, last_day__gte=timezone.now().date())
        page = self.paginate_queryset(rows.select_related("reader").order_by("first_day", "pk"))
        return self.get_paginated_response(AbsenceSerializer(page, many=True).data)

    @extend_schema(operation_id="absences_record", request=NewAbsenceSerializer, responses={201: AbsenceSerializer})
    def create(self, request: Request, study_id: UUID) -> Response:
        administered_study(request.user, study_id)
        body = NewAbsenceSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        absence = services.record_absence(request.user, study_id, **body.validated_data)
        return Response(AbsenceSerializer(absence).data, status.HTTP_201_CREATED)

    @extend_schema(operation_id="absences_end", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        services.end_absence(request.user, pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
