"""The end of reading: a study's data lock, a patient who withdraws, a case that is signed out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.authentication import needs_password
from webapp.cases.models import Case
from webapp.core.queries import known_parameters
from webapp.reading import services
from webapp.reading.api.administration import WithdrawSerializer
from webapp.reading.api.readings import refused_password
from webapp.reading.models import CaseSignOut
from webapp.studies.api import StudyStateSerializer


class CaseStateSerializer(serializers.ModelSerializer[Case]):
    class Meta:
        model = Case
        fields = ("id", "withdrawn_at")
        read_only_fields = fields


class SignedSpecimenSerializer(serializers.Serializer[Any]):
    """A specimen's consensus as it goes into the case's score."""

    specimen = serializers.UUIDField()
    slide_name = serializers.CharField()
    place = serializers.CharField(allow_null=True)
    consensus = serializers.UUIDField()
    kind = serializers.CharField()
    scheme = serializers.CharField()
    scoreable = serializers.BooleanField()
    reason = serializers.CharField(allow_blank=True)
    value = serializers.CharField(allow_null=True)
    category = serializers.CharField(allow_blank=True)


class SignedMarkerSerializer(serializers.Serializer[Any]):
    """A case's score of one marker, by the protocol's rule for cores, with the sentence that says how."""

    marker = serializers.CharField()
    scheme = serializers.CharField(allow_blank=True)
    core_rule = serializers.CharField(allow_blank=True)
    scoreable = serializers.BooleanField()
    value = serializers.CharField(allow_null=True)
    category = serializers.CharField(allow_blank=True)
    rule = serializers.CharField()
    specimens = SignedSpecimenSerializer(many=True)


class SummarySerializer(serializers.Serializer[Any]):
    markers = SignedMarkerSerializer(many=True)


class SignedOutSerializer(serializers.Serializer[Any]):
    """Who signed the case out, and with what. ``markers`` is null for whoever has not looked at it yet."""

    signer = serializers.CharField()
    meaning = serializers.CharField()
    comment = serializers.CharField(allow_blank=True)
    signed_at = serializers.DateTimeField(source="created_at")
    markers = SignedMarkerSerializer(many=True, allow_null=True)


class SignOutSerializer(serializers.Serializer[Any]):
    """Whether the person could sign the case out now, and how it was signed out."""

    may_sign_out = serializers.BooleanField()
    needs_password = serializers.BooleanField()
    signed_out = SignedOutSerializer(allow_null=True)


class NewSignOutSerializer(serializers.Serializer[Any]):
    comment = serializers.CharField(required=False, allow_blank=True, default="", max_length=4000)
    password = serializers.CharField(required=False, allow_blank=True, default="", trim_whitespace=False)


class LockView(APIView):
    @extend_schema(operation_id="studies_lock", request=None, responses=StudyStateSerializer)
    def post(self, request: Request, study_id: UUID) -> Response:
        """Lock the data of a closed study, for good."""
        return Response(StudyStateSerializer(services.lock_study(request.user, study_id)).data)


class WithdrawCaseView(APIView):
    @extend_schema(operation_id="cases_withdraw", request=WithdrawSerializer, responses=CaseStateSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """The patient withdrew: the case is read no more."""
        services.administered_case(request.user, pk)
        body = WithdrawSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(CaseStateSerializer(services.withdraw_case(request.user, pk, **body.validated_data)).data)


class SignOutView(APIView):
    """Closing a case across its markers."""

    @extend_schema(operation_id="cases_sign_out_show", responses=SignOutSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        known_parameters(request)
        made, shown, may = services.sign_out_of(request.user, pk)
        body = {
            "may_sign_out": may,
            "needs_password": needs_password(request),
            "signed_out": _signed_out(made, shown=shown) if made else None,
        }
        return Response(SignOutSerializer(body).data)

    @extend_schema(
        operation_id="cases_sign_out",
        request=NewSignOutSerializer,
        responses={
            201: SignedOutSerializer,
            403: OpenApiResponse(description="password_needed, password_wrong or password_locked."),
        },
    )
    def post(self, request: Request, pk: UUID) -> Response:
        services.check_can_sign_out(request.user, pk)  # before anything is said about the body or the password
        body = NewSignOutSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        if (refused := refused_password(request, body.validated_data["password"])) is not None:
            return refused
        made = services.sign_out_case(request.user, pk, comment=body.validated_data["comment"])
        return Response(SignedOutSerializer(_signed_out(made, shown=True)).data, status.HTTP_201_CREATED)


class ShowCaseView(APIView):
    @extend_schema(operation_id="cases_sign_out_look", request=None, responses=SummarySerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Look at what the case would be, or was, signed out with; the look is recorded."""
        return Response(SummarySerializer({"markers": services.show_case(request.user, pk)}).data)


def _signed_out(made: CaseSignOut, *, shown: bool) -> dict[str, Any]:
    return {
        "signer": made.signer,
        "meaning": made.meaning,
        "comment": made.comment if shown else "",
        "created_at": made.created_at,
        "markers": made.summary["markers"] if shown else None,
    }
