"""Sessions in the database that end: after some idle minutes, and after some hours in any case.

The end stands in the row (``expire_date``), so every reader of a session keeps it: HTTP, websockets, the tile cookie's
renewal. ``core.middleware.IdleTimeout`` moves it on while the person works; nothing moves it past the absolute end.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

_BEGAN = "_began"
#: The row is written at most this often while a person works.
RENEW_EVERY = timedelta(seconds=60)


class SessionStore(DatabaseStore):
    """A session that ends ``SESSION_IDLE_SECONDS`` after the last request and ``SESSION_COOKIE_AGE`` after sign-in."""

    #: When the row as it was read ends; None before it was read, or where there is none.
    row_ends: datetime | None = None

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # the stubs lack it
        self.row_ends = row.expire_date if row else None
        return row

    async def _aget_session_from_db(self) -> Session | None:
        row: Session | None = await super()._aget_session_from_db()  # type: ignore[misc]  # the stubs lack it
        self.row_ends = row.expire_date if row else None
        return row

    def ends(self) -> datetime:
        """When the session ends if nothing is asked from now on."""
        began = datetime.fromtimestamp(self[_BEGAN], UTC)
        idle = timezone.now() + timedelta(seconds=settings.SESSION_IDLE_SECONDS)
        return min(idle, began + timedelta(seconds=settings.SESSION_COOKIE_AGE))

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row, with its end."""
        data.setdefault(_BEGAN, timezone.now().timestamp())
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]  # the model class says which
        self._session_cache = data
        row.expire_date = self.ends()
        return row

    async def acreate_model_instance(self, data: dict[str, Any]) -> Session:
        """The row, with its end."""
        return self.create_model_instance(data)

    def cycle_key(self) -> None:
        """A new key (Django asks for one at sign-in); the hours count anew."""
        self.pop(_BEGAN, None)
        super().cycle_key()

    def keep_alive(self) -> None:
        """Move the row's end on. Nothing happens where the row is gone, has ended, or was moved a moment ago."""
        if self.row_ends is None or not self.session_key or _BEGAN not in self:
            return
        ends = self.ends()
        if ends - self.row_ends >= RENEW_EVERY:
            # By itself, not through save(): what another request stored in the session meanwhile stays.
            self.model.objects.filter(session_key=self.session_key, expire_date__gt=timezone.now()).update(
                expire_date=ends
            )
            self.row_ends = ends
