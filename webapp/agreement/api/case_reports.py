"""A case as a report: PDF, or FHIR for another system. Of what the person has looked at, nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from webapp.agreement import services
from webapp.agreement.api.results import BINARY, private
from webapp.agreement.results.case_report import CaseReport, case_report
from webapp.agreement.results.dicom_sr import dicom_sr
from webapp.agreement.results.fhir import fhir_bundle
from webapp.agreement.results.pdf.case import case_pdf
from webapp.core.errors import Invalid


def _pdf(report: CaseReport, made_at: datetime) -> bytes:
    return case_pdf(report, made_at=made_at)


def _fhir(report: CaseReport, made_at: datetime) -> bytes:
    return json.dumps(fhir_bundle(report, made_at=made_at), ensure_ascii=False, indent=1).encode()


def _dicom(report: CaseReport, made_at: datetime) -> bytes:
    return dicom_sr(report, made_at=made_at)


FORMS: Final[dict[str, tuple[Callable[[CaseReport, datetime], bytes], str, str]]] = {
    "pdf": (_pdf, "application/pdf", "pdf"),
    "dicom": (_dicom, "application/dicom", "dcm"),
    "fhir": (_fhir, "application/fhir+json", "json"),
}


class CaseReportView(APIView):
    @extend_schema(
        operation_id="cases_report",
        parameters=[OpenApiParameter("as", str, required=True, enum=sorted(FORMS))],
        responses={
            (200, "application/octet-stream"): BINARY,
            409: OpenApiResponse(description="The person has looked at none of its comparisons."),
        },
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """Every specimen of the case that the person has looked at, with readings, algorithms, consensus and
        signatures."""
        form = request.query_params.get("as", "")
        report = case_report(request.user, pk)
        if form not in FORMS:
            detail = f"A case is reported as {', '.join(sorted(FORMS))}; got {form[:20]!r}."
            raise Invalid(detail, fields={"as": "Unknown."}, code="query")
        write, content_type, ending = FORMS[form]
        content = write(report, timezone.now())
        services.record_case_report(request.user, report.case, form)
        response = HttpResponse(content, content_type=content_type)
        response["Content-Disposition"] = f'attachment; filename="research-use-only-case-{pk}.{ending}"'
        return private(response)
