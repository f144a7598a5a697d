"""Registers the app with Django."""

from django.apps import AppConfig


class ReadingConfig(AppConfig):
    name = "webapp.reading"
    default_auto_field = "django.db.models.BigAutoField"
