"""Model cards: what each method is, accepts and may be asked, as data. No torch, no weights are loaded here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from scoring.types import RESEARCH_USE, ScoringError

Preset = Literal["paper", "default", "cpu"]
PRESETS: tuple[Preset, ...] = ("paper", "default", "cpu")


@dataclass(frozen=True)
class ParameterSpec:
    """One parameter a run may set. ``choices`` for text, ``minimum``/``maximum`` for numbers; ``defaults`` by
    preset.
    """

    name: str
    kind: Literal["number", "choice"]
    description: str
    defaults: Mapping[str, float | str]
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""

    def check(self, value: object) -> float | str:
        """The value, typed; raises ScoringError with what was received and what is allowed."""
        if self.kind == "choice":
            if not isinstance(value, str) or value not in self.choices:
                raise ScoringError(f"{self.name} is one of {', '.join(self.choices)}; received {value!r}.")
            return value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ScoringError(f"{self.name} is a number; received {value!r}.")
        low, high = self.minimum, self.maximum
        number = float(value)
        if not ((low is None or number >= low) and (high is None or number <= high)):
            raise ScoringError(
                f"{self.name} lies between {low} and {high} {self.unit}; received {value}.".replace(" ;", ";")
            )
        return number


@dataclass(frozen=True)
class ModelCard:
    """One version of one method."""

    key: str
    version: str
    name: str
    scheme: str
    markers: tuple[str, ...]
    summary: str
    presets: tuple[Preset, ...]
    parameters: tuple[ParameterSpec, ...]
    weights_sha256: str | None
    min_um_per_px: float
    max_um_per_px: float
    paper: str
    limits: tuple[str, ...]
    research_use: str = RESEARCH_USE

    def resolve(self, preset: str, parameters: Mapping[str, object]) -> dict[str, float | str]:
        """Every parameter of a run: the preset's defaults with what was asked. Unknown names and values are refused."""
        if preset not in self.presets:
            raise ScoringError(f"{self.key} has the presets {', '.join(self.presets)}; received {preset!r}.")
        known = {spec.name: spec for spec in self.parameters}
        unknown = sorted(set(parameters) - set(known))
        if unknown:
            raise ScoringError(f"{self.key} has no parameter {unknown[0]!r}; it has {', '.join(known)}.")
        asked = {**{name: spec.defaults[preset] for name, spec in known.items()}, **parameters}
        return {name: known[name].check(value) for name, value in asked.items()}

    def as_json(self) -> dict[str, Any]:
        """The card as plain data."""
        return {
            "key": self.key,
            "version": self.version,
            "name": self.name,
            "scheme": self.scheme,
            "markers": list(self.markers),
            "summary": self.summary,
            "presets": list(self.presets),
            "parameters": [
                {
                    "name": spec.name,
                    "type": spec.kind,
                    "description": spec.description,
                    "default": spec.defaults["default"],
                    "defaults": dict(spec.defaults),
                    "minimum": spec.minimum,
                    "maximum": spec.maximum,
                    "choices": list(spec.choices),
                    "unit": spec.unit,
                }
                for spec in self.parameters
            ],
            "weights_sha256": self.weights_sha256,
            "min_um_per_px": self.min_um_per_px,
            "max_um_per_px": self.max_um_per_px,
            "paper": self.paper,
            "limits": list(self.limits),
            "research_use": self.research_use,
        }


def _same(value: float | str) -> Mapping[str, float | str]:
    return MappingProxyType(dict.fromkeys(PRESETS, value))


def _by_preset(paper: float | str, default: float | str, cpu: float | str) -> Mapping[str, float | str]:
    return MappingProxyType({"paper": paper, "default": default, "cpu": cpu})


RULE_NAMES = ("duoscope-1", "qupath", "paper-fitted", "paper-ppc", "paper-ihc-profiler")

