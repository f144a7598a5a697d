"""HTTP of orders and accessions. Cases themselves are shown by ``slides.api``, which knows what lies on them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.cases import services
from webapp.cases.models import AccessionKey, Order
from webapp.cases.permissions import visible_orders
from webapp.core.api import ScopedViewSet
from webapp.core.errors import NotAllowed, NotVisible
from webapp.core.queries import known_parameters
from webapp.studies.models import Role
from webapp.studies.permissions import WORKING_ROLES, roles_of, visible_studies

LONGEST = 4_000_000


class OrderCaseSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    code = serializers.CharField()


class OrderSerializer(serializers.ModelSerializer[Order]):
    """A slide the laboratory stains, by the barcode on its label."""

    case = OrderCaseSerializer(read_only=True)

    class Meta:
        model = Order
        fields = ("id", "case", "marker", "barcode", "created_at")
        read_only_fields = fields


class NewOrdersSerializer(serializers.Serializer[Any]):
    csv = serializers.CharField(trim_whitespace=False, max_length=LONGEST)


class ImportedSerializer(serializers.Serializer[Any]):
    created = serializers.IntegerField(help_text="Orders that are new.")
    known = serializers.IntegerField(help_text="Orders that were there already.")
    cases_created = serializers.IntegerField()


class AccessionSerializer(serializers.ModelSerializer[AccessionKey]):
    code = serializers.CharField(source="case.code", read_only=True)

    class Meta:
        model = AccessionKey
        fields = ("case", "code", "accession")
        read_only_fields = fields


class OrderViews(mixins.ListModelMixin, ScopedViewSet):
    """The orders of one study."""

    visible = visible_orders
    serializer_class = OrderSerializer

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(study=self.kwargs["study_id"]).select_related("case").order_by("barcode")

    @extend_schema(
        operation_id="orders_list",
        parameters=[OpenApiParameter("search", str, description="Part of a barcode or of a case's code.")],
    )
    def list(self, request: Request, study_id: UUID) -> Response:
        asked = known_parameters(request, "search")
        if not visible_studies(request.user).filter(pk=study_id).exists():
            raise NotVisible("There is no such study, or you may not know of it.")
        if not roles_of(request.user, study_id) & {*WORKING_ROLES, Role.KEY_HOLDER}:
            raise NotAllowed("Technicians, administrators and key holders of the study see its orders.")
        rows = self.get_queryset()
        if "search" in asked:
            rows = rows.filter(barcode__icontains=asked["search"]) | rows.filter(case__code__icontains=asked["search"])
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(OrderSerializer(page, many=True).data)

    @extend_schema(
        operation_id="orders_import",
        request=NewOrdersSerializer,
        responses={
            200: ImportedSerializer,
            400: OpenApiResponse(description="Nothing was taken; `lines` says why: [{line, message}]."),
        },
    )
    def create(self, request: Request, study_id: UUID) -> Response:
        if not visible_studies(request.user).filter(pk=study_id).exists():
            raise NotVisible("There is no such study, or you may not know of it.")
        body = NewOrdersSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        imported = services.import_orders(request.user, study_id, body.validated_data["csv"])
        return Response(ImportedSerializer(imported).data)


class AccessionView(APIView):
    @extend_schema(operation_id="accessions_show", request=None, responses=AccessionSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Look up whose a case is: for key holders; the audit trail says that they did."""
        return Response(
            AccessionSerializer(services.show_accession(request.user, pk)).data,
            status.HTTP_200_OK,
            headers={"Cache-Control": "no-store"},
        )


urlpatterns = [
    path("studies/<uuid:study_id>/orders", OrderViews.as_view({"get": "list", "post": "create"}), name="orders"),
    path("cases/<uuid:pk>/accession/show", AccessionView.as_view(), name="accession-show"),
]
