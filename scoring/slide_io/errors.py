"""What can go wrong with a slide file, in sentences a laboratory technician understands."""

from __future__ import annotations

UNSUPPORTED = "unsupported"
DAMAGED = "damaged"
TOO_LARGE = "too_large"
TOO_SLOW = "too_slow"
NOT_A_SLIDE = "not_a_slide"
MISSING = "missing"
QUARANTINED = "quarantined"
INTERNAL = "internal"

CODES = frozenset({UNSUPPORTED, DAMAGED, TOO_LARGE, TOO_SLOW, NOT_A_SLIDE, MISSING, QUARANTINED, INTERNAL})


class SlideError(Exception):
    """A slide file cannot be used. ``code`` is one of ``CODES``; ``message`` is a sentence for a technician.

    The message never repeats the file's name or its vendor metadata: either may identify a patient.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class DecoderDiedError(SlideError):
    """The expendable decoder process ended in the middle of a request; a new one can be started."""


def damaged(what: str = "") -> SlideError:
    """The file has the right format, but its content cannot be decoded."""
    reason = f" ({what})" if what else ""
    return SlideError(
        DAMAGED,
        f"The file is damaged or incomplete{reason}. Copy it again from the scanner, or export it again.",
    )
