"""Everything a person can ask of the API, from the URL map and its schema, and answers made comparable byte by byte.

``Asking`` is one request; ``everything`` makes them all. What stands for the id in a route is told by the word before
it (``STANDS_FOR``), so that a new route asks about every object of that kind; a route whose word is unknown fails.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from tests.webapp.permission_matrix import MATRIX, filled
from webapp.accounts.models import User
from webapp.core.models import Record

UNKNOWN = str(uuid.UUID(int=0xDEAD << 64))
#: The word before an id, and what in the scene it may stand for.
STANDS_FOR: Mapping[str, tuple[str, ...]] = {
    "absences": (),
    "adjudications": ("round_unread", "round_signed", "round_foreign"),
    "assignments": ("unread", "signed", "deferred", "unread_of_bob", "signed_of_bob", "foreign_of_bob"),
    "batches": (),
    "cases": ("case",),
    "comparisons": ("specimen", "signed_specimen", "foreign_specimen"),
    "fields-of-view": ("field",),
    "members": ("membership_of_alice", "membership_of_bob"),
    "presentations": ("presentation_of_alice", "presentation_of_bob"),
    "qa": (),
    "readings": ("reading_of_alice",),
    "results": (),
    "runs": (),
    "slide-requests": ("slide_request_of_alice",),
    "slides": ("slide", "signed_slide", "mapped_slide"),
    "studies": ("study",),
    "tokens": ("token_of_alice",),
    "users": ("alice", "bob"),
}
#: What stands for a query parameter that is an id.
IDS_ASKED = {"study": "study", "specimen": "specimen", "slide": "slide"}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: Random by nature: tokens against forged requests, a new token's secret, the sealed value of a tile cookie.
_RANDOM = (
    re.compile(rb'(?<="csrf_token":")[^"]+'), re.compile(rb'(?<="token":")dsk_[^"]+'),
    re.compile(rb'(?<="prefix":")[^"]+'), re.compile(rb'(?<=csrfmiddlewaretoken" value=")[^"]+'),
    re.compile(rb'(?<=nonce=")[^"]+'),
)  # fmt: skip


@dataclass(frozen=True)
class Asking:
    """One request. ``name`` is the route's row in the matrix; ``path`` begins after /api/."""

    name: str
    path: str
    query: str = ""
    body: str = "null"
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def method(self) -> str:
        return self.name.partition(" ")[0]

    def __str__(self) -> str:
        return f"{self.method} {self.path}{'?' if self.query else ''}{self.query}"


@dataclass(frozen=True)
class Answer:
    """What came back, with what is random by nature taken out."""

    status: int
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes


def ids_of(route: str, scene: SimpleNamespace, hidden: Mapping[str, list[str]]) -> Iterator[str]:
    """The route with every object it can be about in the place of its id, with an unknown one, and with those that are
    there in the hidden world alone. At most one id a route is varied."""
    found = re.search(r"([a-z-]+)/<uuid:[a-z_]+>", route)
    if found is None:
        yield re.sub("<int:[a-z]+>", "0", route)
        return
    word = found[1]
    assert route.count("<uuid:") == 1, f"{route}: only one id is varied here; a second one needs both asked for."
    assert word in STANDS_FOR, f"{route}: say in STANDS_FOR what the id after {word!r} may be, so that it is asked for."
    known = [str(getattr(scene, thing).pk) for thing in STANDS_FOR[word]]
    for value in [*known, UNKNOWN, *hidden.get(word, [])]:
        yield re.sub("<int:[a-z]+>", "0", re.sub("<uuid:[a-z_]+>", value, route))


def everything(scene: SimpleNamespace, hidden: Mapping[str, list[str]] | None = None) -> Iterator[Asking]:
    """Every route of the matrix about every object, with its body; lists also with every parameter their schema
    names."""
    for name, row in MATRIX.items():
        method, route = name.split(" ", 1)
        body = filled(json.dumps(row.body), scene)
        for path in ids_of(route, scene, hidden or {}):
            yield Asking(name, path, body=body, headers=tuple(row.headers.items()))
            if method == "GET" and UNKNOWN not in path:
                for query in _queries(route, scene):
                    yield Asking(name, path, query)


