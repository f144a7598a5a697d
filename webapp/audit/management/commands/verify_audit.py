"""Says whether anybody changed the audit trail."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.audit import anchors, services
from webapp.audit.models import Event


class Command(BaseCommand):
    help = "Checks the audit chain and its signed anchors; fails with the first event that is not what was recorded."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = services.verify()
        if broken:
            raise CommandError(
                f"The audit trail was changed. {broken.why} Keep the database and the anchors as they are."
            )
        self.stdout.write(f"{Event.objects.count()} events and {len(anchors.read())} anchors: nothing was changed.")
