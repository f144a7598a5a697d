"""Opening a slide, and the presentation it is seen under."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.core.api import ScopedViewSet
from webapp.core.queries import known_parameters
from webapp.slides import services, tokens
from webapp.slides.api.serializers import PresentationSerializer
from webapp.slides.models import Presentation
from webapp.slides.permissions import named_presentations


class RenewedSerializer(serializers.Serializer[Any]):
    valid_for_seconds = serializers.IntegerField()


def with_cookie(response: Response, presentation: Presentation) -> Response:
    """The response, with the cookie that fetches the presentation's tiles for a minute."""
    token = tokens.issue(user_id=presentation.user_id, presentation_id=presentation.pk, slide_id=presentation.shown_as)
    response.set_cookie(value=token, **tokens.cookie(presentation.pk))
    return response


def _detailed(person: Any, presentation_id: UUID) -> Presentation:
    return (
        named_presentations(person)
        .select_related("slide")
        .prefetch_related("slide__specimens__case", "slide__fields_of_view")
        .get(pk=presentation_id)
    )


class OpenView(APIView):
    """Opens a slide: the cookie that comes with the answer fetches its tiles for a minute."""

    @extend_schema(operation_id="slides_open", request=None, responses=PresentationSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        opened = services.open_slide(request.user, pk)
        presentation = _detailed(request.user, opened.pk)
        return with_cookie(Response(PresentationSerializer(presentation).data), presentation)


class PresentationViews(ScopedViewSet):
    """One's own open presentations, but for those of reading sessions: their slides stay unnamed."""

    visible = named_presentations
    serializer_class = PresentationSerializer

    def get_queryset(self) -> Any:
        presentations = super().get_queryset().select_related("slide")
        return presentations.prefetch_related("slide__specimens__case", "slide__fields_of_view")

    @extend_schema(operation_id="presentations_show", responses=PresentationSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        known_parameters(request)
        return Response(PresentationSerializer(self.get_object()).data)


class RenewView(APIView):
    """Another minute of tiles, if the person may still see the slide."""

    @extend_schema(operation_id="presentations_renew", request=None, responses=RenewedSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        presentation = services.renew_presentation(request.user, pk)
        return with_cookie(Response({"valid_for_seconds": tokens.VALID_SECONDS}), presentation)
