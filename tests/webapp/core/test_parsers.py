"""reliability.md H3: whatever is sent as JSON, the answer is 400, 413 or 415, never a 5xx."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework.views import APIView

from webapp.accounts.models import User
from webapp.core.errors import Invalid
from webapp.core.parsers import loads

BAD: dict[str, bytes] = {
    "2 000 levels": b'{"j":' + b"[" * 2000 + b"]" * 2000 + b"}",
    "100 000 levels": b'{"j":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "100 000 objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "33 levels": b'{"j":' + b"[" * 32 + b"]" * 32 + b"}",
    "never closed": b'{"j":' + b"[" * 100_000,
    "key twice": b'{"name": "a", "name": "b"}',
    "key twice, inside": b'{"a": [{"b": 1, "\\u0062": 2}]}',
    "NUL": b'{"name": "a\\u0000b"}',
    "NUL in a key": b'{"na\\u0000me": 1}',
    "raw NUL": b'{"name": "a\x00b"}',
    "high surrogate alone": b'{"name": "\\ud800"}',
    "low surrogate alone": b'{"name": ["\\uDFFF"]}',
    "surrogates in the wrong order": b'{"name": "\\udc00\\ud800"}',
    "NaN": b'{"x": NaN}',
    "Infinity": b'{"x": Infinity}',
    "-Infinity": b'{"x": -Infinity}',
    "1e400": b'{"x": 1e400}',
    "-1e400": b'{"x": [-1e400]}',
    "100 000 digits": b'{"x": ' + b"9" * 100_000 + b"}",
    "byte order mark": b'\xef\xbb\xbf{"x": 1}',
    "UTF-16": '{"x": 1}'.encode("utf-16"),
    "UTF-16 without a mark": '{"x": 1}'.encode("utf-16-le"),
    "UTF-32": '{"x": 1}'.encode("utf-32"),
    "invalid UTF-8": b'{"x": "\xff\xfe"}',
    "overlong UTF-8": b'{"x": "\xc0\xaf"}',
    "surrogate in UTF-8": b'{"x": "\xed\xa0\x80"}',
    "array": b"[1, 2]",
    "text": b'"name"',
    "null": b"null",
    "two documents": b'{"x": 1}{"x": 2}',
    "a comma too many": b'{"x": 1,}',
    "a comment": b'{"x": 1 /* one */}',
    "single quotes": b"{'x': 1}",
    "octal": b'{"x": 010}',
    "white space": b"   ",
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_bad_json_is_refused_with_problem_details(body: bytes, tina: User, client_of: Callable[..., APIClient]) -> None:
    response = client_of(tina).generic("POST", "/api/runs", body, content_type="application/json")
    assert response.status_code == 400, response.content[:300]
    assert response.headers["Content-Type"] == "application/problem+json"
    answer = response.json()
    assert answer["status"] == 400
    assert answer["code"] == "json"
    assert len(response.content) < 1000


def test_too_much_json_is_refused(tina: User, client_of: Callable[..., APIClient]) -> None:
    body = b'{"x": "' + b"a" * 50 * 2**20 + b'"}'
    response = client_of(tina).generic("POST", "/api/runs", body, content_type="application/json")
    assert response.status_code == 413
    assert response.json()["code"] == "json_too_large"


@pytest.mark.parametrize(
    ("content_type", "headers"),
    [
        ("text/plain", {}),
        ("application/xml", {}),
        ("application/x-www-form-urlencoded", {}),
        ("application/json; charset=utf-16", {}),
        ("application/json", {"Content-Encoding": "gzip"}),
        ("", {}),
        ("////", {}),
    ],
)
def test_other_types_are_refused(
    content_type: str, headers: dict[str, str], tina: User, client_of: Callable[..., APIClient]
) -> None:
    body = gzip.compress(b"{}") if headers else b'{"algorithm": "nnp"}'
    response = client_of(tina).generic("POST", "/api/runs", body, content_type=content_type, headers=headers)
    assert response.status_code == 415
    assert response.headers["Content-Type"] == "application/problem+json"


class _Echo(APIView):
    permission_classes = []
    authentication_classes = []

    def post(self, request: Request) -> Response:
        return Response(request.data)


def test_the_limit_is_the_setting(settings: Any) -> None:
    settings.JSON_MAX_BYTES = 20

    def status_of(body: bytes) -> int:
        request = APIRequestFactory().generic("POST", "/", body, content_type="application/json")
        return int(_Echo.as_view()(request).status_code)

    assert status_of(b'{"x": "aaaaaaaaaaa"}') == 200
    assert status_of(b'{"x": "aaaaaaaaaaaa"}') == 413


def test_32_levels_and_pairs_of_surrogates_are_fine() -> None:
    deep = b'{"j":' + b"[" * 31 + b"]" * 31 + b"}"
    assert loads(deep, deepest=32) == json.loads(deep)
    assert loads(b'{"face": "\\ud83d\\ude00", "path": "C:\\\\u0000"}', deepest=32) == {
        "face": "😀",
        "path": "C:\\u0000",
    }


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc\\u0d8", max_size=4), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.text("abc\\u0d8", max_size=4), _json, max_size=4), st.booleans())
def test_what_is_fine_comes_through_unchanged(document: dict[str, Any], ascii_only: bool) -> None:
    assert loads(json.dumps(document, ensure_ascii=ascii_only).encode(), deepest=100) == document


@given(st.binary(max_size=200) | st.text('{}[]":,0123456789eE+-.\\u dDaN', max_size=60).map(str.encode))
def test_any_bytes_are_an_object_or_a_sentence(body: bytes) -> None:
    try:
        said: object = loads(body, deepest=32)
    except Invalid as error:
        said = error.message
    assert isinstance(said, dict) or str(said).endswith(".")
