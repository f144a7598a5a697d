"""JSON as the API takes it: one object in UTF-8, bounded, without anything that two readers could read differently.

Refused with 400, 413 or 415, never with a 500: what is larger than ``JSON_MAX_BYTES``, deeper than
``JSON_MAX_DEPTH``, not UTF-8 (a byte order mark included), compressed, a key given twice, NUL and lone surrogates
(PostgreSQL stores neither), NaN, infinities and numbers that overflow to one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from webapp.core.errors import Invalid, TooLarge

# Only where an escape stands that could make one is it worth looking at every string. (Raw NULs are no JSON.)
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _refuse(message: str) -> NoReturn:
    raise Invalid(message, code="json")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        _refuse(f"The key {twice[:60]!r} is given more than once in one object.")
    return found


@dataclass(frozen=True)
class _Unusable:
    """Stands in the place of what looks like a number and is none, until the field is known that it was sent in."""

    why: str


def _constant(name: str) -> _Unusable:
    return _Unusable(f"{name} is not a JSON number.")


def _float(text: str) -> float | _Unusable:
    number = float(text)
    return _Unusable(f"The number {text[:40]} is too large.") if math.isinf(number) else number


def _int(text: str) -> int | _Unusable:
    try:
        return int(text)
    except ValueError:  # Python's limit on the digits of an integer
        return _Unusable("A number has too many digits.")


def _look_through(document: Any, *, strings: bool, deepest: int) -> None:
    """Walk without recursion; refuse what is nested too deep, numbers that are none (naming their field) and, where
    asked to, strings that cannot be stored."""
    level = [("", document)]
    depth = 0
    while level:
        depth += 1
        below: list[tuple[str, Any]] = []
        for name, node in level:
            if isinstance(node, dict):
                if strings and any(_UNSTORABLE.search(key) for key in node):
                    _refuse("A key holds NUL or half of a surrogate pair, which cannot be stored.")
                children: Any = node.items()
            else:
                children = ((name, child) for child in node)
            for key, child in children:
                if isinstance(child, dict | list):
                    below.append((key, child))
                elif isinstance(child, _Unusable):
                    raise Invalid(child.why, fields={key[:60]: child.why}, code="json")
                elif strings and isinstance(child, str) and _UNSTORABLE.search(child):
                    _refuse("A text holds NUL or half of a surrogate pair, which cannot be stored.")
        if depth > deepest:
            _refuse(f"The JSON is nested more than {deepest} levels deep.")
        level = below


def loads(body: bytes, *, deepest: int) -> dict[str, Any]:
    """The object that ``body`` says.

    Raises:
        Invalid: it is not one such object; the message says why.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"The body is not UTF-8 (at byte {error.start}).", code="json") from error
    if text.startswith("\ufeff"):
        _refuse("The body begins with a byte order mark; send plain UTF-8.")
    try:
        document = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
        )
    except json.JSONDecodeError as error:
        raise Invalid(
            f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).", code="json"
        ) from error
    except RecursionError as error:
        raise Invalid(f"The JSON is nested more than {deepest} levels deep.", code="json") from error
    if not isinstance(document, dict):
        _refuse("The body must be one JSON object: {…}.")
    _look_through(document, strings=bool(_SUSPECT.search(text)), deepest=deepest)
    return document


class StrictJSONParser(BaseParser):
    """Parses ``application/json``."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The request's object; see ``loads`` for what is refused."""
        request = (parser_context or {}).get("request")
        encoding = request.headers.get("Content-Encoding", "identity") if request is not None else "identity"
        charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", media_type or "", re.IGNORECASE)
        if encoding.lower() != "identity" or (charset and charset.group(1).lower() not in ("utf-8", "utf8")):
            raise UnsupportedMediaType(media_type or "", "JSON must come as uncompressed UTF-8.")
        body = stream.read(settings.JSON_MAX_BYTES + 1)
        if len(body) > settings.JSON_MAX_BYTES:
            raise TooLarge(
                f"The JSON is larger than {settings.JSON_MAX_BYTES} bytes. Send it in parts.",
                code="json_too_large",
            )
        return loads(body, deepest=settings.JSON_MAX_DEPTH)
