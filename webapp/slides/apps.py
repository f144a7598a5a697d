"""Registers the app with Django."""

from django.apps import AppConfig


class SlidesConfig(AppConfig):
    name = "webapp.slides"
    default_auto_field = "django.db.models.BigAutoField"
