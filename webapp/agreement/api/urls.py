"""The addresses, under /api/."""

from __future__ import annotations

from django.urls import path

from webapp.agreement.api.agreement import AgreementRevealView, AgreementView
from webapp.agreement.api.agreement_exports import AgreementExportView
from webapp.agreement.api.batches import BatchExportView, BatchResultsView, BatchRevealView
from webapp.agreement.api.case_reports import CaseReportView
from webapp.agreement.api.comparisons import AssignmentAlgorithmView, AssignmentReadingsView, ComparisonViews
from webapp.agreement.api.designing import SampleSizeView
from webapp.agreement.api.results import (
    AuditTrailView,
    CellsView,
    DensityView,
    ExportView,
    LayersView,
    LayerTileView,
    ResultView,
    RevealView,
)

urlpatterns = [
    path("sample-size", SampleSizeView.as_view(), name="sample-size"),
    path("results/<uuid:pk>/reveal", RevealView.as_view(), name="result-reveal"),
    path("results/<uuid:pk>", ResultView.as_view(), name="result"),
    path("results/<uuid:pk>/cells", CellsView.as_view(), name="result-cells"),
    path("results/<uuid:pk>/density", DensityView.as_view(), name="result-density"),
    path("results/<uuid:pk>/layers", LayersView.as_view(), name="result-layers"),
    path("results/<uuid:pk>/layers/<int:column>/<int:row>", LayerTileView.as_view(), name="result-layer-tile"),
    path("results/<uuid:pk>/export", ExportView.as_view(), name="result-export"),
    path("batches/<uuid:pk>/reveal", BatchRevealView.as_view(), name="batch-reveal"),
    path("batches/<uuid:pk>/results", BatchResultsView.as_view(), name="batch-results"),
    path("batches/<uuid:pk>/export", BatchExportView.as_view(), name="batch-export"),
    path("cases/<uuid:pk>/report", CaseReportView.as_view(), name="case-report"),
    path("comparisons", ComparisonViews.as_view({"get": "list"}), name="comparisons"),
    path("comparisons/<uuid:pk>", ComparisonViews.as_view({"get": "retrieve"}), name="comparison"),
    path("comparisons/<uuid:pk>/reveal", ComparisonViews.as_view({"post": "reveal"}), name="comparison-reveal"),
    path("comparisons/<uuid:pk>/unblind", ComparisonViews.as_view({"post": "unblind"}), name="comparison-unblind"),
    path("assignments/<uuid:pk>/readings/reveal", AssignmentReadingsView.as_view(), name="assignment-readings"),
    path("assignments/<uuid:pk>/algorithm/reveal", AssignmentAlgorithmView.as_view(), name="assignment-algorithm"),
    path("studies/<uuid:pk>/agreement", AgreementView.as_view(), name="study-agreement"),
    path("studies/<uuid:pk>/agreement/export", AgreementExportView.as_view(), name="study-agreement-export"),
    path("studies/<uuid:pk>/agreement/reveal", AgreementRevealView.as_view(), name="study-agreement-reveal"),
    path("studies/<uuid:pk>/audit", AuditTrailView.as_view(), name="study-audit"),
]
