"""Can this be scored with that? Every refusal says what was received and what to do about it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any

from scoring.cards import DEFAULT_METHOD, ModelCard
from scoring.types import ScoringError
from webapp.core.errors import Conflict, Invalid
from webapp.slides.models import FieldOfView, Slide, Specimen


def checked_card(cards: Mapping[str, ModelCard], key: str, version: str) -> ModelCard:
    """The card of the algorithm asked for ("" for the default one), in the version asked for ("" for the one there is).
    One whose weights are not installed is refused."""
    key = key or DEFAULT_METHOD
    card = cards.get(key)
    if card is None:
        known = ", ".join(sorted(cards))
        raise Invalid(f"There is no algorithm {key[:40]!r}; choose one of: {known}.", fields={"algorithm": "Unknown."})
    if not card.installed:
        raise Invalid(
            f"The weights of {card.name} are not installed here, so it cannot run. Choose another algorithm, or have "
            f"them made: python -m scoring train {card.key}",
            fields={"algorithm": "Not installed."},
            code="weights_not_installed",
        )
    if version and version != card.version:
        raise Invalid(
            f"{card.name} is here in version {card.version}; version {version[:20]!r} was asked for.",
            fields={"version": f"Only {card.version}."},
        )
    return card


def checked_version(card: ModelCard, named: Collection[str]) -> None:
    """Refuse a version other than the one that the study's protocol names (``key@version``): a study that has chosen
    one keeps it, whatever is installed since. An algorithm that it does not name runs in the version there is."""
    versions = [each.partition("@")[2] for each in named if each.partition("@")[0] == card.key]
    if versions and card.version not in versions:
        raise Conflict(
            f"The study's protocol is locked to {card.name} version {', '.join(sorted(versions))}; version "
            f"{card.version} is installed. A new version of the protocol can name it.",
            code="version_locked",
        )


def checked_parameters(
    card: ModelCard, preset: str, given: Mapping[str, Any], marker: str
) -> tuple[str, dict[str, Any]]:
    """The preset ("" takes the card's "default", or its first) and all parameters, defaults filled in. Where the card
    asks for the marker, it is the slide's."""
    preset = preset or ("default" if "default" in card.presets else card.presets[0])
    asked = dict(given)
    spec = next((spec for spec in card.parameters if spec.name == "marker"), None)
    if spec is not None and marker in spec.choices and asked.setdefault("marker", marker) != marker:
        raise Invalid(
            f"The slide is stained for {marker}; the run asks for {str(asked['marker'])[:20]!r}. Leave marker out.",
            fields={"parameters": "marker is the slide's."},
        )
    try:
        return preset, dict(card.resolve(preset, asked))
    except ScoringError as error:
        raise Invalid(str(error)[:400], fields={"parameters": str(error)[:400]}, code="bad_parameters") from error


def checked_specimen(specimen: Specimen, card: ModelCard) -> None:
    """Refuse a specimen that this algorithm cannot score now; ``specimen.slide`` is loaded."""
    slide = specimen.slide
    where = f"{slide.name}, core {specimen.row}/{specimen.column}" if specimen.kind == "core" else slide.name
    if specimen.is_missing:
        raise Invalid(f"{where}: the core is missing on the slide, so there is nothing to score.", code="core_missing")
    if slide.state != Slide.State.READY:
        raise Invalid(
            f"{where}: the slide is {slide.state}, not ready; wait until it has been taken in.", code="slide_not_ready"
        )
    if slide.marker not in card.markers:
        raise Invalid(
            f"{where}: {card.name} scores {', '.join(card.markers)}; this slide is stained for {slide.marker}.",
            code="wrong_marker",
        )
    if slide.um_per_px is None:
        raise Invalid(
            f"{where}: the size of a pixel (µm/px) is not known, and it is never guessed. "
            "A technician enters it on the slide's page; then the run can start.",
            code="needs_um_per_px",
        )
    low, high = card.min_um_per_px, card.max_um_per_px
    if not low <= float(slide.um_per_px) <= high:
        raise Invalid(
            f"{where}: {card.name} works between {low} and {high} µm/px; the slide has {float(slide.um_per_px)}. "
            "Scan it at another magnification, or correct the µm/px if it was entered wrongly.",
            code="um_per_px_out_of_range",
        )


def checked_field(specimen: Specimen, found: FieldOfView | None) -> FieldOfView:
    """The field of view, which must lie on the specimen (inside the circle, for a core)."""
    if found is None:
        raise Invalid(
            "The field of view is not on the specimen's slide; choose one that is.",
            fields={"field_of_view": "Not on this slide."},
        )
    if specimen.kind == Specimen.Kind.CORE:
        centre_x, centre_y, radius = specimen.center_x_px, specimen.center_y_px, specimen.radius_px
        far_x = max(abs(found.x_px - (centre_x or 0)), abs(found.x_px + found.width_px - (centre_x or 0)))
        far_y = max(abs(found.y_px - (centre_y or 0)), abs(found.y_px + found.height_px - (centre_y or 0)))
        if math.hypot(far_x, far_y) > (radius or 0):
            raise Invalid(
                "The field of view reaches beyond the core, into what may be another case; choose one inside it.",
                fields={"field_of_view": "Not inside the core."},
            )
    return found


def region_of(specimen: Specimen, field: FieldOfView | None) -> dict[str, Any] | None:
    """What is scored, in level-0 px: the field of view, else the core's circle (by the square around it), else (None)
    the whole section."""
    if field is not None:
        return _box("rectangle", field.x_px, field.y_px, field.width_px, field.height_px)
    if specimen.kind != Specimen.Kind.CORE:
        return None
    if specimen.center_x_px is None or specimen.center_y_px is None or specimen.radius_px is None:
        raise Invalid("The core has no circle on its slide; complete the TMA map first.", code="core_without_circle")
    radius = specimen.radius_px
    return _box("circle", specimen.center_x_px - radius, specimen.center_y_px - radius, 2 * radius, 2 * radius)


def _box(shape: str, x_px: float, y_px: float, width_px: float, height_px: float) -> dict[str, Any]:
    return {
        "shape": shape,
        "x": float(x_px),
        "y": float(y_px),
        "width": float(width_px),
        "height": float(height_px),
    }