_HSCORE_PARAMETERS = (
    ParameterSpec(
        "marker",
        "choice",
        "Antibody: decides the category beside the number (ER, PR); none is given for p53 or where it is unknown.",
        _same("unknown"),
        choices=("unknown", "ER", "PR", "p53"),
    ),
    ParameterSpec(
        "class_rule",
        "choice",
        "Rule that turns DAB into negative, weak, moderate or strong. duoscope-1: mean DAB OD10 .15/.35/.65; qupath: "
        ".2/.4/.6; paper-*: luminance of the stain-intensity description image (reconstructed thresholds).",
        _by_preset("paper-fitted", "duoscope-1", "duoscope-1"),
        choices=RULE_NAMES,
    ),
    ParameterSpec(
        "i0",
        "choice",
        "White of the slide: measured on its unstained pixels, or 255 as in the paper.",
        _by_preset("255", "auto", "auto"),
        choices=("auto", "255"),
    ),
    ParameterSpec(
        "stain_vectors",
        "choice",
        "adaptive: haematoxylin from the bluest pixels of this slide, DAB as in the paper; standard: the paper's H-DAB "
        "vectors; macenko: both estimated on this slide. An estimate that cannot be trusted gives way to the standard.",
        _by_preset("standard", "adaptive", "adaptive"),
        choices=("adaptive", "standard", "macenko"),
    ),
    ParameterSpec(
        "completion",
        "choice",
        "Third stain vector: cross product (least squares) or Landini's (ImageJ).",
        _same("cross"),
        choices=("cross", "landini"),
    ),
    ParameterSpec(
        "work_um_per_px",
        "number",
        "Pixel size at which nuclei are sought; finer slides are averaged down to about this.",
        _by_preset(0.5, 0.5, 0.75),
        minimum=0.2,
        maximum=1.0,
        unit="µm/px",
    ),
    ParameterSpec("min_area_um2", "number", "Smallest nucleus.", _same(8.0), minimum=1.0, maximum=100.0, unit="µm²"),
    ParameterSpec("max_area_um2", "number", "Largest nucleus.", _same(250.0), minimum=50.0, maximum=1000.0, unit="µm²"),
)

_PAPER = (
    "Liu J et al., An End-to-End Deep Learning Histochemical Scoring System for Breast Cancer TMA, "
    "IEEE Trans Med Imaging 2019"
)
_LIMITS = (
    "No tumour network runs yet: every nucleus is counted, tumour or not. Choose a field of tumour.",
    "Nuclear markers only (ER, PR, p53); a field whose DAB is not nuclear is not scored.",
    "Checked on endometrium with mostly strong staining; no low-ER real tissue was available.",
    "The paper's luminance thresholds are lost; the paper preset uses labelled reconstructions.",
)

_NNP = ModelCard(
    key="nnp",
    version="1",
    name="Nuclei number percentage",
    scheme="h-score",
    markers=("ER", "PR", "p53"),
    summary="H-score from the numbers of negative, weak, moderate and strong nuclei, found by seeded watershed.",
    presets=PRESETS,
    parameters=_HSCORE_PARAMETERS,
    weights_sha256=None,
    min_um_per_px=0.05,
    max_um_per_px=1.1,
    paper=_PAPER,
    limits=_LIMITS,
)

_NAP = replace(
    _NNP,
    key="nap",
    name="Nuclei area percentage",
    summary="H-score from the nuclear area that is negative, weak, moderate and strong, pixel by pixel.",
    limits=(*_LIMITS, "Percentages are of nuclear area; the counts beside them are nuclei, classed by their mean."),
)

CARDS: Mapping[str, ModelCard] = MappingProxyType({card.key: card for card in (_NNP, _NAP)})
"""Every method by key."""


def find_card(key: str) -> ModelCard:
    """The card of a key; raises ScoringError naming the known ones."""
    if key not in CARDS:
        raise ScoringError(f"Unknown method {key!r}; known are {', '.join(CARDS)}.")
    return CARDS[key]
