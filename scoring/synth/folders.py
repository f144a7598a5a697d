"""Folders of synthetic pictures of every kind, with masks, cells and what is true of each (``truth.json``)."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from scoring.synth.control import make_control
from scoring.synth.core import make_field, make_scene
from scoring.synth.dataset import Row, save_core, write_index
from scoring.synth.eosin import make_he
from scoring.synth.grey import ORIGINS, make_general
from scoring.synth.her2 import Her2Sample, as_json, category_of, draw_batch, make_her2_field
from scoring.synth.section import write_whole_slide
from scoring.synth.tma import write_tma
from scoring.types import ScoringError

GENERATOR = "1"
"""Version of the generator; changes with what a seed looks like."""
NOTE = "Synthetic tissue; research use only."
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Settings:
    """What to make. ``um_per_px``, ``height_px`` and ``width_px`` concern fields; ``nuclei`` whole slides."""

    n: int
    seed: int
    tier: str = "realistic"
    marker: str = "ER"
    um_per_px: float = 0.5
    height_px: int = 540
    width_px: int = 960
    nuclei: int = 1_050_000
    processes: int = 1

    @property
    def size_um(self) -> tuple[float, float]:
        """Height and width of a field."""
        return self.height_px * self.um_per_px, self.width_px * self.um_per_px


def write_kind(folder: Path, kind: str, settings: Settings, progress: Progress | None = None) -> dict[str, Any]:
    """Write ``settings.n`` pictures of one of :data:`KINDS` into an existing folder; returns what ``truth.json`` says.

    Raises ScoringError for an unknown kind or settings that cannot be drawn.
    """
    if kind not in KINDS:
        raise ScoringError(f"Unknown kind {kind!r}; use one of {', '.join(KINDS)}.")
    if settings.n < 1:
        raise ScoringError(f"n is at least 1; received {settings.n}.")
    made = KINDS[kind](folder, settings, progress or (lambda done, total: None))
    truth = {"kind": kind, "n": settings.n, "seed": settings.seed, "generator": GENERATOR, "note": NOTE, **made}
    text = json.dumps(truth, ensure_ascii=False, allow_nan=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
    return truth


def _cores(folder: Path, settings: Settings, progress: Progress) -> dict[str, Any]:
    places = write_tma(
        folder, settings.n, settings.seed, marker=settings.marker, tier=settings.tier, processes=settings.processes,
        keep_cores=True, progress=progress,
    )  # fmt: skip
    items = []
    for place in places:
        values = asdict(place)
        truth = values.pop("truth")
        items.append({"name": place.case, **values, **truth})
    return {"slide": "tma.tif", "map": "tma_map.csv", "items": items}


def _fields(folder: Path, settings: Settings, progress: Progress) -> dict[str, Any]:
    rows: list[Row] = []
    items = []
    height_um, width_um = settings.size_um
    for k in range(settings.n):
        sample = make_field(
            settings.seed + k, height_um=height_um, width_um=width_um, tier=settings.tier, marker=settings.marker,
            um_per_px=settings.um_per_px,
        )  # fmt: skip
        name = f"field_{k + 1:03d}"
        rows.append(save_core(folder, name, sample))
        items.append({"name": name, "marker": sample.marker, "tier": sample.tier, **asdict(sample.truth)})
        progress(k + 1, settings.n)
    write_index(folder, rows)
    return {"um_per_px": settings.um_per_px, "items": items}


def _her2(folder: Path, settings: Settings, progress: Progress) -> dict[str, Any]:
    """Fields of one slide and the run's control: they share gain and light."""
    batch = draw_batch(settings.seed, tier=settings.tier)
    wanted = ("0", "1+", "2+", "3+")[int(np.random.default_rng([settings.seed, 0x4B]).integers(4))]
    tier, um_per_px, size_px = settings.tier, settings.um_per_px, (settings.height_px, settings.width_px)
    items = []
    total = dict.fromkeys(("n3", "n2", "n1", "n0", "intense_incomplete"), 0)
    for k in range(settings.n):
        sample = make_her2_field(
            settings.seed + k, category=wanted, batch=batch, tier=tier, um_per_px=um_per_px, size_px=size_px
        )
        name = f"field_{k + 1:03d}"
        _save_her2(folder, name, sample)
        items.append({"name": name, **as_json(sample)})
        total = {key: count + sample.counts[key] for key, count in total.items()}
        progress(k + 1, settings.n)
    control = make_control(settings.seed, batch, tier=tier, um_per_px=um_per_px, size_px=size_px)
    _save_her2(folder, "control", control)
    pooled = category_of(total)
    return {
        "um_per_px": settings.um_per_px,
        "slide": {"category": pooled.category, "rule": pooled.rule, "counts": total, "gain": round(batch.gain, 4)},
        "control": {"name": "control", **as_json(control)},
        "items": items,
    }


