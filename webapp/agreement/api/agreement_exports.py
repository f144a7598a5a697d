"""The scores and the agreement of a study as files, for its administrators."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from webapp.agreement import services
from webapp.agreement.api.agreement import FILTER_PARAMETERS, agreement_of, asked_filters, visible_study
from webapp.agreement.api.results import BINARY, Stream, private
from webapp.agreement.permissions import unseen_specimens
from webapp.agreement.results.pdf.study import study_report
from webapp.agreement.results.pool import Pool, load_pool
from webapp.agreement.results.reader_tables import LONG_COLUMNS, imrmc, long_rows
from webapp.agreement.results.study_rows import COLUMNS, study_rows
from webapp.agreement.results.table import Filters, resolved
from webapp.agreement.results.tables import csv_table, json_table, parquet_table, xlsx_table
from webapp.core.errors import Invalid, NotAllowed
from webapp.studies.models import Protocol, Study
from webapp.studies.permissions import can_administer

Writer = Callable[[Any, Study, Pool, Filters], Iterable[bytes]]


def _scores(write: Callable[..., Iterator[bytes]]) -> Writer:
    return lambda user, study, pool, asked: write(COLUMNS, study_rows(user, study.pk))


def _readings(user: Any, study: Study, pool: Pool, asked: Filters) -> Iterator[bytes]:
    return csv_table(LONG_COLUMNS, long_rows(pool, resolved(pool, asked)))


def _imrmc(user: Any, study: Study, pool: Pool, asked: Filters) -> Iterable[bytes]:
    return list(imrmc(pool, resolved(pool, asked)))  # refused before anything is sent, or not at all


def _report(user: Any, study: Study, pool: Pool, asked: Filters) -> Iterable[bytes]:
    found = {**agreement_of(pool, asked), "unseen": unseen_specimens(user, study.pk).count()}
    protocol = Protocol.objects.filter(study=study).order_by("-version").values_list("version", flat=True).first()
    return [
        study_report(study.name, found, made_at=timezone.now(), made_for=user.display_name, protocol_version=protocol)
    ]


#: What is written, its media type and the end of its name.
FORMS: Final[dict[str, tuple[Writer, str, str]]] = {
    "csv": (_scores(csv_table), "text/csv; charset=utf-8", "scores.csv"),
    "xlsx": (_scores(xlsx_table), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "scores.xlsx"),
    "json": (_scores(json_table), "application/json", "scores.json"),
    "parquet": (_scores(parquet_table), "application/vnd.apache.parquet", "scores.parquet"),
    "readings": (_readings, "text/csv; charset=utf-8", "readings.csv"),
    "imrmc": (_imrmc, "text/plain; charset=utf-8", "readings.imrmc"),
    "pdf": (_report, "application/pdf", "agreement.pdf"),
}


class AgreementExportView(APIView):
    @extend_schema(
        operation_id="studies_agreement_export",
        parameters=[OpenApiParameter("as", str, required=True, enum=sorted(FORMS)), *FILTER_PARAMETERS],
        responses={(200, "application/octet-stream"): BINARY},
    )
    def get(self, request: Request, pk: UUID) -> StreamingHttpResponse:
        """Everything that was said of the specimens looked at (csv, xlsx, json, parquet), or of one marker the readings
        that count (readings, imrmc) and their agreement (pdf)."""
        study_id = visible_study(request, pk)
        if not can_administer(request.user, study_id):
            raise NotAllowed("Only the study's administrators export its scores.", code="role_needed")
        asked = asked_filters(request, "as")
        form = request.query_params.get("as", "")
        if form not in FORMS:
            known = ", ".join(sorted(FORMS))
            raise Invalid(
                f"A study is exported as {known}; got {form[:20]!r}.", fields={"as": "Unknown."}, code="query"
            )
        study = Study.objects.get(pk=study_id)
        write, content_type, ending = FORMS[form]
        content = write(request.user, study, load_pool(request.user, study_id), asked)
        services.record_study_export(request.user, study, form)
        response = Stream(content, content_type=content_type)
        name = re.sub(r"[^a-z0-9]+", "-", study.name.lower()).strip("-")[:60] or "study"
        response["Content-Disposition"] = f'attachment; filename="research-use-only-{name}-{ending}"'
        return private(response)
