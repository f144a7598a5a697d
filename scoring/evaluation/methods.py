"""The methods that are compared, in the order of the paper's Table III, and the networks whose masks they see."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

Inputs = Literal["pair", "stacked", "rgb"]


@dataclass(frozen=True)
class Network:
    """A regression network. ``inputs``: SINI and SITI apart (pair), as two channels (stacked), or the picture (rgb)."""

    key: str
    label: str
    inputs: Inputs


REGRESSION = (
    Network("ram-cnn", "RAM-CNN", "pair"),
    Network("ra-cnn", "RA-CNN", "stacked"),
    Network("rgb-cnn", "RGB-CNN", "rgb"),
    Network("alexnet", "AlexNet", "rgb"),
    Network("resnet-18", "ResNet-18", "rgb"),
)
WITHOUT_AUGMENTATION = Network("ram-cnn-no-dla", "RAM-CNN without label augmentation", "pair")


@dataclass(frozen=True)
class Classical:
    """NNP or NAP; ``tumour_only`` False counts every nucleus, as the paper's ImageJ tool does."""

    key: str
    label: str
    tumour_only: bool


CLASSICAL = (
    Classical("nnp-all", "NNP, all nuclei", False),
    Classical("nnp-tumour", "NNP, tumour nuclei", True),
    Classical("nap-all", "NAP, all nuclei", False),
    Classical("nap-tumour", "NAP, tumour nuclei", True),
)
PRODUCT_NNP = "nnp-product"
PRODUCT_NNP_LABEL = "NNP, rule duoscope-1 (product)"

NUCLEI_NETWORKS = {
    "nuclei-unet": "U-Net",
    "fcn-16s-nuclei": "FCN-16s",
    "segnet-nuclei": "SegNet",
    "res18-unet-nuclei": "Res18-UNet",
}
SEE_GREY = ("nuclei-unet",)
TUMOUR_NETWORKS = {"tumour-unet": "U-Net", "fcn-16s": "FCN-16s", "segnet": "SegNet", "res18-unet": "Res18-UNet"}
"""Segmentation networks by the name of their weights (Table II); those in ``SEE_GREY`` see luminance, others colour."""
WATERSHED = "watershed"
EXACT = "exact"
"""Masks of the scene itself: what perfect segmentation would give."""


def seeds_of(key: str, names: Collection[str]) -> list[str]:
    """Weights of one network in order of seed: ``ram-cnn``, ``ram-cnn-2`` or ``ram-cnn-seed2``, …"""
    form = re.compile(re.escape(key) + r"(-(seed)?\d+)?")
    return sorted((name for name in names if form.fullmatch(name)), key=lambda name: (len(name), name))


@dataclass(frozen=True)
class Row:
    """A line of Table III: a label and the score keys that are averaged over (more than one: seeds)."""

    label: str
    keys: tuple[str, ...]


def table_rows(scored: Collection[str]) -> list[Row]:
    """Lines for the methods that have scores, networks first; a network of several seeds has a line for each, too."""
    rows: list[Row] = []
    for network in REGRESSION:
        seeds = seeds_of(network.key, scored)
        if len(seeds) > 1:
            rows.append(Row(f"{network.label}, mean of {len(seeds)} seeds", tuple(seeds)))
            rows += [Row(f"{network.label}, seed {place}", (key,)) for place, key in enumerate(seeds, start=1)]
        elif seeds:
            rows.append(Row(network.label, (seeds[0],)))
    rows += [Row(one.label, (one.key,)) for one in CLASSICAL if one.key in scored]
    if PRODUCT_NNP in scored:
        rows.append(Row(PRODUCT_NNP_LABEL, (PRODUCT_NNP,)))
    return rows


def main_rows(scored: Collection[str]) -> list[Row]:
    """As :func:`table_rows` without the lines of single seeds."""
    return [row for row in table_rows(scored) if ", seed " not in row.label]


def known(names: Sequence[str]) -> list[str]:
    """Those of ``names`` that are methods of this evaluation, for a message."""
    keys = {network.key for network in (*REGRESSION, WITHOUT_AUGMENTATION)} | {"nnp", "nap"}
    return [name for name in names if name in keys]
