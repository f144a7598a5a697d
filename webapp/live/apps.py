"""Registers the app with Django, and its receivers with the signals below."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "webapp.live"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.live import receivers  # noqa: F401, PLC0415 - connects them; models are loaded only by now
