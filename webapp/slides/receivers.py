"""Who loses access to a study or their account loses their open slides at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from webapp.accounts.signals import access_ended
from webapp.slides import services
from webapp.studies.signals import access_changed


@receiver(access_ended, dispatch_uid="slides.access_ended")
def close_everything(*, user_id: UUID, **_: Any) -> None:
    """The account was closed."""
    services.end_access(user_id)


@receiver(access_changed, dispatch_uid="slides.access_changed")
def close_what_is_of_the_study(*, user_id: UUID, study_id: UUID, **_: Any) -> None:
    """A role was given or taken; another role may still open the study."""
    services.end_access(user_id, study_id)
