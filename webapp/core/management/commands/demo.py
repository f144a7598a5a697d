"""Runs everything on this machine. ``manage.py`` calls the launcher before Django is loaded; this is its place in the
list of commands."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from webapp.core.embedded import launcher


class Command(BaseCommand):
    help = "Starts PostgreSQL, Valkey, the workers and the web server, and stops them on Ctrl-C (PORT= for the port)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(launcher.main())
