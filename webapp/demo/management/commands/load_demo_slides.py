"""``manage.py load_demo_slides``: the launcher starts it in the background once the page answers."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.demo import loader, synthetic


class Command(BaseCommand):
    help = "Paints the demo's synthetic slides (a microarray, a whole section), registers and scores them. Minutes."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            synthetic.load(processes=min(2, os.cpu_count() or 1))
        except loader.NotLoadedError as error:
            raise CommandError(str(error)) from error
