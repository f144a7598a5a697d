"""Small dataset folders with painted fields, and weights that were never trained: the real code on little data."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import torch

from scoring import networks, weights
from scoring.synth.scene import CELL
from tests.scoring.painting import paint

SIDE_PX = 208
TIERS = ("realistic", "hard")
NETWORKS = {
    "nuclei-unet": "nuclei-unet",
    "tumour-unet": "tumour-unet",
    "fcn-16s": "fcn-16s",
    "ram-cnn": "ram-cnn",
    "ram-cnn-2": "ram-cnn",
    "ram-cnn-no-dla": "ram-cnn",
    "rgb-cnn": "rgb-cnn",
}


def write_folder(folder: Path, count: int, *, seed: int = 0) -> Path:
    """``count`` painted fields at 0.65 µm/px in the layout of ``write_cores``; half of the nuclei are tumour."""
    folder.mkdir(parents=True)
    rows = []
    for place in range(count):
        rng = np.random.default_rng(seed + place)
        share = place / max(1, count - 1)
        field = paint((1 - share, share / 3, share / 3, share / 3), seed=seed + place, size_px=SIDE_PX, um_per_px=0.65)
        masks = np.zeros((SIDE_PX, SIDE_PX, 3), np.uint8)
        masks[..., 2] = 255
        for (x, y), tumour in zip(field.centres_px, rng.random(len(field.centres_px)) < 0.5, strict=True):
            colour = (255, 255 if tumour else 0, 255)
            cv2.circle(masks, (round(x), round(y)), 6, colour, -1)
        name = f"core_{seed + place:04d}"
        cv2.imwrite(str(folder / f"{name}.png"), field.rgb[..., ::-1])
        cv2.imwrite(str(folder / f"{name}_masks.png"), masks[..., ::-1])
        np.save(folder / f"{name}_cells.npy", np.zeros(0, CELL), allow_pickle=False)
        rows.append(
            {
                "name": name,
                "tier": TIERS[place % 2],
                "marker": ("ER", "PR", "p53")[place % 3],
                "um_per_px": 0.65,
                "reader_a": round(field.h_score / 5) * 5,
                "reader_b": min(300, round(field.h_score / 5) * 5 + 10),
                "h_true": field.h_score,
                "tumour_fraction": 0.5,
                "seed": seed + place,
            }
        )
    with (folder / "index.csv").open("w", newline="", encoding="utf-8") as target:
        writer = csv.DictWriter(target, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return folder


def write_weights(folder: Path) -> Path:
    """Networks with random weights under the names that the evaluation looks for."""
    torch.manual_seed(0)
    for name, network in NETWORKS.items():
        weights.save(networks.build(network, "cpu"), name, folder, network=network, preset="cpu")
    return folder
