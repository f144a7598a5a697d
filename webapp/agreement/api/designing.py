"""How many specimens a study of agreement needs. Tells nothing of any study."""

from __future__ import annotations

import math
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scoring.agreement import items_for_icc_test, items_for_icc_width, items_for_kappa_test, items_for_kappa_width
from scoring.types import ScoringError
from webapp.core.errors import Invalid
from webapp.core.queries import known_parameters

_DEFAULTS = {
    "planned": 0.8, "least": 0.6, "width": 0.2, "readers": 2.0, "share": 0.5, "alpha": 0.05, "power": 0.8,
    "confidence": 0.95,
}  # fmt: skip


class SampleSizeSerializer(serializers.Serializer[Any]):
    """Specimens that every reader reads; ``sentence`` says for what, ``formula`` by whose."""

    items = serializers.IntegerField()
    sentence = serializers.CharField()
    formula = serializers.CharField()


class SampleSizeView(APIView):
    @extend_schema(
        operation_id="sample_size",
        parameters=[
            OpenApiParameter("statistic", str, required=True, enum=["icc", "kappa"]),
            OpenApiParameter("aim", str, required=True, enum=["width", "test"]),
            *(
                OpenApiParameter(name, float, description=f"{value:g} if left out.")
                for name, value in _DEFAULTS.items()
            ),
        ],
        responses=SampleSizeSerializer,
    )
    def get(self, request: Request) -> Response:
        """For an interval of a stated width, or to show that agreement is above a least value."""
        asked = known_parameters(request, "statistic", "aim", *_DEFAULTS)
        number = {name: _number(name, asked.get(name), value) for name, value in _DEFAULTS.items()}
        kind = asked.get("statistic", ""), asked.get("aim", "")
        if kind not in _WAYS:
            raise Invalid(
                "Ask for icc or kappa, by width or test.", code="query",
                fields={"statistic": "icc or kappa.", "aim": "width or test."},
            )  # fmt: skip
        try:
            return Response(_WAYS[kind](number))
        except ScoringError as error:
            raise Invalid(str(error), code="query") from error


def _icc_width(of: dict[str, float]) -> dict[str, Any]:
    readers = _whole(of["readers"])
    items = items_for_icc_width(of["planned"], readers, width=of["width"], confidence=of["confidence"])
    said = f"for a {of['confidence']:.0%} interval {of['width']:g} wide about an ICC of {of['planned']:g}"
    return _answer(items, f"{readers} readers, {said}", "Bonett 2002")


def _icc_test(of: dict[str, float]) -> dict[str, Any]:
    readers = _whole(of["readers"])
    items = items_for_icc_test(of["least"], of["planned"], readers, alpha=of["alpha"], power=of["power"])
    said = f"to show an ICC above {of['least']:g} where it is {of['planned']:g}"
    return _answer(items, f"{readers} readers, {said}, {_strength(of)}", "Walter, Eliasziw and Donner 1998")


def _kappa_width(of: dict[str, float]) -> dict[str, Any]:
    items = items_for_kappa_width(of["planned"], of["share"], width=of["width"], confidence=of["confidence"])
    said = f"for a {of['confidence']:.0%} interval {of['width']:g} wide about a κ of {of['planned']:g}"
    return _answer(items, f"2 readers, {of['share']:.0%} positive, {said}", "Bloch and Kraemer 1989")


def _kappa_test(of: dict[str, float]) -> dict[str, Any]:
    items = items_for_kappa_test(of["least"], of["planned"], of["share"], alpha=of["alpha"], power=of["power"])
    said = f"to show a κ above {of['least']:g} where it is {of['planned']:g}"
    return _answer(items, f"2 readers, {of['share']:.0%} positive, {said}, {_strength(of)}", "Donner and Eliasziw 1992")


_WAYS = {
    ("icc", "width"): _icc_width, ("icc", "test"): _icc_test,
    ("kappa", "width"): _kappa_width, ("kappa", "test"): _kappa_test,
}  # fmt: skip


def _strength(of: dict[str, float]) -> str:
    return f"one-sided at {of['alpha']:g} with a power of {of['power']:.0%}"


def _answer(items: int, said: str, formula: str) -> dict[str, Any]:
    return {"items": items, "sentence": f"{items} specimens: {said}.", "formula": formula}


def _number(name: str, text: str | None, default: float) -> float:
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Invalid(f"{name} is a number; received {text[:40]!r}.", fields={name: "A number."}, code="query")
    return value


def _whole(value: float) -> int:
    if value != int(value):
        raise Invalid(f"readers is a whole number; received {value:g}.", fields={"readers": "Whole."}, code="query")
    return int(value)
