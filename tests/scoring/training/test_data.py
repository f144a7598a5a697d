"""Training images: three folder layouts, decoding at the work scale, messages for what does not fit."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from scoring.training import data
from scoring.types import ScoringError
from tests.scoring.training import tissue


def test_the_synthetic_layout(tmp_path: Path) -> None:
    cores = data.read_folder(tissue.synthetic_folder(tmp_path, 2, side=128))
    assert [core.name for core in cores] == ["core0", "core1"]
    assert cores[1].readers == (60, 80)
    assert cores[1].h_score == 70
    decoded = data.decode_all(cores, tmp_path / "cache")[0]
    rgb, masks, _ = tissue.paint(0, 128)
    assert np.array_equal(decoded.rgb, rgb)
    for channel, bit in enumerate((data.NUCLEI, data.TUMOUR, data.TISSUE)):
        assert np.array_equal(decoded.bits & bit > 0, masks[..., channel] > 0)
    assert decoded.i0 == pytest.approx((240, 238, 235), abs=1)


def test_a_laboratorys_layout_with_masks_and_scores(tmp_path: Path) -> None:
    cores = data.read_folder(tissue.own_folder(tmp_path))
    assert [core.readers for core in cores] == [(100, 110), (150, 160), (200, 210)]
    decoded = data.decode_all(cores, tmp_path / "cache")[1]
    _, masks, _ = tissue.paint(1)
    assert np.array_equal(decoded.bits & data.TUMOUR > 0, masks[..., 1] > 0)


def test_images_come_to_the_work_scale(tmp_path: Path) -> None:
    rgb, masks, _ = tissue.paint(0, 260)
    tissue.save(tmp_path / "images" / "a.png", rgb)
    tissue.save(tmp_path / "nuclei" / "a.png", np.repeat(masks[..., :1], 3, axis=2))
    (decoded,) = data.decode_all(data.read_folder(tmp_path, um_per_px=0.25), tmp_path / "cache")
    assert decoded.rgb.shape == (100, 100, 3)
    assert np.mean(decoded.bits > 0) == pytest.approx(np.mean(masks[..., 0] > 0), abs=0.01)


def test_a_changed_image_is_decoded_anew(tmp_path: Path) -> None:
    folder = tissue.own_folder(tmp_path, 1)
    before = np.array(data.decode_all(data.read_folder(folder), tmp_path / "cache")[0].rgb)
    tissue.save(folder / "images" / "core0.png", tissue.paint(9)[0])
    after = data.decode_all(data.read_folder(folder), tmp_path / "cache")[0].rgb
    assert not np.array_equal(before, after)


def test_the_digest_tells_other_labels_apart(tmp_path: Path) -> None:
    folder = tissue.own_folder(tmp_path, 2)
    before = data.digest(data.read_folder(folder))
    table = folder / "scores.csv"
    table.write_text(table.read_text().replace("150,160", "150,165"))
    assert data.digest(data.read_folder(folder)) != before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("100,110", "100,400", "H-scores are 0 to 300; received 100 and 400"),
        ("100,110", "high,110", "reader_a is a number; received 'high'"),
        ("core0.png", "core9.png", r"core9\.png is not in"),
        ("0.65,100", ",100", "µm/px is unknown"),
    ],
)
def test_a_table_that_does_not_fit_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    folder = tissue.own_folder(tmp_path, 1)
    table = folder / "scores.csv"
    table.write_text(table.read_text().replace(old, new))
    with pytest.raises(ScoringError, match=message):
        data.read_folder(folder)


def test_a_mask_of_another_size_is_named(tmp_path: Path) -> None:
    folder = tissue.own_folder(tmp_path, 1)
    cv2.imwrite(str(folder / "nuclei" / "core0.png"), np.zeros((50, 96), dtype=np.uint8))
    with pytest.raises(ScoringError, match="96 x 50 px, its image 96 x 96"):
        data.decode_all(data.read_folder(folder), tmp_path / "cache")


def test_a_folder_of_no_known_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScoringError, match=r"index\.csv nor images"):
        data.read_folder(tmp_path)


def test_a_core_without_scores_has_no_label(tmp_path: Path) -> None:
    folder = tissue.own_folder(tmp_path, 1)
    (folder / "scores.csv").unlink()
    (core,) = data.read_folder(folder, um_per_px=0.65)
    with pytest.raises(ScoringError, match="no readers' scores"):
        _ = core.h_score
