"""The addresses, under /api/."""

from __future__ import annotations

from django.urls import path

from webapp.reading.api.adjudications import AdjudicationViews
from webapp.reading.api.administration import AllocationView, AssignedViews, PreviewView, ProgressView, ReassignView
from webapp.reading.api.assignments import AssignmentViews
from webapp.reading.api.calendar import AbsenceViews, DeadlineView
from webapp.reading.api.closing import LockView, ShowCaseView, SignOutView, WithdrawCaseView
from webapp.reading.api.quality import QaViews, QualificationView
from webapp.reading.api.readings import ReadingViews, SigningViews
from webapp.reading.api.slide_requests import SlideRequestViews
from webapp.reading.api.worklist import CountsView, WorklistViews

urlpatterns = [
    path("studies/<uuid:study_id>/allocations", AllocationView.as_view(), name="allocations"),
    path("studies/<uuid:study_id>/allocations/preview", PreviewView.as_view(), name="allocations-preview"),
    path("studies/<uuid:study_id>/assignments", AssignedViews.as_view({"get": "list"}), name="assigned"),
    path("studies/<uuid:study_id>/reassign", ReassignView.as_view(), name="reassign"),
    path("studies/<uuid:study_id>/progress", ProgressView.as_view(), name="progress"),
    path("studies/<uuid:study_id>/deadlines", DeadlineView.as_view(), name="deadlines"),
    path("studies/<uuid:study_id>/absences", AbsenceViews.as_view({"get": "list", "post": "create"}), name="absences"),
    path("absences/<uuid:pk>", AbsenceViews.as_view({"delete": "destroy"}), name="absence"),
    path("studies/<uuid:study_id>/qa", QaViews.as_view({"get": "list", "post": "choose"}), name="qa"),
    path("qa/<uuid:pk>/drop", QaViews.as_view({"post": "drop"}), name="qa-drop"),
    path("studies/<uuid:study_id>/qualification", QualificationView.as_view(), name="qualification"),
    path("studies/<uuid:study_id>/lock", LockView.as_view(), name="study-lock"),
    path("cases/<uuid:pk>/withdraw", WithdrawCaseView.as_view(), name="case-withdraw"),
    path("cases/<uuid:pk>/sign-out", SignOutView.as_view(), name="case-sign-out"),
    path("cases/<uuid:pk>/sign-out/show", ShowCaseView.as_view(), name="case-sign-out-show"),
    path("assignments/<uuid:pk>/withdraw", AssignedViews.as_view({"post": "withdraw"}), name="assignment-withdraw"),
    path("worklist", WorklistViews.as_view({"get": "list"}), name="worklist"),
    path("worklist/counts", CountsView.as_view(), name="worklist-counts"),
    path("adjudications", AdjudicationViews.as_view({"get": "list"}), name="adjudications"),
    path("adjudications/<uuid:pk>/claim", AdjudicationViews.as_view({"post": "claim"}), name="adjudication-claim"),
    path("assignments/<uuid:pk>", AssignmentViews.as_view({"get": "retrieve"}), name="assignment"),
    path("assignments/<uuid:pk>/open", AssignmentViews.as_view({"post": "open"}), name="assignment-open"),
    path("assignments/<uuid:pk>/draft", AssignmentViews.as_view({"put": "draft"}), name="assignment-draft"),
    path("assignments/<uuid:pk>/sign", SigningViews.as_view({"post": "sign"}), name="assignment-sign"),
    path("assignments/<uuid:pk>/revise", SigningViews.as_view({"post": "revise"}), name="assignment-revise"),
    path("assignments/<uuid:pk>/defer", AssignmentViews.as_view({"post": "defer"}), name="assignment-defer"),
    path("assignments/<uuid:pk>/resume", AssignmentViews.as_view({"post": "resume"}), name="assignment-resume"),
    path("assignments/<uuid:pk>/requests", AssignmentViews.as_view({"post": "request_slide"}), name="slide-request"),
    path("readings/<uuid:pk>", ReadingViews.as_view({"get": "retrieve"}), name="reading"),
    path("readings/<uuid:pk>/amend", ReadingViews.as_view({"post": "amend"}), name="reading-amend"),
    path("slide-requests", SlideRequestViews.as_view({"get": "list"}), name="slide-requests"),
    path("slide-requests/<uuid:pk>/settle", SlideRequestViews.as_view({"post": "settle"}), name="slide-request-settle"),
]