@cache
def _parameters() -> dict[str, list[dict[str, Any]]]:
    """The query parameters of each GET, by its address with the ids left out."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    found = {}
    for path, operations in schema["paths"].items():
        asked = [one for one in operations.get("get", {}).get("parameters", []) if one["in"] == "query"]
        found[re.sub(r"\{[^}]+\}", "{}", path.removeprefix("/api/"))] = asked
    return found


def _queries(route: str, scene: SimpleNamespace) -> Iterator[str]:
    for parameter in _parameters()[re.sub("<[^>]+>", "{}", route)]:
        name, schema = parameter["name"], parameter["schema"]
        if "enum" in schema:
            values = [str(value) for value in schema["enum"]]
        elif schema.get("format") == "uuid":
            values = [str(getattr(scene, IDS_ASKED[name]).pk)] if name in IDS_ASKED else [UNKNOWN]
        elif name == "page":
            continue  # the only page is the list itself
        elif name in ("marker", "search"):
            values = ["ER"] if name == "marker" else ["e"]
        else:
            values = ["1"]
        yield from (f"{name}={value}" for value in values)


class Person:
    """Somebody signed in, who asks and whose every request can be undone."""

    def __init__(self, user: Any) -> None:
        self.client = APIClient(raise_request_exception=False)
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        self.session = self.client.cookies.output(header="", sep=";")

    def ask(self, asking: Asking, common: frozenset[str], *, undo: bool = True) -> Answer:
        """The answer to it. ``common`` are the ids that both worlds know: others are named by their order."""
        self.client.cookies.clear()
        self.client.cookies.load(self.session)
        savepoint = transaction.savepoint()
        address = asking.path if asking.path.startswith("/") else f"/api/{asking.path}"
        body = json.loads(asking.body)
        answer = getattr(self.client, asking.method.lower())(
            f"{address}{'?' if asking.query else ''}{asking.query}",
            *(() if body is None or asking.method == "GET" else (body,)),
            format="json",
            headers=dict(asking.headers),
        )
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        told = Answer(answer.status_code, _headers(answer), content)
        if undo:
            transaction.savepoint_rollback(savepoint)
        else:
            transaction.savepoint_commit(savepoint)
        return comparable(told, common)


def _headers(answer: Any) -> tuple[tuple[str, str], ...]:
    named = {name: value for name, value in answer.items() if name not in ("Date", "Expires")}
    cookies = {f"Set-Cookie {name}": _sealed(morsel) for name, morsel in answer.cookies.items()}
    return tuple(sorted({**named, **cookies}.items()))


def _sealed(morsel: Any) -> str:
    return ";".join(f"{name}={value}" for name, value in sorted(morsel.items()) if value and name != "expires")


def comparable(answer: Answer, common: frozenset[str]) -> Answer:
    """The answer with what is random by nature taken out, ids of new rows numbered as they appear."""
    body = answer.body
    for pattern in _RANDOM:
        body = pattern.sub(b"random", body)
    numbers: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        value = found[0]
        return value if value in common else numbers.setdefault(value, f"new-{len(numbers)}")

    text = _UUID.sub(number, body.decode("latin-1"))
    headers = tuple((name, _UUID.sub(number, value)) for name, value in answer.headers if name != "Content-Length")
    return Answer(answer.status, headers, text.encode("latin-1"))


def all_ids() -> dict[str, set[str]]:
    """The ids of every row there is, by model."""
    return {
        model._meta.label: {str(pk) for pk in model._default_manager.values_list("pk", flat=True)}
        for model in apps.get_models()
        if issubclass(model, Record | User)
    }
