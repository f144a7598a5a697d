"""Crops for learning masks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from scoring import segmentation
from scoring.synth.grey import make_general
from scoring.training import augment, data
from scoring.training.masks import MaskTask
from scoring.types import ScoringError
from tests.scoring.training import tissue


@pytest.fixture
def task(tmp_path: Path) -> MaskTask:
    folder = tissue.synthetic_folder(tmp_path, 3, side=512)
    images = data.decode_all(data.read_folder(folder), tmp_path / "cache")
    return MaskTask(images[:2], images[2:], data.TUMOUR, grey=False, size=4, seed=1)


def test_a_batch_depends_on_seed_and_step_alone(task: MaskTask) -> None:
    first, again, other = task.batch(5), task.batch(5), task.batch(6)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])
    assert not torch.equal(first[0], replace(task, seed=2).batch(5)[0])


def test_a_batch_is_transmittance_and_a_mask(task: MaskTask) -> None:
    seen, truth = task.batch(0)
    assert seen.shape == (4, 3, 224, 224)
    assert truth.shape == (4, 1, 224, 224)
    assert seen.is_contiguous(memory_format=torch.channels_last)
    assert seen.dtype == truth.dtype == torch.float32
    assert 0 <= float(seen.min()) <= float(seen.max()) <= 1
    assert set(truth.flatten().tolist()) <= {0.0, 1.0}


def test_most_crops_hold_tumour_and_some_do_not(task: MaskTask) -> None:
    bits = task.images[0].bits.copy()
    bits[:, 128:] &= ~np.uint8(data.TUMOUR)  # a core with tumour along one side
    one_sided = replace(task, images=[replace(task.images[0], bits=bits)])
    held = torch.cat([one_sided.batch(step)[1].amax(dim=(1, 2, 3)) for step in range(15)])
    assert 0.55 < float(held.mean()) < 0.85


def test_the_mask_is_turned_with_the_picture(task: MaskTask) -> None:
    """Nuclei of the painted tissue are darker than the rest, wherever the crop was turned to."""
    nuclei = replace(task, bit=data.NUCLEI, grey=True)
    darker = []
    for step in range(6):
        seen, truth = nuclei.batch(step)
        for picture, mask in zip(seen[:, 0], truth[:, 0] > 0, strict=True):
            if mask.any():
                darker.append(float(picture[~mask].mean() - picture[mask].mean()))
    assert np.mean(np.array(darker) > 0.1) > 0.95


def test_grey_batches_hold_images_of_other_stains(task: MaskTask) -> None:
    alone = replace(task, bit=data.NUCLEI, grey=True)
    mixed = replace(alone, general=make_general)
    assert mixed.batch(0)[0].shape == (4, 1, 224, 224)
    assert not torch.equal(mixed.batch(0)[0], alone.batch(0)[0])


def test_validation_is_dice_over_whole_images(task: MaskTask) -> None:
    class Dark(torch.nn.Module):
        """Tumour is what absorbs red: on the painted tissue every nucleus."""

        def __init__(self) -> None:
            super().__init__()
            self.level = torch.nn.Parameter(torch.tensor(0.6))

        def forward(self, seen: torch.Tensor) -> torch.Tensor:
            return 50 * (self.level - seen[:, :1])

    (image,) = task.held_out
    light = segmentation.prepare_rgb(np.ascontiguousarray(image.rgb), image.i0)[..., 0]
    found, truth = light <= 0.6, image.bits & data.TUMOUR > 0
    figures = task.validate(Dark())
    assert figures["dice"] == pytest.approx(2 * (found & truth).sum() / (found.sum() + truth.sum()), abs=0.002)
    assert figures["pixel_accuracy"] == pytest.approx((found == truth).mean(), abs=0.002)


def test_images_without_the_mask_are_refused(tmp_path: Path) -> None:
    folder = tissue.own_folder(tmp_path, 1)
    (folder / "tumour" / "core0.png").unlink()
    images = data.decode_all(data.read_folder(folder), tmp_path / "cache")
    with pytest.raises(ScoringError, match=r"core0\.png: a mask of tumour"):
        MaskTask(images, [], data.TUMOUR, grey=False, size=1, seed=1)


def test_a_crop_beyond_the_image_is_glass_without_nuclei() -> None:
    rgb = np.full((50, 50, 3), 90, dtype=np.uint8)
    bits = np.full((50, 50), data.NUCLEI, dtype=np.uint8)
    for seed in range(8):
        seen, mask = augment.crop(rgb, bits, (25.0, 25.0), 224, (240.0, 239.0, 238.0), np.random.default_rng(seed))
        assert seen.shape == (224, 224, 3)
        assert (seen[mask == 0] == (240, 239, 238)).all(axis=1).mean() > 0.98  # but for a blended seam
        assert int(mask.sum()) == pytest.approx(2500, rel=0.25)


def test_staining_anew_keeps_glass_white() -> None:
    glass = np.full((8, 8, 3), (240, 238, 235), dtype=np.uint8)
    for seed in range(5):
        light = augment.restain(glass, (240.0, 238.0, 235.0), np.random.default_rng(seed))
        assert np.allclose(light, 1, atol=1e-3)


def test_staining_anew_changes_the_amounts(task: MaskTask) -> None:
    image = task.images[0]
    rgb = np.ascontiguousarray(image.rgb)
    before = segmentation.prepare_rgb(rgb, image.i0)
    changes = [
        float(np.abs(augment.restain(rgb, image.i0, np.random.default_rng(seed)) - before)[image.bits & 1 > 0].mean())
        for seed in range(5)
    ]
    assert min(changes) > 0.005
