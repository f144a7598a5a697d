"""HTTP of slides and of everything that is shown together with them: studies with their counts, cases with their
specimens, slides, fields of view, staining batches and presentations."""

from webapp.slides.api.urls import urlpatterns

__all__ = ["urlpatterns"]
