"""Registers the app with Django."""

from django.apps import AppConfig


class AgreementConfig(AppConfig):
    name = "webapp.agreement"
    default_auto_field = "django.db.models.BigAutoField"
