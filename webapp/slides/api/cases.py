"""Cases with their specimens. Here rather than in ``cases``, which lies below and knows no slide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.cases import services
from webapp.cases.models import Case
from webapp.cases.permissions import visible_cases
from webapp.core.api import ScopedViewSet
from webapp.core.errors import NotVisible
from webapp.core.queries import known_parameters
from webapp.slides.models import Slide, Specimen
from webapp.slides.permissions import visible_specimens
from webapp.studies.permissions import visible_studies


class SpecimenSlideSerializer(serializers.ModelSerializer[Slide]):
    """The slide a specimen lies on."""

    has_thumbnail = serializers.SerializerMethodField()

    class Meta:
        model = Slide
        fields = ("id", "name", "marker", "state", "has_thumbnail")
        read_only_fields = fields

    def get_has_thumbnail(self, slide: Slide) -> bool:
        return slide.state == Slide.State.READY


class CaseSpecimenSerializer(serializers.ModelSerializer[Specimen]):
    slide = SpecimenSlideSerializer(read_only=True)

    class Meta:
        model = Specimen
        fields = ("id", "kind", "row", "column", "is_missing", "slide")
        read_only_fields = fields


class CaseSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    study = serializers.UUIDField(source="study_id")
    code = serializers.CharField()
    withdrawn_at = serializers.DateTimeField(allow_null=True, help_text="The patient withdrew; no more is read.")
    specimens = serializers.SerializerMethodField()

    @extend_schema_field(CaseSpecimenSerializer(many=True))
    def get_specimens(self, case: Case) -> Any:
        return CaseSpecimenSerializer(self.context["specimens"].get(case.pk, []), many=True).data


class NewCaseSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=60)


class StudyCaseViews(ScopedViewSet):
    """The cases of one study."""

    visible = visible_cases
    serializer_class = CaseSerializer

    @extend_schema(operation_id="cases_list", parameters=[OpenApiParameter("search", str)])
    def list(self, request: Request, study_id: UUID) -> Response:
        demand_study(request.user, study_id)
        asked = known_parameters(request, "search")
        cases = self.get_queryset().filter(study=study_id).order_by("code")
        if "search" in asked:
            cases = cases.filter(code__icontains=asked["search"])
        return self.get_paginated_response(_shown(request.user, self.paginate_queryset(cases) or []))

    @extend_schema(operation_id="cases_create", request=NewCaseSerializer, responses={201: CaseSerializer})
    def create(self, request: Request, study_id: UUID) -> Response:
        demand_study(request.user, study_id)
        body = NewCaseSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        case = services.create_case(request.user, study_id, code=body.validated_data["code"])
        return Response(_shown(request.user, [case])[0], status.HTTP_201_CREATED)


class CaseViews(ScopedViewSet):
    """One case."""

    visible = visible_cases
    serializer_class = CaseSerializer

    @extend_schema(operation_id="cases_show", responses=CaseSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        known_parameters(request)
        return Response(_shown(request.user, [self.get_object()])[0])


def demand_study(user: Any, study_id: UUID) -> None:
    """Whether the person is a member of the study.

    Raises:
        NotVisible: they are not, or there is none.
    """
    if not visible_studies(user).filter(pk=study_id).exists():
        raise NotVisible("There is no such study, or you may not know of it.")


def _shown(user: Any, cases: Sequence[Case]) -> Any:
    specimens = defaultdict(list)
    found = visible_specimens(user).filter(case__in=[case.pk for case in cases]).select_related("slide")
    for specimen in found.order_by("slide__name", "row", "column", "id"):
        specimens[specimen.case_id].append(specimen)
    return CaseSerializer(cases, many=True, context={"specimens": specimens}).data
