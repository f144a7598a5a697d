"""Studies, with how much is in them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.cases.models import Case
from webapp.core.api import ScopedViewSet
from webapp.core.errors import NotAllowed, NotVisible
from webapp.core.queries import known_parameters
from webapp.slides.models import Slide
from webapp.studies import services
from webapp.studies.api import NewStudySerializer, ProtocolSerializer, is_told_of_freezing
from webapp.studies.models import Membership, Protocol, Role, Study
from webapp.studies.permissions import can_create_study, listed_studies, visible_studies


class StudySerializer(serializers.Serializer[Any]):
    """A study. To a system administrator who is no member only its name is told; the rest is empty or null."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    my_roles = serializers.ListField(child=serializers.ChoiceField(Role.choices))
    case_count = serializers.IntegerField(allow_null=True)
    slide_count = serializers.IntegerField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True, help_text="No more reading.")
    locked_at = serializers.DateTimeField(allow_null=True, help_text="The data are locked.")
    protocol = ProtocolSerializer(allow_null=True)


class StudyViews(ScopedViewSet):
    """The person's studies; system administrators list every study's name and create studies."""

    visible = visible_studies
    serializer_class = StudySerializer

    @extend_schema(
        operation_id="studies_list",
        parameters=[OpenApiParameter("search", str)],
        responses=StudySerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        asked = known_parameters(request, "search")
        studies = listed_studies(request.user).order_by("name")
        if "search" in asked:
            studies = studies.filter(name__icontains=asked["search"])
        page = self.paginate_queryset(_counted(studies, request.user))
        return self.get_paginated_response([_shown(study) for study in page or []])

    @extend_schema(operation_id="studies_create", request=NewStudySerializer, responses={201: StudySerializer})
    def create(self, request: Request) -> Response:
        if not can_create_study(request.user):
            raise NotAllowed("Only system administrators create studies.")
        body = NewStudySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        study = services.create_study(request.user, **body.validated_data)
        made = _counted(Study.objects.filter(pk=study.pk), request.user).get()
        return Response(_shown(made), status.HTTP_201_CREATED)

    @extend_schema(operation_id="studies_show", responses=StudySerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        known_parameters(request)
        study = _counted(self.get_queryset(), request.user).filter(pk=pk).first()
        if study is None:
            raise NotVisible("There is no such study, or you may not know of it.")
        return Response(_shown(study))


def _counted(studies: QuerySet[Study], user: Any) -> QuerySet[Study]:
    return studies.annotate(
        case_count=_count(Case.objects.filter(study=OuterRef("pk"))),
        slide_count=_count(Slide.objects.filter(study=OuterRef("pk"))),
    ).prefetch_related(
        Prefetch(
            "protocols",
            # One row per study: the version in force.
            queryset=Protocol.objects.order_by("study", "-version").distinct("study"),
            to_attr="in_force",
        ),
        Prefetch("memberships", queryset=Membership.objects.filter(user=user), to_attr="mine"),
    )


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("study").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _shown(study: Any) -> dict[str, Any]:
    roles = sorted(membership.role for membership in study.mine)
    is_member = bool(roles)
    in_force = study.in_force[0] if is_member and study.in_force else None
    context = {"is_told": is_told_of_freezing(roles)}
    return {
        "id": str(study.pk),
        "name": study.name,
        "description": study.description if is_member else "",
        "my_roles": roles,
        "case_count": study.case_count if is_member else None,
        "slide_count": study.slide_count if is_member else None,
        "closed_at": study.closed_at if is_member else None,
        "locked_at": study.locked_at if is_member else None,
        "protocol": ProtocolSerializer(in_force, context=context).data if in_force else None,
    }
