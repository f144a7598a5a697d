"""Whether a file may come in, what it is called, and where an uploaded one goes.

Names from outside are never part of a path: a stored slide lies under its own id (``storage``).
"""

from __future__ import annotations

import os
import shutil
import time
import unicodedata
import uuid
from pathlib import Path

from django.conf import settings

from webapp.core.errors import Invalid, NoRoom, TooLarge
from webapp.slides import storage

#: Extensions kept on an uploaded file, because decoders look at some of them; anything else is stored as ``.bin``.
EXTENSIONS = frozenset({".svs", ".tif", ".tiff", ".ndpi", ".scn", ".bif", ".dcm", ".png", ".jpg", ".jpeg"})
LONGEST_NAME = 255


def clean_name(name: str) -> str:
    """A name from outside, fit to be shown to a technician: its last part, without control characters or characters
    that change the direction of reading, at most 255 characters."""
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    shown = "".join(character for character in last if unicodedata.category(character)[0] != "C").strip()
    return shown[:LONGEST_NAME] or "unnamed"


def incoming_folder() -> Path:
    """Where uploads are received: on the slide volume, so that keeping one is a rename."""
    folder = Path(settings.SLIDE_FOLDER) / ".incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def sweep_incoming(*, older_than_s: float = 24 * 3600) -> int:
    """Remove what uploads left behind whose process died. Returns how many files."""
    removed = 0
    for path in incoming_folder().iterdir():
        try:
            if time.time() - path.lstat().st_mtime > older_than_s:
                path.unlink()
                removed += 1
        except FileNotFoundError:  # finished just now
            continue
    return removed


def inbox_entries() -> list[storage.InboxEntry]:
    """What waits in the inbox, by name."""
    return storage.inbox_entries(Path(settings.INBOX_FOLDER))


def inbox_entry(name: str) -> storage.InboxEntry:
    """The inbox entry of that name.

    Raises:
        Invalid: there is none; nested names and links are none.
    """
    for entry in inbox_entries():
        if entry.name == name:
            return entry
    raise Invalid(
        "There is nothing of this name in the inbox.",
        fields={"inbox_name": "A name from the list of the inbox, without a folder."},
    )


def check_room(size_bytes: int) -> None:
    """Whether that much more fits on the slide volume below the watermark.

    Raises:
        NoRoom: it does not.
    """
    usage = shutil.disk_usage(incoming_folder())
    allowed = usage.total * settings.DISK_WATERMARK_PERCENT // 100 - (usage.total - usage.free)
    if size_bytes > allowed:
        raise NoRoom(
            f"The slide volume has room for {max(allowed, 0) // 2**20} MB more; this needs {size_bytes // 2**20} MB. "
            "Nothing was stored; ask a system administrator for more space.",
            code="no_room",
        )


def check_upload_size(size_bytes: int) -> None:
    """Whether a file of that size is taken by upload.

    Raises:
        TooLarge: it is not.  NoRoom: it does not fit on the disk.
    """
    largest = int(settings.UPLOAD_MAX_BYTES)
    if size_bytes > largest:
        raise TooLarge(
            f"An upload has at most {largest // 2**20} MB. Put larger files into the inbox.", code="too_large"
        )
    check_room(size_bytes)


def keep_upload(taken: Path, slide_id: uuid.UUID, name: str) -> str:
    """Move an uploaded file, which lies in ``incoming_folder``, to where the slide is stored.

    Returns:
        Its path relative to the slide folder.
    """
    extension = Path(name).suffix.lower()
    target = storage.slide_folder(slide_id) / f"{storage.SOURCE}{extension if extension in EXTENSIONS else '.bin'}"
    target.parent.mkdir(parents=True)
    with taken.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(taken, target)
    target.chmod(0o640)
    for folder in (target.parent, target.parent.parent):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    return str(target.relative_to(settings.SLIDE_FOLDER))
