"""Registers the demo study's command with Django."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "webapp.demo"
