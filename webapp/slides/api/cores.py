"""The cores of a TMA slide: look for them, show and save the grid, take over another slide's map."""

from __future__ import annotations

import math
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.core.api import problem
from webapp.core.queries import known_parameters
from webapp.slides import services
from webapp.slides.api.slides import ETAG, IF_MATCH
from webapp.slides.models import CoreProposal, Slide, Specimen
from webapp.slides.services.grids import MOST_CORES, circle_of

NONE = "none"


class ProposedPlaceSerializer(serializers.Serializer[Any]):
    """A circle in level-0 px; whether tissue was seen in it."""

    row = serializers.IntegerField()
    column = serializers.IntegerField()
    x_px = serializers.FloatField()
    y_px = serializers.FloatField()
    radius_px = serializers.FloatField()
    present = serializers.BooleanField()


class MappedCoreSerializer(serializers.Serializer[Any]):
    """A core that is a case's specimen; its circle in level-0 px."""

    id = serializers.UUIDField()
    row = serializers.IntegerField()
    column = serializers.IntegerField()
    x_px = serializers.FloatField()
    y_px = serializers.FloatField()
    radius_px = serializers.FloatField()
    case = serializers.CharField(help_text="The case's code.")
    is_missing = serializers.BooleanField()


class CoresSerializer(serializers.Serializer[Any]):
    """The grid of a slide. ``state`` is none until cores were looked for or placed by hand; ``progress`` is 0 to 1."""

    state = serializers.ChoiceField([NONE, *CoreProposal.State.values])
    progress = serializers.FloatField()
    error = serializers.CharField(allow_blank=True)
    is_edited = serializers.BooleanField(help_text="A person placed or changed the proposed circles.")
    method = serializers.CharField(allow_blank=True)
    rows = serializers.IntegerField(help_text="Of the proposal.")
    columns = serializers.IntegerField(help_text="Of the proposal.")
    proposal = ProposedPlaceSerializer(many=True)
    map = MappedCoreSerializer(many=True)
    version = serializers.IntegerField(help_text="Of the slide; send it as If-Match.")


class PlaceSerializer(serializers.Serializer[Any]):
    """One place of an edited grid. ``id`` names the core it is already; without ``case`` it is a circle only."""

    id = serializers.UUIDField(required=False, allow_null=True, default=None)
    row = serializers.IntegerField()
    column = serializers.IntegerField()
    x_px = serializers.FloatField()
    y_px = serializers.FloatField()
    radius_px = serializers.FloatField()
    case = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    is_missing = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name in ("x_px", "y_px", "radius_px"):
            if not math.isfinite(attrs[name]):
                raise serializers.ValidationError({name: "A finite number of pixels."})
        return attrs


class GridSerializer(serializers.Serializer[Any]):
    cores = serializers.ListField(child=PlaceSerializer(), max_length=MOST_CORES)


class CopySerializer(serializers.Serializer[Any]):
    """``from``: the slide whose map is taken over."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {"from": serializers.UUIDField()}


def shown(slide: Slide) -> Response:
    """The slide's grid as an answer, with its version as ETag."""
    slide.refresh_from_db(fields=["version"])
    proposal = services.proposal_of(slide)
    places = proposal.cores if proposal is not None else []
    cores = Specimen.objects.filter(slide=slide, kind=Specimen.Kind.CORE).select_related("case")
    answer = {
        "state": proposal.state if proposal is not None else NONE,
        "progress": proposal.progress if proposal is not None else 0.0,
        "error": proposal.error if proposal is not None else "",
        "is_edited": proposal.is_edited if proposal is not None else False,
        "method": proposal.method if proposal is not None else "",
        "rows": max((place["row"] for place in places), default=0),
        "columns": max((place["column"] for place in places), default=0),
        "proposal": places,
        "map": [_mapped(core) for core in cores.order_by("row", "column")],
        "version": slide.version,
    }
    return Response(CoresSerializer(answer).data, headers={"ETag": f'"{slide.version}"'})


def _mapped(core: Specimen) -> dict[str, Any]:
    circle = circle_of(core)
    return {
        "id": core.pk, "row": core.row, "column": core.column, "x_px": circle.x_px, "y_px": circle.y_px,
        "radius_px": circle.radius_px, "case": core.case.code, "is_missing": core.is_missing,
    }  # fmt: skip


class DearrayView(APIView):
    """Has a slide's cores looked for; ``GET …/cores`` tells how far that is."""

    @extend_schema(operation_id="slides_dearray", request=None, responses={202: CoresSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        proposal = services.request_dearray(request.user, pk)
        answer = shown(proposal.slide)
        answer.status_code = status.HTTP_202_ACCEPTED
        return answer


class CoresView(APIView):
    """The grid of a slide: what is proposed, and which core is whose."""

    @extend_schema(operation_id="slides_cores", responses=CoresSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        slide = services.slide_with_map(request.user, pk)
        known_parameters(request)
        return shown(slide)

    @extend_schema(
        operation_id="slides_save_cores",
        parameters=[IF_MATCH],
        request=GridSerializer,
        responses={
            200: CoresSerializer,
            409: OpenApiResponse(description="A core in use would change its case, its place or be deleted."),
            412: OpenApiResponse(description="Somebody changed the slide or its map in the meantime."),
            428: OpenApiResponse(description="If-Match is missing."),
        },
    )
    def put(self, request: Request, pk: UUID) -> Response:
        services.slide_with_map(request.user, pk)
        given = request.headers.get("If-Match")
        if given is None:
            return problem(
                428, "Precondition required", "Send If-Match with the version you changed.", code="if_match_missing"
            )
        version = ETAG.fullmatch(given.strip())
        body = GridSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        places = [
            services.GridPlace(
                row=place["row"],
                column=place["column"],
                circle=services.Circle(place["x_px"], place["y_px"], place["radius_px"]),
                is_missing=place["is_missing"],
                case=place["case"],
                specimen=place["id"],
            )
            for place in body.validated_data["cores"]
        ]
        return shown(services.save_cores(request.user, pk, places, version=int(version[1]) if version else -1))


class CopyCoresView(APIView):
    """Takes over which core is whose from another slide of the same array."""

    @extend_schema(operation_id="slides_copy_cores", request=CopySerializer, responses=CoresSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        services.slide_with_map(request.user, pk)
        body = CopySerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return shown(services.copy_cores(request.user, pk, source=body.validated_data["from"]))
