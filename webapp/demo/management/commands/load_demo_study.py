"""``manage.py load_demo_study``: the launcher calls it once; what it prints are the sign-ins."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.demo import double_reading, loader, people


class Command(BaseCommand):
    help = "Loads the demo study (real ER/PR tissue, a person for every role) and prints the sign-ins. Needs a worker."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loader.load()
            double_reading.load_fields()
        except loader.NotLoadedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(people.sign_ins())
