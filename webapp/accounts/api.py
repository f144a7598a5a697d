"""HTTP of the person signed in, of their tokens and, for system administrators, of everybody's accounts."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.middleware.csrf import get_token
from django.urls import path
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts import services
from webapp.accounts.models import Token, User
from webapp.accounts.permissions import can_manage_users, visible_tokens, visible_users
from webapp.core.api import ScopedViewSet
from webapp.core.errors import NotAllowed
from webapp.core.queries import known_parameters


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself
    """How the schema speaks of personal tokens."""

    target_class = "webapp.accounts.authentication.TokenAuthentication"
    name = "personalToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Token dsk_…"}


class MeSerializer(serializers.ModelSerializer[User]):
    mfa_enabled = serializers.SerializerMethodField()
    csrf_token = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ("id", "username", "display_name", "is_system_administrator", "mfa_enabled", "csrf_token")
        read_only_fields = fields

    def get_mfa_enabled(self, user: User) -> bool:
        return bool(is_mfa_enabled(user))

    def get_csrf_token(self, _user: User) -> str:
        return get_token(self.context["request"]._request)


class MeChangeSerializer(serializers.Serializer[Any]):
    display_name = serializers.CharField(max_length=120)


class TokenSerializer(serializers.ModelSerializer[Token]):
    class Meta:
        model = Token
        fields = ("id", "name", "prefix", "created_at", "last_used_at", "expires_at")
        read_only_fields = fields


class TokenWithSecretSerializer(TokenSerializer):
    token = serializers.CharField(read_only=True, help_text="Shown now and never again.")

    class Meta:
        model = Token
        fields = ("id", "name", "prefix", "created_at", "last_used_at", "expires_at", "token")
        read_only_fields = fields


class NewTokenSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    expires_in_days = serializers.IntegerField(required=False, allow_null=True, default=None)


class PersonSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "username", "display_name", "is_active", "is_system_administrator", "last_login")
        read_only_fields = fields


class NewPersonSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=64)
    display_name = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class PersonChangeSerializer(serializers.Serializer[Any]):
    is_active = serializers.BooleanField()


def _person(request: Request) -> User:
    return cast("User", request.user)  # the permission class lets nobody else in


class MeView(APIView):
    """The person signed in."""

    @extend_schema(operation_id="me_show", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        known_parameters(request)
        return Response(MeSerializer(_person(request), context={"request": request}).data)

    @extend_schema(operation_id="me_change", request=MeChangeSerializer, responses=MeSerializer)
    def patch(self, request: Request) -> Response:
        body = MeChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user = services.change_display_name(_person(request), body.validated_data["display_name"])
        return Response(MeSerializer(user, context={"request": request}).data)


@extend_schema_view(list=extend_schema(operation_id="tokens_list"))
class TokenViews(mixins.ListModelMixin, ScopedViewSet):
    """One's own tokens."""

    visible = visible_tokens
    serializer_class = TokenSerializer

    def get_queryset(self) -> Any:
        known_parameters(self.request)
        return super().get_queryset().order_by("-created_at", "id")

    @extend_schema(operation_id="tokens_create", request=NewTokenSerializer, responses={201: TokenWithSecretSerializer})
    def create(self, request: Request) -> Response:
        body = NewTokenSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        token, secret = services.create_token(_person(request), **body.validated_data)
        return Response({**TokenSerializer(token).data, "token": secret}, status.HTTP_201_CREATED)

    @extend_schema(operation_id="tokens_revoke", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        services.revoke_token(_person(request), pk)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PersonViews(mixins.ListModelMixin, ScopedViewSet):
    """People, for system administrators."""

    visible = visible_users
    serializer_class = PersonSerializer

    def get_queryset(self) -> Any:
        if not can_manage_users(self.request.user):
            raise NotAllowed("Only system administrators see the list of people.")
        asked = known_parameters(self.request, "search")
        people = super().get_queryset().order_by("username")
        return people.filter(username__icontains=asked["search"]) if "search" in asked else people

    @extend_schema(operation_id="users_list", parameters=[OpenApiParameter("search", str)])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(operation_id="users_create", request=NewPersonSerializer, responses={201: PersonSerializer})
    def create(self, request: Request) -> Response:
        if not can_manage_users(request.user):
            raise NotAllowed("Only system administrators register people.")
        body = NewPersonSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        user = services.create_user(request.user, **body.validated_data)
        return Response(PersonSerializer(user).data, status.HTTP_201_CREATED)

    @extend_schema(operation_id="users_change", request=PersonChangeSerializer, responses=PersonSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        person = services.visible_user(request.user, pk)
        body = PersonChangeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(PersonSerializer(services.set_active(request.user, person, **body.validated_data)).data)


urlpatterns = [
    path("me", MeView.as_view(), name="me"),
    path("tokens", TokenViews.as_view({"get": "list", "post": "create"}), name="tokens"),
    path("tokens/<uuid:pk>", TokenViews.as_view({"delete": "destroy"}), name="token"),
    path("users", PersonViews.as_view({"get": "list", "post": "create"}), name="users"),
    path("users/<uuid:pk>", PersonViews.as_view({"patch": "partial_update"}), name="user"),
]
