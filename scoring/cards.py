"""Model cards: what each method is, accepts and may be asked, as data. No torch, no weights are loaded here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
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
    installed: bool = True
    """Whether the weights that the default preset needs are there."""
    data: str = ""
    """What the weights were trained on, in a sentence; empty without weights."""
    metrics: Mapping[str, Any] = field(default_factory=dict)
    """Figures of the weights on tissue held out of training, as their manifest has them."""

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
            "installed": self.installed,
            "data": self.data,
            "metrics": dict(self.metrics),
        }


def _same(value: float | str) -> Mapping[str, float | str]:
    return MappingProxyType(dict.fromkeys(PRESETS, value))


def _by_preset(paper: float | str, default: float | str, cpu: float | str) -> Mapping[str, float | str]:
    return MappingProxyType({"paper": paper, "default": default, "cpu": cpu})


RULE_NAMES = ("duoscope-1", "qupath", "paper-fitted", "paper-ppc", "paper-ihc-profiler")

_CLASS_RULE = ParameterSpec(
    "class_rule",
    "choice",
    "Rule that turns DAB into negative, weak, moderate or strong. duoscope-1: mean DAB OD10 .15/.35/.65; qupath: "
    ".2/.4/.6; paper-*: luminance of the stain-intensity description image (reconstructed thresholds).",
    _by_preset("paper-fitted", "duoscope-1", "duoscope-1"),
    choices=RULE_NAMES,
)
_STAIN_PARAMETERS = (
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
)
_NUCLEUS_PARAMETERS = (
    ParameterSpec("min_area_um2", "number", "Smallest nucleus.", _same(8.0), minimum=1.0, maximum=100.0, unit="µm²"),
    ParameterSpec("max_area_um2", "number", "Largest nucleus.", _same(250.0), minimum=50.0, maximum=1000.0, unit="µm²"),
)
_COUNTING_PARAMETERS = (
    ParameterSpec(
        "marker",
        "choice",
        "Antibody: decides the category beside the number (ER, PR); none is given for p53 or where it is unknown.",
        _same("unknown"),
        choices=("unknown", "ER", "PR", "p53"),
    ),
    ParameterSpec(
        "tumour_only",
        "choice",
        "auto: tumour nuclei alone, by the tumour network, where its weights are installed; all: every nucleus, as in "
        "the paper.",
        _by_preset("all", "auto", "auto"),
        choices=("auto", "all"),
    ),
    _CLASS_RULE,
    *_STAIN_PARAMETERS,
    ParameterSpec(
        "work_um_per_px",
        "number",
        "Pixel size at which nuclei are sought; finer slides are averaged down to about this.",
        _by_preset(0.5, 0.5, 0.75),
        minimum=0.2,
        maximum=1.0,
        unit="µm/px",
    ),
    *_NUCLEUS_PARAMETERS,
)
_NETWORK_PARAMETERS = (
    ParameterSpec(
        "views",
        "choice",
        "The score is the mean over this many turned and mirrored views of a window.",
        _by_preset("1", "8", "8"),
        choices=("1", "8"),
    ),
    ParameterSpec(
        "masks",
        "choice",
        "whole: a window's masks in one pass; sliding: overlapping windows of 224 px as in the paper, blended.",
        _by_preset("sliding", "whole", "whole"),
        choices=("whole", "sliding"),
    ),
    replace(
        _CLASS_RULE,
        description=f"For the nuclei that are listed; the score does not depend on it. {_CLASS_RULE.description}",
    ),
    *_STAIN_PARAMETERS,
    ParameterSpec(
        "work_um_per_px",
        "number",
        "Pixel size that the networks see; they were trained at 0.65.",
        _same(0.65),
        minimum=0.6,
        maximum=0.7,
        unit="µm/px",
    ),
    *_NUCLEUS_PARAMETERS,
)

_PAPER = (
    "Liu J et al., An End-to-End Deep Learning Histochemical Scoring System for Breast Cancer TMA, "
    "IEEE Trans Med Imaging 2019"
)
_LIMITS = (
    "Nuclear markers only (ER, PR, p53); a field whose DAB is not nuclear is not scored.",
    "Checked on endometrium with mostly strong staining; no low-ER real tissue was available.",
)
_LUMINANCE_LIMIT = "The paper's luminance thresholds are lost; the paper preset uses labelled reconstructions."
_TRAINED = "The networks were trained on synthetic tissue; research use only."

_NNP = ModelCard(
    key="nnp",
    version="2",
    name="Nuclei number percentage",
    scheme="h-score",
    markers=("ER", "PR", "p53"),
    summary="H-score from the numbers of negative, weak, moderate and strong nuclei, found by seeded watershed.",
    presets=PRESETS,
    parameters=_COUNTING_PARAMETERS,
    weights_sha256=None,
    min_um_per_px=0.05,
    max_um_per_px=1.1,
    paper=_PAPER,
    limits=(*_LIMITS, _LUMINANCE_LIMIT),
)

_NAP = replace(
    _NNP,
    key="nap",
    name="Nuclei area percentage",
    summary="H-score from the nuclear area that is negative, weak, moderate and strong, pixel by pixel.",
    limits=(*_NNP.limits, "Percentages are of nuclear area; the counts beside them are nuclei, classed by their mean."),
)


def _shipped() -> Mapping[str, Mapping[str, Any]]:
    """What the manifest says of the shipped weights, by name; empty where none ship. No weights are read."""
    manifest = resources.files("scoring").joinpath("weights", "manifest.json")
    if not manifest.is_file():
        return {}
    entries: dict[str, dict[str, Any]] = json.loads(manifest.read_text(encoding="utf-8"))
    return entries


def _trained_on(key: str) -> str:
    training = _SHIPPED.get(key, {}).get("training", {})
    if not training:
        return ""
    return f"{training.get('images', '?')} synthetic cores of known truth, {training.get('steps', '?')} steps."


_SHIPPED = _shipped()
MASK_NETWORKS = ("nuclei-unet", "tumour-unet")


def _network(key: str, name: str, summary: str) -> ModelCard:
    return replace(
        _NNP,
        key=key,
        version="1",
        name=name,
        summary=summary,
        parameters=_NETWORK_PARAMETERS,
        weights_sha256=_SHIPPED[key]["sha256"] if key in _SHIPPED else None,
        data=_trained_on(key),
        metrics=MappingProxyType(_SHIPPED.get(key, {}).get("metrics", {})),
        max_um_per_px=0.8,
        limits=(
            *_LIMITS,
            _TRAINED,
            "The network gives a number alone: no percentages and no category. The nuclei listed beside it are counted "
            "by rule and need not add up to it.",
        ),
        installed={key, *MASK_NETWORKS} <= set(_SHIPPED),
    )


COUNTING = ("nnp", "nap")
"""Methods that count nuclei or their area; the others are networks."""
CARDS: Mapping[str, ModelCard] = MappingProxyType(
    {
        card.key: card
        for card in (
            _network(
                "ram-cnn",
                "RAM-CNN",
                "H-score by a two-column network from nuclei and tumour nuclei of the stain-intensity image.",
            ),
            _network("ra-cnn", "RA-CNN", "As RAM-CNN, with one column that sees both maps as channels."),
            _network("rgb-cnn", "RGB-CNN", "H-score by a single-column network from the picture itself."),
            _network("alexnet", "AlexNet", "H-score by AlexNet from the picture itself."),
            _network("resnet-18", "ResNet-18", "H-score by ResNet-18 from the picture itself."),
            _NNP,
            _NAP,
        )
    }
)
"""Every method by key."""
DEFAULT_METHOD = "ram-cnn" if CARDS["ram-cnn"].installed else "nnp"


def find_card(key: str) -> ModelCard:
    """The card of a key; raises ScoringError naming the known ones."""
    if key not in CARDS:
        raise ScoringError(f"Unknown method {key!r}; known are {', '.join(CARDS)}.")
    return CARDS[key]
