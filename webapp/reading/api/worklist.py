"""The worklist: a person's own assignments, and how many there are of each kind."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.core.api import ScopedViewSet
from webapp.core.errors import Invalid
from webapp.core.queries import known_parameters
from webapp.reading.api.serializers import (
    DEFERRED,
    DRAFT,
    LIST_STATES,
    PURPOSES,
    SIGNED,
    TO_READ,
    CountsSerializer,
    WorklistItemSerializer,
)
from webapp.reading.models import Assignment, Purpose
from webapp.reading.permissions import adjudicable_rounds, visible_assignments
from webapp.reading.qualification import own_standing
from webapp.slides.services import MARKERS

_WAITING, _DEFERRED, _SIGNED = Assignment.State.WAITING, Assignment.State.DEFERRED, Assignment.State.SIGNED
_UNREAD = Q(state__in=[_WAITING, _DEFERRED])
_IN_STATE = {
    TO_READ: Q(state=_WAITING, draft={}),
    DRAFT: Q(state=_WAITING) & ~Q(draft={}),
    DEFERRED: Q(state=_DEFERRED),
    SIGNED: Q(state=_SIGNED),
}
#: What is to be read, then what was put back, then what is done; within each, session by session in its own order.
_USUAL = ("rank", "session__opens_at", "session", "position", "pk")
_ORDERS = {
    "position": _USUAL,
    "alias": ("alias", "pk"),
    "due_at": ("session__due_at", *_USUAL),
    "marker": ("specimen__slide__marker", *_USUAL),
    "study": ("session__study__name", *_USUAL),
}
ORDERINGS = tuple(sorted([*_ORDERS, *(f"-{name}" for name in _ORDERS)]))
FILTERS = ("study", "purpose", "state", "marker", "search", "ordering")


def uuid_of(name: str, value: str) -> UUID:
    """The identifier in a query parameter. Raises Invalid, naming it."""
    try:
        return UUID(value)
    except ValueError as error:
        raise Invalid(
            f"{name} is an identifier (UUID); received {value[:60]!r}.", fields={name: "Not a UUID."}, code="query"
        ) from error


def one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    """The value, if it is one of ``known``. Raises Invalid, naming the parameter."""
    if value not in known:
        raise Invalid(f"Unknown {name}.", fields={name: f"One of {', '.join(known)}."}, code="query")
    return value


class WorklistViews(ScopedViewSet):
    """One's own assignments."""

    visible = visible_assignments
    serializer_class = WorklistItemSerializer

    @extend_schema(
        operation_id="worklist_list",
        parameters=[
            OpenApiParameter("study", UUID),
            OpenApiParameter("purpose", str, enum=PURPOSES),
            OpenApiParameter("state", str, enum=LIST_STATES),
            OpenApiParameter("marker", str, enum=MARKERS),
            OpenApiParameter("search", str, description="Part of an alias."),
            OpenApiParameter("ordering", str, enum=ORDERINGS),
        ],
    )
    def list(self, request: Request) -> Response:
        asked = known_parameters(request, *FILTERS)
        rows = _narrowed(cast("QuerySet[Assignment]", self.get_queryset()), asked)
        page = self.paginate_queryset(_ordered(rows, asked.get("ordering", "position")))
        return self.get_paginated_response(WorklistItemSerializer(page, many=True).data)


def with_relations(rows: QuerySet[Assignment]) -> QuerySet[Assignment]:
    """The assignments with what a worklist item tells, in the same query."""
    return rows.select_related("session__study", "session__protocol", "specimen__slide")


def _narrowed(rows: QuerySet[Assignment], asked: dict[str, str]) -> QuerySet[Assignment]:
    if "study" in asked:
        rows = rows.filter(session__study=uuid_of("study", asked["study"]))
    if "purpose" in asked:
        rows = rows.filter(purpose=one_of("purpose", asked["purpose"], PURPOSES))
    if "state" in asked:
        rows = rows.filter(_IN_STATE[one_of("state", asked["state"], LIST_STATES)])
    if "marker" in asked:
        rows = rows.filter(specimen__slide__marker=one_of("marker", asked["marker"], MARKERS))
    if "search" in asked:
        rows = rows.filter(alias__icontains=asked["search"].strip())
    return rows


def _ordered(rows: QuerySet[Assignment], ordering: str) -> QuerySet[Assignment]:
    name = one_of("ordering", ordering, ORDERINGS)
    first, *rest = _ORDERS[name.removeprefix("-")]
    rank = Case(
        When(state=_WAITING, then=Value(0)),
        When(state=_DEFERRED, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    if name == "-position":
        keys = ["rank", "-session__opens_at", "-session", "-position", "pk"]
    else:
        keys = [f"-{first}" if name.startswith("-") else first, *rest]
    return with_relations(rows.annotate(rank=rank)).order_by(*keys)


class CountsView(APIView):
    """The worklist in numbers."""

    @extend_schema(
        operation_id="worklist_counts", parameters=[OpenApiParameter("study", UUID)], responses=CountsSerializer
    )
    def get(self, request: Request) -> Response:
        asked = known_parameters(request, "study")
        rows, rounds = visible_assignments(request.user), adjudicable_rounds(request.user)
        if "study" in asked:
            study = uuid_of("study", asked["study"])
            rows, rounds = rows.filter(session__study=study), rounds.filter(specimen__slide__study=study)
        counted: dict[str, Any] = rows.aggregate(
            to_read=Count("pk", filter=_IN_STATE[TO_READ]),
            drafts=Count("pk", filter=_IN_STATE[DRAFT]),
            deferred=Count("pk", filter=_IN_STATE[DEFERRED]),
            signed=Count("pk", filter=_IN_STATE[SIGNED]),
            overdue=Count("pk", filter=_UNREAD & Q(session__due_at__lt=timezone.now())),
            qa=Count("pk", filter=_UNREAD & Q(purpose=Purpose.QA)),
        )
        standing = own_standing(request.user, uuid_of("study", asked["study"]) if "study" in asked else None)
        told = {**counted, "adjudication": rounds.count(), "qualification": standing}
        return Response(CountsSerializer(told).data)
