"""QA second reads and the qualification set, for a study's administrators. Grades and counts, never a score."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.core.api import ScopedViewSet
from webapp.core.queries import known_parameters
from webapp.reading import services
from webapp.reading.api.serializers import StandingSerializer
from webapp.reading.api.worklist import one_of
from webapp.reading.models import QaReview, QualificationItem
from webapp.reading.permissions import administered_qa_reviews
from webapp.reading.qualification import standing_of
from webapp.studies.models import READING_ROLES, Role
from webapp.studies.permissions import roles_of
from webapp.studies.services import administered_study


class QaReviewSerializer(serializers.ModelSerializer[QaReview]):
    """A specimen chosen for a second read, how far it is, and how the two readings compare once both are in."""

    specimen = serializers.UUIDField(source="round.specimen_id", read_only=True)
    case = serializers.CharField(source="round.specimen.case.code", read_only=True)
    slide_name = serializers.CharField(source="round.specimen.slide.name", read_only=True)
    marker = serializers.CharField(source="round.specimen.slide.marker", read_only=True)
    place = serializers.CharField(source="round.specimen.place", read_only=True, allow_null=True)

    class Meta:
        model = QaReview
        fields = ("id", "specimen", "case", "slide_name", "marker", "place", "state", "targeted", "grade", "created_at")
        read_only_fields = fields


class ChosenSerializer(serializers.Serializer[Any]):
    specimens = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=1000)


class QualificationItemSerializer(serializers.ModelSerializer[QualificationItem]):
    """One specimen of the set and what is expected of it."""

    case = serializers.CharField(source="specimen.case.code", read_only=True)
    slide_name = serializers.CharField(source="specimen.slide.name", read_only=True)
    marker = serializers.CharField(source="specimen.slide.marker", read_only=True)
    place = serializers.CharField(source="specimen.place", read_only=True, allow_null=True)

    class Meta:
        model = QualificationItem
        fields = ("specimen", "case", "slide_name", "marker", "place", "scoreable", "value", "category")
        read_only_fields = fields


class ReaderStandingSerializer(StandingSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()


class QualificationSerializer(serializers.Serializer[Any]):
    """The set, and where the protocol asks for it, how far the readers are. To administrators who read in the study
    themselves no reader is shown."""

    items = QualificationItemSerializer(many=True)
    readers = ReaderStandingSerializer(many=True)


class NewItemSerializer(serializers.Serializer[Any]):
    """``value`` as decimal text and ``category``; or ``inputs`` as a reader would enter them."""

    specimen = serializers.UUIDField()
    scoreable = serializers.BooleanField(required=False, default=True)
    value = serializers.CharField(required=False, allow_null=True, default=None, max_length=12)
    category = serializers.CharField(required=False, allow_blank=True, default="", max_length=24)
    inputs = serializers.DictField(required=False)


class NewQualificationSerializer(serializers.Serializer[Any]):
    items = NewItemSerializer(many=True)


class QaViews(ScopedViewSet):
    """The QA second reads of one study."""

    visible = administered_qa_reviews
    serializer_class = QaReviewSerializer

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("round__specimen__slide", "round__specimen__case")

    @extend_schema(
        operation_id="qa_list",
        parameters=[OpenApiParameter("state", str, enum=QaReview.State.values)],
        responses=QaReviewSerializer(many=True),
    )
    def list(self, request: Request, study_id: UUID) -> Response:
        administered_study(request.user, study_id)
        asked = known_parameters(request, "state")
        rows = self.get_queryset().filter(round__specimen__slide__study=study_id)
        if "state" in asked:
            rows = rows.filter(state=one_of("state", asked["state"], tuple(QaReview.State.values)))
        page = self.paginate_queryset(rows.order_by("-created_at", "pk"))
        return self.get_paginated_response(QaReviewSerializer(page, many=True).data)

    @extend_schema(operation_id="qa_choose", request=ChosenSerializer, responses={201: QaReviewSerializer(many=True)})
    def choose(self, request: Request, study_id: UUID) -> Response:
        administered_study(request.user, study_id)
        body = ChosenSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = services.choose_specimens_for_qa(request.user, study_id, body.validated_data["specimens"])
        rows = self.get_queryset().filter(pk__in=[review.pk for review in made]).order_by("created_at", "pk")
        return Response(QaReviewSerializer(rows, many=True).data, status.HTTP_201_CREATED)

    @extend_schema(operation_id="qa_drop", request=None, responses=QaReviewSerializer)
    def drop(self, request: Request, pk: UUID) -> Response:
        services.drop_qa(request.user, pk)
        return Response(QaReviewSerializer(self.get_object()).data)


class QualificationView(APIView):
    """The qualification set of one study."""

    @extend_schema(operation_id="qualification_show", responses=QualificationSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        known_parameters(request)
        return Response(QualificationSerializer(_qualification(request.user, study_id)).data)

    @extend_schema(
        operation_id="qualification_set", request=NewQualificationSerializer, responses=QualificationSerializer
    )
    def put(self, request: Request, study_id: UUID) -> Response:
        administered_study(request.user, study_id)
        body = NewQualificationSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        services.set_qualification(request.user, study_id, body.validated_data["items"])
        return Response(QualificationSerializer(_qualification(request.user, study_id)).data)


def _qualification(user: Any, study_id: UUID) -> dict[str, Any]:
    study = administered_study(user, study_id)
    items = QualificationItem.objects.filter(study=study_id).select_related("specimen__slide", "specimen__case")
    readers = []
    if not roles_of(user, study_id) & READING_ROLES:
        members = study.memberships.filter(role=Role.PATHOLOGIST, user__is_active=True).select_related("user")
        for membership in members.order_by("user__display_name", "user"):
            standing = standing_of(membership.user_id, study_id)
            if standing is not None:
                person = membership.user
                readers.append({"id": person.pk, "name": person.display_name, **standing.as_json()})
    ordered = items.order_by("specimen__slide__name", "specimen__row", "specimen__column", "pk")
    return {"items": ordered, "readers": readers}
