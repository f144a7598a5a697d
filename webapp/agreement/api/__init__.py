"""HTTP of the only door for results. Before one's own reveal there is nothing here, for anybody."""

from webapp.agreement.api.urls import urlpatterns

__all__ = ["urlpatterns"]
