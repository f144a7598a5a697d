"""Every address. Each app's ``api.urlpatterns`` is mounted under /api/; what is left over is the single page."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from webapp.core import health, pages

handler400 = "webapp.core.problems.bad_request"
handler404 = "webapp.core.problems.not_found"
handler500 = "webapp.core.problems.server_error"

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/", include("webapp.accounts.api")),
    path("api/", include("webapp.studies.api")),
    path("api/", include("webapp.cases.api")),
    path("api/", include("webapp.slides.api")),
    path("api/", include("webapp.reading.api")),
    path("api/", include("webapp.runs.api")),
    path("api/", include("webapp.agreement.api")),
    path("_allauth/", include("allauth.headless.urls")),
    path("accounts-admin/", admin.site.urls),
    re_path(r"^(?!api/|_allauth/|tiles/|ws/|static/|accounts-admin/).*$", pages.page, name="page"),
]
