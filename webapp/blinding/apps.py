"""Registers the app with Django."""

from django.apps import AppConfig


class BlindingConfig(AppConfig):
    name = "webapp.blinding"
    default_auto_field = "django.db.models.BigAutoField"
