"""Registers the app with Django, and every app's signal receivers."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "webapp.core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Each app's receivers.py, where it has one; by name, because core knows no app.
        autodiscover_modules("receivers")
