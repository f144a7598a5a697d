"""Registers the app with Django, and its receivers with the signals below."""

from importlib import import_module

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "webapp.live"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module(f"{self.name}.receivers")
