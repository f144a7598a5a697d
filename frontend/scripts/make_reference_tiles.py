"""Pictures of the reference drawer: one synthetic field per stain class, all tumour nuclei of that class; and one per
HER2 category, of one staining run.

Run from the repository's root: ``python frontend/scripts/make_reference_tiles.py``. The same seed, the same pictures.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from scoring.synth import CLASS_CUTS_OD, Kind, make_scene, paint
from scoring.synth.her2 import draw_batch, make_her2_field
from scoring.types import ByteImage

SEED = 11
SIZE_PX, UM_PER_PX = (224, 672), 0.25
#: Mean DAB (OD10) of each class: the middle of its bin.
LEVELS = {"negative": 0.04, "weak": 0.25, "moderate": 0.5, "strong": 0.95}
HER2 = {"0": "her2-0", "1+": "her2-1", "2+": "her2-2", "3+": "her2-3"}


def main() -> None:
    """Writes ``frontend/public/reference/<class or category>.jpg``.

    Raises:
        SystemExit: a HER2 field does not come out as the category it is to show.
    """
    folder = Path(__file__).resolve().parents[1] / "public" / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    height, width = (side * UM_PER_PX + 60 for side in SIZE_PX)
    for name, level in LEVELS.items():
        scene = make_scene(SEED, tier="easy", target_h=150, size_um=(height, width))
        tumour = scene.cells["kind"] == Kind.TUMOUR
        scene.cells["dab_od"][tumour] = level
        scene.cells["cls"] = np.searchsorted(CLASS_CUTS_OD, scene.cells["dab_od"], side="right")
        _save(folder / f"{name}.jpg", paint(scene, UM_PER_PX, SIZE_PX).rgb)
    run = draw_batch(SEED, tier="easy")
    for category, name in HER2.items():
        field = make_her2_field(SEED, category=category, batch=run, tier="easy", um_per_px=UM_PER_PX, size_px=SIZE_PX)
        if field.category != category:
            raise SystemExit(f"The field for {category} shows {field.category}; choose another seed.")
        _save(folder / f"{name}.jpg", field.rgb)


def _save(path: Path, picture: ByteImage) -> None:
    Image.fromarray(picture).save(path, quality=82, optimize=True)


if __name__ == "__main__":
    main()
