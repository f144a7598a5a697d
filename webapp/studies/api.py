"""HTTP of who holds which role in a study. Studies themselves are shown by ``slides.api``, which can count what is in
them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.models import User
from webapp.core.api import ScopedViewSet
from webapp.core.errors import NotAllowed, NotVisible
from webapp.core.queries import known_parameters
from webapp.studies import services
from webapp.studies.models import Membership, Protocol, Role, Study
from webapp.studies.permissions import can_administer, listed_studies, visible_memberships


class ProtocolSerializer(serializers.ModelSerializer[Protocol]):
    frozen = serializers.SerializerMethodField()
    marker_schemes = serializers.DictField(child=serializers.CharField())
    algorithms = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Protocol
        fields = (
            "version", "readers_per_specimen", "mode", "reveal_to_readers", "marker_schemes", "algorithms", "frozen",
        )  # fmt: skip
        read_only_fields = fields

    def get_frozen(self, protocol: Protocol) -> bool:
        return protocol.frozen_at is not None


class NewProtocolSerializer(serializers.Serializer[Any]):
    readers_per_specimen = serializers.IntegerField(min_value=0, max_value=5, required=False)
    mode = serializers.ChoiceField(Protocol.Mode.choices, required=False)
    reveal_to_readers = serializers.ChoiceField(Protocol.Reveal.choices, required=False)
    marker_schemes = serializers.DictField(child=serializers.CharField(max_length=40), required=False)
    algorithms = serializers.ListField(child=serializers.CharField(max_length=64), required=False, max_length=20)


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


urlpatterns = [
    path(
        "studies/<uuid:study_id>/members",
        StudyMemberViews.as_view({"get": "list", "post": "create"}),
        name="members",
    ),
    path("members/<uuid:pk>", MemberViews.as_view({"delete": "destroy"}), name="member"),
]
