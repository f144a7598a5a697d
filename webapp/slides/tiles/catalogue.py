"""Which file a presentation shows: asked of the database once, then kept open. Called only with a verified grant."""

from __future__ import annotations

import hashlib
import os
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.db import close_old_connections, connections

from scoring.slide_io import SlideError, TileIndex
from webapp.core.errors import DomainError
from webapp.slides import storage
from webapp.slides.models import Presentation, Slide
from webapp.slides.tokens import Grant

_MAX_OPEN = 128


class OpenSlide:
    """A slide's file and tile index, open. The file closes when nobody holds this any more."""

    def __init__(self, path: Path, index: TileIndex) -> None:
        self.path = path
        self.index = index
        # Readers may not learn the file's hash; its digest still changes with every byte of the file.
        self.key = hashlib.sha256(f"tiles of {index.sha256}".encode()).hexdigest()[:20]
        self.fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC) if path.is_file() else -1
        if self.fd >= 0 and os.fstat(self.fd).st_size != index.source_bytes and index.stored_levels():
            raise SlideError("damaged", "The slide's file is not the one that was ingested; ingest it again.")

    def __del__(self) -> None:
        if getattr(self, "fd", -1) >= 0:
            os.close(self.fd)
            self.fd = -1


@dataclass(frozen=True)
class Shown:
    """A presentation of one person and the slide it shows."""

    user_id: UUID
    slide_id: UUID
    slide: OpenSlide


class Catalogue:
    """The presentations in use. ``get`` is for the event loop, ``load`` (database, files) for a thread."""

    def __init__(self) -> None:
        self._shown: OrderedDict[UUID, Shown] = OrderedDict()

    def get(self, grant: Grant) -> Shown | None:
        shown = self._shown.get(grant.presentation_id)
        if shown is None or shown.user_id != grant.user_id or shown.slide_id != grant.slide_id:
            return None
        return shown

    def put(self, grant: Grant, shown: Shown) -> None:
        self._shown[grant.presentation_id] = shown
        self._shown.move_to_end(grant.presentation_id)
        while len(self._shown) > _MAX_OPEN:
            self._shown.popitem(last=False)

    def forget(self) -> None:
        """Close everything (tests; a slide that was ingested again)."""
        self._shown.clear()


def load(grant: Grant) -> Shown | None:
    """Look up the open presentation of this person and slide and open its files; None where there is none."""
    close_old_connections()
    try:
        row = (
            Presentation.objects.select_related("slide")
            .filter(
                pk=grant.presentation_id,
                user_id=grant.user_id,
                user__is_active=True,
                slide__state=Slide.State.READY,
                closed_at=None,
            )
            .first()
        )
    finally:
        # This thread is asked once per opened presentation: it keeps no connection in between.
        connections.close_all()
    if row is None or row.shown_as != grant.slide_id:
        return None
    try:
        index = TileIndex.load(storage.index_path(row.slide_id))
        return Shown(grant.user_id, grant.slide_id, OpenSlide(storage.readable_path(row.slide), index))
    except (SlideError, DomainError, OSError):
        return None
