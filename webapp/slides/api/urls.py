"""The addresses, under /api/."""

from __future__ import annotations

from typing import Any

from django.urls import path

from webapp.slides.api.cases import CaseViews, StudyCaseViews
from webapp.slides.api.cores import CopyCoresView, CoresView, DearrayView
from webapp.slides.api.fields import BatchViews, FieldViews, SlideFieldViews
from webapp.slides.api.presentations import OpenView, PresentationViews, RenewView
from webapp.slides.api.slides import InboxViews, SlideViews, StudySlideViews, ThumbnailView
from webapp.slides.api.studies import StudyViews
from webapp.slides.api.tma_maps import TmaMapView

LIST_AND_CREATE: dict[str, Any] = {"get": "list", "post": "create"}

urlpatterns = [
    path("studies", StudyViews.as_view(LIST_AND_CREATE), name="studies"),
    path("studies/<uuid:pk>", StudyViews.as_view({"get": "retrieve"}), name="study"),
    path("studies/<uuid:study_id>/cases", StudyCaseViews.as_view(LIST_AND_CREATE), name="study-cases"),
    path("cases/<uuid:pk>", CaseViews.as_view({"get": "retrieve"}), name="case"),
    path("studies/<uuid:study_id>/slides", StudySlideViews.as_view(LIST_AND_CREATE), name="study-slides"),
    path("studies/<uuid:study_id>/inbox", InboxViews.as_view({"get": "list"}), name="study-inbox"),
    path("studies/<uuid:study_id>/staining-batches", BatchViews.as_view(LIST_AND_CREATE), name="study-batches"),
    path("slides/<uuid:pk>", SlideViews.as_view({"get": "retrieve", "patch": "partial_update"}), name="slide"),
    path("slides/<uuid:pk>/retry", SlideViews.as_view({"post": "retry"}), name="slide-retry"),
    path("slides/<uuid:pk>/thumbnail", ThumbnailView.as_view(), name="slide-thumbnail"),
    path("slides/<uuid:pk>/tma-map", TmaMapView.as_view(), name="slide-tma-map"),
    path("slides/<uuid:pk>/dearray", DearrayView.as_view(), name="slide-dearray"),
    path("slides/<uuid:pk>/cores", CoresView.as_view(), name="slide-cores"),
    path("slides/<uuid:pk>/cores/copy", CopyCoresView.as_view(), name="slide-cores-copy"),
    path("slides/<uuid:pk>/open", OpenView.as_view(), name="slide-open"),
    path("slides/<uuid:slide_id>/fields-of-view", SlideFieldViews.as_view(LIST_AND_CREATE), name="slide-fields"),
    path("fields-of-view/<uuid:pk>", FieldViews.as_view({"delete": "destroy"}), name="field"),
    path("presentations/<uuid:pk>", PresentationViews.as_view({"get": "retrieve"}), name="presentation"),
    path("presentations/<uuid:pk>/renew", RenewView.as_view(), name="presentation-renew"),
]
