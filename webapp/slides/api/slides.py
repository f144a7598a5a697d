"""Slides of a study: list, register, show, change, retry; the inbox; thumbnails."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import parsers, serializers, status
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from webapp.core.api import Pages, ScopedViewSet, problem
from webapp.core.errors import Invalid, NotVisible
from webapp.core.queries import known_parameters
from webapp.slides import services, storage
from webapp.slides.api.cases import demand_study
from webapp.slides.api.serializers import SlideSerializer
from webapp.slides.api.uploads import SlideUploadHandler
from webapp.slides.models import Slide
from webapp.slides.permissions import visible_slides
from webapp.studies.permissions import WORKING_ROLES, studies_where

ETAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The version that was changed.",
)


class NewSlideSerializer(serializers.Serializer[Any]):
    """A slide to register: from the inbox by name, or (multipart) as an uploaded file."""

    inbox_name = serializers.CharField(max_length=255, required=False, trim_whitespace=False)
    file = serializers.FileField(required=False, allow_empty_file=False, max_length=100_000)
    marker = serializers.ChoiceField(services.MARKERS)
    name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    case_code = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    staining_batch = serializers.UUIDField(required=False, allow_null=True, default=None)
    um_per_px = serializers.DecimalField(
        max_digits=10, decimal_places=6, coerce_to_string=False, required=False, allow_null=True, default=None
    )
    tma = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("inbox_name" in attrs) == ("file" in attrs):
            raise serializers.ValidationError({"inbox_name": "Name an inbox entry, or upload a file: one of the two."})
        return attrs

    def particulars(self) -> services.Particulars:
        return services.Particulars(
            **{name: value for name, value in self.validated_data.items() if name not in {"inbox_name", "file"}}
        )


class SlideChangeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80, required=False)
    marker = serializers.ChoiceField(services.MARKERS, required=False)
    um_per_px = serializers.DecimalField(max_digits=10, decimal_places=6, required=False)
    staining_batch = serializers.UUIDField(required=False, allow_null=True)


class InboxEntrySerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    size_bytes = serializers.IntegerField()
    is_folder = serializers.BooleanField()


def shown(user: Any, slides: QuerySet[Slide] | list[Slide]) -> Any:
    """The slides in JSON, each with what this person may know of its file."""
    working_in = set(studies_where(user, WORKING_ROLES).values_list("pk", flat=True))
    return SlideSerializer(slides, many=True, context={"working_in": working_in}).data


class StudySlideViews(ScopedViewSet):
    """The slides of one study."""

    visible = visible_slides
    serializer_class = SlideSerializer
    parser_classes = [parsers.JSONParser, parsers.MultiPartParser]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        # Before anything reads the body: it goes to the slide volume, not to memory or /tmp.
        request.upload_handlers = [SlideUploadHandler(request)]
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(
        operation_id="slides_list",
        parameters=[
            OpenApiParameter("search", str),
            OpenApiParameter("marker", str, enum=services.MARKERS),
            OpenApiParameter("state", str, enum=Slide.State.values),
        ],
    )
    def list(self, request: Request, study_id: UUID) -> Response:
        demand_study(request.user, study_id)
        asked = known_parameters(request, "search", "marker", "state")
        slides = self.get_queryset().filter(study=study_id).order_by("name").prefetch_related("specimens__case")
        if "search" in asked:
            slides = slides.filter(name__icontains=asked["search"])
        for name, known in (("marker", services.MARKERS), ("state", tuple(Slide.State.values))):
            if name in asked:
                if asked[name] not in known:
                    raise Invalid(f"Unknown {name}.", fields={name: f"One of {', '.join(known)}."}, code="query")
                slides = slides.filter(**{name: asked[name]})
        return self.get_paginated_response(shown(request.user, self.paginate_queryset(slides) or []))

    @extend_schema(
        operation_id="slides_register",
        request={"application/json": NewSlideSerializer, "multipart/form-data": NewSlideSerializer},
        responses={202: SlideSerializer},
    )
    def create(self, request: Request, study_id: UUID) -> Response:
        services.may_register(request.user, study_id)
        body = NewSlideSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        file = body.validated_data.get("file")
        if file is None:
            slide = services.register_slide_from_inbox(
                request.user, study_id, inbox_name=body.validated_data["inbox_name"], particulars=body.particulars()
            )
        else:
            slide = services.register_uploaded_slide(
                request.user,
                study_id,
                taken=Path(file.temporary_file_path()),
                original_name=file.name,
                size_bytes=file.size,
                particulars=body.particulars(),
            )
        return Response(shown(request.user, [slide])[0], status.HTTP_202_ACCEPTED)


class SlideViews(ScopedViewSet):
    """One slide. ETag is its version."""

    visible = visible_slides
    serializer_class = SlideSerializer

    def get_queryset(self) -> Any:
        return super().get_queryset().prefetch_related("specimens__case")

    @extend_schema(operation_id="slides_show", responses=SlideSerializer)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        known_parameters(request)
        return self._answer(request)

    @extend_schema(
        operation_id="slides_change",
        parameters=[IF_MATCH],
        request=SlideChangeSerializer,
        responses={
            200: SlideSerializer,
            412: OpenApiResponse(description="Somebody changed it in the meantime."),
            428: OpenApiResponse(description="If-Match is missing."),
        },
    )
    def partial_update(self, request: Request, pk: UUID) -> Response:
        slide = self.get_object()
        given = request.headers.get("If-Match")
        if given is None:
            return problem(
                428, "Precondition required", "Send If-Match with the version you changed.", code="if_match_missing"
            )
        version = ETAG.fullmatch(given.strip())
        body = SlideChangeSerializer(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        unknown = sorted(set(request.data) - set(body.fields))
        if unknown:
            raise Invalid("Some fields cannot be changed.", fields=dict.fromkeys(unknown, "Cannot be changed."))
        services.change_slide(
            request.user, slide.pk, version=int(version[1]) if version else -1, changes=dict(body.validated_data)
        )
        return self._answer(request)

    @extend_schema(operation_id="slides_retry", request=None, responses=SlideSerializer)
    def retry(self, request: Request, pk: UUID) -> Response:
        services.retry_slide(request.user, pk)
        return self._answer(request)

    def _answer(self, request: Request) -> Response:
        slide = self.get_object()
        return Response(shown(request.user, [slide])[0], headers={"ETag": f'"{slide.version}"'})


class ThumbnailView(APIView):
    """A small picture of the tissue; never of the label."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        return JSONRenderer(), "application/json"  # of errors: an <img> asks for images and would get 406

    @extend_schema(operation_id="slides_thumbnail", responses={(200, "image/jpeg"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        known_parameters(request)
        slide = visible_slides(request.user).filter(pk=pk, state=Slide.State.READY).first()
        try:
            picture = storage.thumbnail_path(slide.pk).read_bytes() if slide else b""
        except FileNotFoundError:
            picture = b""
        if not picture:
            raise NotVisible("There is no such picture, or you may not know of it.")
        return HttpResponse(
            picture,
            content_type="image/jpeg",
            headers={"Cache-Control": "private, no-store", "Content-Security-Policy": "default-src 'none'; sandbox"},
        )


class InboxViews(GenericViewSet[Any]):
    """What lies in the inbox, for technicians."""

    serializer_class = InboxEntrySerializer
    pagination_class = Pages

    @extend_schema(operation_id="inbox_list", responses=InboxEntrySerializer(many=True))
    def list(self, request: Request, study_id: UUID) -> Response:
        services.may_register(request.user, study_id)
        known_parameters(request)
        page = self.paginate_queryset(services.inbox_entries())
        return self.get_paginated_response(InboxEntrySerializer(page, many=True).data)
