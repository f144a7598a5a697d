"""HTTP of reading: the worklist, one specimen to read, signing, adjudication, and requests to the technicians."""

from webapp.reading.api.urls import urlpatterns

__all__ = ["urlpatterns"]
