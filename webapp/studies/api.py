"""HTTP of who holds which role in a study, and of its protocol. Studies themselves are shown by
``slides.api``, which can count what is in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.models import User
from webapp.core.api import ScopedViewSet
from webapp.core.errors import NotAllowed, NotVisible
from webapp.core.queries import known_parameters
from webapp.studies import services
from webapp.studies.models import READING_ROLES, Membership, Protocol, Role, Study
from webapp.studies.permissions import can_administer, listed_studies, roles_of, visible_memberships


class ProtocolSerializer(serializers.ModelSerializer[Protocol]):
    """One version. That it is frozen says that somebody has begun to read: only administrators who read nothing in the
    study are told (context ``is_told``); for everybody else it is null."""

    frozen = serializers.SerializerMethodField()
    marker_schemes = serializers.DictField(child=serializers.CharField())
    algorithms = serializers.ListField(child=serializers.CharField())
    tolerances = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = Protocol
        fields = (
            "version", "created_at", "readers_per_specimen", "mode", "reveal_to_readers", "marker_schemes",
            "algorithms", "tolerances", "readings_shown_to_adjudicator", "algorithm_weight", "design", "workload_cap",
            "reading_days", "qa_share", "re_read_series", "re_reads_turned", "washout_days", "qualification_share",
            "core_rule", "frozen",
        )  # fmt: skip
        read_only_fields = fields

    def get_frozen(self, protocol: Protocol) -> bool | None:
        return protocol.frozen_at is not None if self.context.get("is_told") else None


class NewProtocolSerializer(serializers.Serializer[Any]):
    """Fields of a protocol; those left out stay as they were. Unknown ones are refused."""

    readers_per_specimen = serializers.IntegerField(min_value=0, max_value=5, required=False)
    mode = serializers.ChoiceField(Protocol.Mode.choices, required=False)
    reveal_to_readers = serializers.ChoiceField(Protocol.Reveal.choices, required=False)
    marker_schemes = serializers.DictField(child=serializers.CharField(max_length=40), required=False)
    algorithms = serializers.ListField(child=serializers.CharField(max_length=64), required=False, max_length=20)
    tolerances = serializers.DictField(child=serializers.CharField(max_length=20), required=False)
    readings_shown_to_adjudicator = serializers.BooleanField(required=False)
    algorithm_weight = serializers.DecimalField(4, 2, min_value=0, required=False)
    design = serializers.ChoiceField(Protocol.Design.choices, required=False)
    workload_cap = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False, allow_null=True)
    reading_days = serializers.IntegerField(min_value=1, max_value=3650, required=False, allow_null=True)
    qa_share = serializers.DecimalField(4, 3, min_value=0, max_value=1, required=False)
    re_read_series = serializers.IntegerField(min_value=0, max_value=5, required=False)
    re_reads_turned = serializers.BooleanField(required=False)
    washout_days = serializers.IntegerField(min_value=0, max_value=3650, required=False)
    qualification_share = serializers.DecimalField(4, 3, min_value=0, max_value=1, required=False)
    core_rule = serializers.ChoiceField(Protocol.CoreRule.choices, required=False)

    def to_internal_value(self, data: Any) -> Any:
        known = super().to_internal_value(data)
        unknown = sorted(str(name)[:40] for name in data if name not in self.fields)
        if unknown:
            raise serializers.ValidationError({name: ["Unknown."] for name in unknown})
        return known


class ProtocolVersionsSerializer(serializers.Serializer[Any]):
    """The protocol in force (null where there is none) and every version, the latest first."""

    in_force = ProtocolSerializer(allow_null=True)
    versions = ProtocolSerializer(many=True)


class NewStudySerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)
    protocol = NewProtocolSerializer(required=False)


class MemberUserSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "username", "display_name")
        read_only_fields = fields


class MemberSerializer(serializers.ModelSerializer[Membership]):
    user = MemberUserSerializer(read_only=True)

    class Meta:
        model = Membership
        fields = ("id", "user", "role")
        read_only_fields = fields


class NewMemberSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    role = serializers.ChoiceField(Role.choices)


def administered_study(user: Any, study_id: UUID) -> Study:
    """The study, for its administrators.

    Raises:
        NotVisible: the person may not know of it.  NotAllowed: they do not administer it.
    """
    study = listed_studies(user).filter(pk=study_id).first()
    if study is None:
        raise NotVisible("There is no such study, or you may not know of it.")
    if not can_administer(user, study):
        raise NotAllowed("Only the study's administrators see who is in it.")
    return study


def is_told_of_freezing(roles: Iterable[str]) -> bool:
    """Whether somebody with these roles in the study may know that reading has begun."""
    held = set(roles)
    return Role.ADMINISTRATOR in held and not held & READING_ROLES


class StudyMemberViews(mixins.ListModelMixin, ScopedViewSet):
    """Members of one study, for its administrators."""

    visible = visible_memberships
    serializer_class = MemberSerializer

    def get_queryset(self) -> Any:
        study = administered_study(self.request.user, self.kwargs["study_id"])
        known_parameters(self.request)
        return super().get_queryset().filter(study=study).select_related("user").order_by("user__username", "role")

    @extend_schema(operation_id="members_list")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(operation_id="members_grant", request=NewMemberSerializer, responses={201: MemberSerializer})
    def create(self, request: Request, study_id: UUID) -> Response:
        if not listed_studies(request.user).filter(pk=study_id).exists():
            raise NotVisible("There is no such study, or you may not know of it.")
        body = NewMemberSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        membership = services.grant_membership_by_name(request.user, study_id, **body.validated_data)
        return Response(MemberSerializer(membership).data, status.HTTP_201_CREATED)


class MemberViews(ScopedViewSet):
    """One membership."""

    visible = visible_memberships
    serializer_class = MemberSerializer

    @extend_schema(operation_id="members_revoke", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        services.revoke_membership(request.user, pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class StudyProtocolView(APIView):
    """The versions of a study's protocol, for its administrators."""

    @extend_schema(operation_id="protocols_show", responses=ProtocolVersionsSerializer)
    def get(self, request: Request, study_id: UUID) -> Response:
        known_parameters(request)
        study = services.administered_study(request.user, study_id)
        versions = list(Protocol.objects.filter(study=study).order_by("-version"))
        shown = {"in_force": versions[0] if versions else None, "versions": versions}
        return Response(ProtocolVersionsSerializer(shown, context=_told(request, study_id)).data)

    @extend_schema(operation_id="protocols_create", request=NewProtocolSerializer, responses={201: ProtocolSerializer})
    def post(self, request: Request, study_id: UUID) -> Response:
        study = services.administered_study(request.user, study_id)
        body = NewProtocolSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = services.new_protocol_version(request.user, study, **body.validated_data)
        return Response(ProtocolSerializer(made, context=_told(request, study_id)).data, status.HTTP_201_CREATED)


