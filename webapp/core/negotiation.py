"""Which form an answer takes: the view's own, whatever the request says it accepts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches


class OneForm(BaseContentNegotiation):
    """An address has one form of answer (JSON, a picture, cells in binary), so there is nothing to negotiate: a request
    that asks for another form gets this one rather than a 406 for data that it could read."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        """The parser of the request's content type; None is answered with 415."""
        return next((parser for parser in parsers if media_type_matches(parser.media_type, request.content_type)), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, Any]:
        """The view's first renderer and its media type."""
        first = next(iter(renderers))
        return first, first.media_type
