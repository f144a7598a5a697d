"""What can go wrong in the domain, without a word of HTTP. ``core.api`` translates these into responses."""

from __future__ import annotations

from dataclasses import dataclass


class DomainError(Exception):
    """Something a caller asked for cannot be done; the message says what was received and what to do."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Invalid(DomainError):
    """The input is wrong. ``fields`` maps a field's name to what is wrong with it."""

    def __init__(self, message: str, *, fields: dict[str, str] | None = None, code: str = "invalid") -> None:
        super().__init__(message, code=code)
        self.fields = fields or {}


class NotAllowed(DomainError):
    """The person may know of the object but may not do this to it."""


class NotVisible(DomainError):
    """The person may not know whether the object exists."""


class Conflict(DomainError):
    """The object is not in a state in which this can be done."""


class Stale(DomainError):
    """The object changed since the caller read it. ``version`` is its present one, where that may be told."""

    def __init__(self, message: str, *, code: str = "", version: int | None = None) -> None:
        super().__init__(message, code=code)
        self.version = version


class Unavailable(DomainError):
    """A part of the system is down; the same call may work in a moment."""


class TooLarge(DomainError):
    """What was sent is larger than the system takes."""


class NoRoom(DomainError):
    """The disk is too full to take more."""


def counted_problems(number: int) -> str:
    """``1 problem``, ``7 problems``."""
    return "1 problem" if number == 1 else f"{number} problems"


@dataclass(frozen=True)
class LineError:
    """What is wrong with one line of a file; line 1 is the header."""

    line: int
    message: str


class BadLines(Invalid):
    """A file was refused as a whole; ``lines`` says why, line by line, the first hundred of them."""

    MOST = 100

    def __init__(self, lines: list[LineError], *, code: str = "lines") -> None:
        more = f" The first {self.MOST} are listed." if len(lines) > self.MOST else ""
        super().__init__(f"Nothing was taken: {counted_problems(len(lines))} in the file.{more}", code=code)
        self.lines = lines[: self.MOST]