class StudyStateSerializer(serializers.ModelSerializer[Study]):
    class Meta:
        model = Study
        fields = ("id", "closed_at", "locked_at")
        read_only_fields = fields


class CloseView(APIView):
    @extend_schema(operation_id="studies_close", request=None, responses=StudyStateSerializer)
    def post(self, request: Request, study_id: UUID) -> Response:
        """End reading; what is there stays, and the study may be opened again."""
        return Response(StudyStateSerializer(services.close_study(request.user, study_id)).data)


class ReopenView(APIView):
    @extend_schema(operation_id="studies_reopen", request=None, responses=StudyStateSerializer)
    def post(self, request: Request, study_id: UUID) -> Response:
        """Let reading go on."""
        return Response(StudyStateSerializer(services.reopen_study(request.user, study_id)).data)


def _told(request: Request, study_id: UUID) -> dict[str, bool]:
    return {"is_told": is_told_of_freezing(roles_of(request.user, study_id))}


urlpatterns = [
    path("studies/<uuid:study_id>/protocol", StudyProtocolView.as_view(), name="protocol"),
    path("studies/<uuid:study_id>/close", CloseView.as_view(), name="study-close"),
    path("studies/<uuid:study_id>/reopen", ReopenView.as_view(), name="study-reopen"),
    path(
        "studies/<uuid:study_id>/members",
        StudyMemberViews.as_view({"get": "list", "post": "create"}),
        name="members",
    ),
    path("members/<uuid:pk>", MemberViews.as_view({"delete": "destroy"}), name="member"),
]
