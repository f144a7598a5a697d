"""Signing: a reading, its revision, an amendment; and one's own signed reading."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.accounts.authentication import confirm_password
from webapp.core.api import ScopedViewSet, problem
from webapp.core.errors import Invalid
from webapp.core.queries import known_parameters
from webapp.reading import services
from webapp.reading.api.serializers import AmendmentSerializer, ReadingSerializer
from webapp.reading.models import Reading
from webapp.reading.permissions import visible_assignments, visible_readings
from webapp.reading.scores import REASONS

KEY_HEADER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key with the same reading answers with the same reading; with another one it is refused.",
)
_REFUSALS = {
    "password_needed": "Signing asks for your password. Send it with the reading.",
    "password_wrong": "The password is not right. Nothing was signed.",
    "password_locked": "Too many wrong passwords. Wait a quarter of an hour; your draft is kept.",
}
_RESPONSES: dict[int, Any] = {403: OpenApiResponse(description="password_needed, password_wrong or password_locked.")}


class DetailsSerializer(serializers.Serializer[Any]):
    """What goes with a score."""

    confidence = serializers.ChoiceField(["low", "medium", "high"], required=False, allow_blank=True, allow_null=True)
    internal_control = serializers.ChoiceField(
        ["present", "absent", "not_seen"], required=False, allow_blank=True, allow_null=True
    )
    magnification = serializers.FloatField(required=False, allow_null=True)
    seconds_open = serializers.FloatField(required=False, allow_null=True)


class SignSerializer(serializers.Serializer[Any]):
    """A reading to be signed: ``inputs`` by the scheme, or ``scoreable`` false with a ``reason``.

    Describes the body for the schema; the score itself is judged by ``reading.scores``, in one place."""

    scoreable = serializers.BooleanField(default=True)
    reason = serializers.ChoiceField(tuple(REASONS), required=False, allow_blank=True)
    inputs = serializers.DictField(required=False)
    comment = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    details = DetailsSerializer(required=False)
    password = serializers.CharField(required=False, allow_blank=True)


class AmendSerializer(SignSerializer):
    why = serializers.CharField(max_length=400)


_TEXTS, _OBJECTS = ("comment", "password", "why"), ("details",)


def _sent(request: Request, *more: str) -> tuple[services.Signed, dict[str, str]]:
    """What is to be signed, and the texts beside it. The score is taken as it was sent: DRF's fields would take "1_0",
    true and Arabic digits for numbers."""
    body = cast("dict[str, Any]", request.data)  # the parser takes nothing but objects
    known = {*SignSerializer().fields, *more}
    wrong = dict.fromkeys([str(name)[:60] for name in body if name not in known], "Unknown.")
    wrong |= {name: "A text." for name in _TEXTS if not isinstance(body.get(name, ""), str)}
    wrong |= {name: "An object." for name in _OBJECTS if not isinstance(body.get(name, {}), dict)}
    if wrong:
        raise Invalid("Some fields are not acceptable.", fields=wrong)
    signed = services.Signed(
        {name: body[name] for name in ("scoreable", "reason", "inputs") if name in body},
        comment=body.get("comment", ""),
        details=body.get("details", {}),
        idempotency_key=request.headers.get("Idempotency-Key", ""),
    )
    return signed, {name: body.get(name, "") for name in _TEXTS}


def refused_password(request: Request, password: str) -> Response | None:
    """The answer to a signature whose password is missing or wrong; returned, not raised: what was counted stays."""
    code = confirm_password(request, password)
    if not code:
        return None
    if code == "password_locked":
        return problem(429, "Too many attempts", _REFUSALS[code], code=code)
    return problem(403, "Not allowed", _REFUSALS[code], code=code)


class SigningViews(ScopedViewSet):
    """Signing one's own assignment."""

    visible = visible_assignments
    serializer_class = ReadingSerializer

    @extend_schema(
        operation_id="assignments_sign",
        parameters=[KEY_HEADER],
        request=SignSerializer,
        responses={201: ReadingSerializer, 200: ReadingSerializer, **_RESPONSES},
    )
    def sign(self, request: Request, pk: UUID) -> Response:
        return self._sign(request, pk, stage=None)

    @extend_schema(
        operation_id="assignments_revise",
        parameters=[KEY_HEADER],
        request=SignSerializer,
        responses={201: ReadingSerializer, 200: ReadingSerializer, **_RESPONSES},
    )
    def revise(self, request: Request, pk: UUID) -> Response:
        return self._sign(request, pk, stage=Reading.Stage.REVISED)

    def _sign(self, request: Request, pk: UUID, *, stage: str | None) -> Response:
        self.get_object()  # 404 before anything is said about the body or the password
        sent, texts = _sent(request)
        if (refused := refused_password(request, texts["password"])) is not None:
            return refused
        reading, is_new = services.sign_reading(request.user, pk, sent, stage=stage)
        reading.refresh_from_db()  # as every repetition finds it, to the byte
        return Response(ReadingSerializer(reading).data, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


class ReadingViews(ScopedViewSet):
    """One's own signed readings."""

    visible = visible_readings
    serializer_class = ReadingSerializer

    @extend_schema(operation_id="readings_show", responses=ReadingSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        known_parameters(request)
        return Response(ReadingSerializer(self.get_object()).data)

    @extend_schema(
        operation_id="readings_amend", request=AmendSerializer, responses={201: AmendmentSerializer, **_RESPONSES}
    )
    def amend(self, request: Request, pk: UUID) -> Response:
        self.get_object()
        sent, texts = _sent(request, "why")
        if (refused := refused_password(request, texts["password"])) is not None:
            return refused
        amendment = services.amend_reading(request.user, pk, sent, why=texts["why"])
        return Response(AmendmentSerializer(amendment).data, status.HTTP_201_CREATED)
