"""The adjudicator's queue: discordant specimens of which they know nothing yet."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from webapp.core.api import ScopedViewSet
from webapp.core.queries import known_parameters
from webapp.reading import services
from webapp.reading.api.serializers import WaitingRoundSerializer, WorklistItemSerializer
from webapp.reading.api.worklist import uuid_of, with_relations
from webapp.reading.permissions import adjudicable_rounds, visible_assignments


class AdjudicationViews(ScopedViewSet):
    """Rounds the person may take up. In the order of their random ids: it tells nothing of when anybody read."""

    visible = adjudicable_rounds
    serializer_class = WaitingRoundSerializer

    @extend_schema(operation_id="adjudications_list", parameters=[OpenApiParameter("study", UUID)])
    def list(self, request: Request) -> Response:
        asked = known_parameters(request, "study")
        rounds = self.get_queryset().select_related("specimen__slide__study").order_by("pk")
        if "study" in asked:
            rounds = rounds.filter(specimen__slide__study=uuid_of("study", asked["study"]))
        return self.get_paginated_response(WaitingRoundSerializer(self.paginate_queryset(rounds), many=True).data)

    @extend_schema(operation_id="adjudications_claim", request=None, responses={201: WorklistItemSerializer})
    def claim(self, request: Request, pk: UUID) -> Response:
        taken = services.claim_adjudication(request.user, pk)
        item = with_relations(visible_assignments(request.user)).get(pk=taken.pk)
        return Response(WorklistItemSerializer(item).data, status.HTTP_201_CREATED)
