"""Folders of training images small enough to paint by hand."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np

from scoring import stain
from scoring.synth.scene import CELL
from scoring.types import ByteImage


def paint(seed: int, side: int = 96) -> tuple[ByteImage, ByteImage, list[tuple[float, float, int, float]]]:
    """An image, its masks (channels nuclei, tumour, tissue) and its cells (x, y in px, kind, DAB)."""
    rng = np.random.default_rng(seed)
    amounts = np.zeros((side, side, 3), dtype=np.float32)
    masks = np.zeros((side, side, 3), dtype=np.uint8)
    tissue = np.zeros((side, side), dtype=np.uint8)
    cv2.circle(tissue, (side // 2, side // 2), int(side * 0.48), 255, -1)
    masks[..., 2] = tissue
    amounts[..., 0] = np.where(tissue > 0, 0.05, 0)
    cells = []
    for _ in range(max(4, side * side // 700)):
        radius = float(rng.uniform(0.1, 0.4)) * side
        angle = float(rng.uniform(0, 2 * np.pi))
        x, y = side / 2 + radius * np.cos(angle), side / 2 + radius * np.sin(angle)
        tumour = bool(rng.random() < 0.6)
        dab = float(rng.uniform(0, 1)) if tumour else 0.02
        disc = np.zeros((side, side), dtype=np.uint8)
        cv2.circle(disc, (round(x), round(y)), 6 if tumour else 4, 1, -1)
        amounts[disc > 0] = (0.5, dab, 0)
        masks[disc > 0, 0], masks[disc > 0, 1] = 255, 255 * tumour
        cells.append((x, y, 0 if tumour else 1, dab))
    rgb = stain.compose(amounts, stain.stain_basis(i0=(240.0, 238.0, 235.0)))
    return rgb, masks, cells


def save(path: Path, rgb: ByteImage) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), rgb[..., ::-1])


def own_folder(folder: Path, count: int = 3, side: int = 96) -> Path:
    """A laboratory's layout: images/, nuclei/, tumour/ and scores.csv."""
    rows = []
    for number in range(count):
        rgb, masks, _ = paint(number, side)
        save(folder / "images" / f"core{number}.png", rgb)
        for channel, name in enumerate(("nuclei", "tumour")):
            save(folder / name / f"core{number}.png", np.repeat(masks[..., channel : channel + 1], 3, axis=2))
        rows.append([f"core{number}.png", 0.65, 100 + 50 * number, 110 + 50 * number])
    _table(folder / "scores.csv", ["image", "um_per_px", "reader_a", "reader_b"], rows)
    return folder


def synthetic_folder(folder: Path, count: int = 3, side: int = 1024) -> Path:
    """The layout of ``scoring.synth.dataset``."""
    rows = []
    for number in range(count):
        rgb, masks, painted = paint(number, side)
        name = f"core{number}"
        save(folder / f"{name}.png", rgb)
        save(folder / f"{name}_masks.png", masks)
        cells = np.zeros(len(painted), dtype=CELL)
        for cell, (x, y, kind, dab) in zip(cells, painted, strict=True):
            cell["x_um"], cell["y_um"], cell["kind"], cell["dab_od"] = x * 0.65, y * 0.65, kind, dab
        cells["cls"] = np.digitize(cells["dab_od"], [0.15, 0.35, 0.65])
        np.save(folder / f"{name}_cells.npy", cells)
        rows.append([name, "easy", "ER", 0.65, 60 * number, 60 * number + 20])
    _table(folder / "index.csv", ["name", "tier", "marker", "um_per_px", "reader_a", "reader_b"], rows)
    return folder


def _table(path: Path, header: list[str], rows: list[list[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as target:
        csv.writer(target).writerows([header, *rows])