def _save_her2(folder: Path, name: str, sample: Her2Sample) -> None:
    """Masks: R nuclei, G membrane, B territories of tumour cells."""
    _save_masks(folder, name, sample.rgb, (sample.nuclei, sample.membrane, sample.tumour))
    _save_cells(folder, name, sample.cells, sample.origin_um)


def _he(folder: Path, settings: Settings, progress: Progress) -> dict[str, Any]:
    items = []
    for k in range(settings.n):
        scene = make_scene(settings.seed + k, tier=settings.tier, marker=settings.marker, size_um=settings.size_um)
        sample = make_he(scene, um_per_px=settings.um_per_px, size_px=(settings.height_px, settings.width_px))
        name = f"he_{k + 1:03d}"
        _save_masks(folder, name, sample.rgb, (sample.nuclei, sample.tumour, sample.core))
        _save_cells(folder, name, sample.cells, sample.origin_um)
        kinds = np.bincount(sample.cells["kind"], minlength=5).tolist()
        names = ("tumour", "lymphocyte", "fibroblast", "epithelium", "endothelium")
        items.append({"name": name, "tier": sample.tier, "cells": dict(zip(names, kinds, strict=True))})
        progress(k + 1, settings.n)
    return {"um_per_px": settings.um_per_px, "items": items}


def _general(folder: Path, settings: Settings, progress: Progress) -> dict[str, Any]:
    """Grey pictures, 224 px square as the paper's, and one mask each."""
    items = []
    for k in range(settings.n):
        origin = ORIGINS[k % len(ORIGINS)]
        grey, mask = make_general(settings.seed + k, origin=origin)
        name = f"{origin}_{k + 1:04d}"
        _save(folder / f"{name}.png", np.rint(grey * 255).astype(np.uint8))
        _save(folder / f"{name}_mask.png", mask.astype(np.uint8) * 255)
        items.append({"name": name, "origin": origin, "nuclei_fraction": round(float(mask.mean()), 4)})
        progress(k + 1, settings.n)
    return {"items": items}


def _slides(folder: Path, settings: Settings, progress: Progress) -> dict[str, Any]:
    items = []
    for k in range(settings.n):
        name = f"slide_{k + 1:03d}"
        truth = write_whole_slide(
            folder / f"{name}.tif", settings.seed + k, nuclei=settings.nuclei, um_per_px=settings.um_per_px,
            marker=settings.marker, tier=settings.tier, processes=settings.processes,
        )  # fmt: skip
        items.append({"name": name, **asdict(truth)})
        progress(k + 1, settings.n)
    return {"items": items}


KINDS: dict[str, Callable[[Path, Settings, Progress], dict[str, Any]]] = {
    "core": _cores,
    "tma": _cores,
    "field": _fields,
    "her2": _her2,
    "he": _he,
    "general": _general,
    "slide": _slides,
}


def _save_masks(folder: Path, name: str, rgb: npt.NDArray[np.uint8], masks: tuple[npt.NDArray[np.bool_], ...]) -> None:
    _save(folder / f"{name}.png", rgb)
    _save(folder / f"{name}_masks.png", np.stack(masks, axis=2).astype(np.uint8) * 255)


def _save_cells(folder: Path, name: str, cells: npt.NDArray[np.void], origin_um: tuple[float, float]) -> None:
    """Coordinates in µm from the picture's corner."""
    moved = cells.copy()
    moved["x_um"] -= np.float32(origin_um[0])
    moved["y_um"] -= np.float32(origin_um[1])
    buffer = io.BytesIO()
    np.save(buffer, moved, allow_pickle=False)
    (folder / f"{name}_cells.npy").write_bytes(buffer.getvalue())


def _save(path: Path, image: npt.NDArray[np.uint8]) -> None:
    shown = image[..., ::-1] if image.ndim == 3 else image
    _, data = cv2.imencode(".png", np.ascontiguousarray(shown), [cv2.IMWRITE_PNG_COMPRESSION, 3])
    path.write_bytes(data.tobytes())
