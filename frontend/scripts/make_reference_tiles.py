"""Pictures of the reference drawer: one synthetic field per stain class, all tumour nuclei of that class.

Run from the repository's root: ``python frontend/scripts/make_reference_tiles.py``. The same seed, the same pictures.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from scoring.synth import CLASS_CUTS_OD, Kind, make_scene, paint

SEED = 11
SIZE_PX, UM_PER_PX = (224, 672), 0.25
#: Mean DAB (OD10) of each class: the middle of its bin.
LEVELS = {"negative": 0.04, "weak": 0.25, "moderate": 0.5, "strong": 0.95}


def main() -> None:
    """Writes ``frontend/public/reference/<class>.jpg``."""
    folder = Path(__file__).resolve().parents[1] / "public" / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    height, width = (side * UM_PER_PX + 60 for side in SIZE_PX)
    for name, level in LEVELS.items():
        scene = make_scene(SEED, tier="easy", target_h=150, size_um=(height, width))
        tumour = scene.cells["kind"] == Kind.TUMOUR
        scene.cells["dab_od"][tumour] = level
        scene.cells["cls"] = np.searchsorted(CLASS_CUTS_OD, scene.cells["dab_od"], side="right")
        picture = paint(scene, UM_PER_PX, SIZE_PX).rgb
        Image.fromarray(picture).save(folder / f"{name}.jpg", quality=82, optimize=True)


if __name__ == "__main__":
    main()
