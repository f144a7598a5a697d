"""Samples for learning scores: maps, mosaics, labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from scoring import networks, weights
from scoring.synth.scene import CELL
from scoring.training import augment, data, maps, mosaic, scores
from scoring.training.mosaic import Mosaics
from scoring.training.scores import ScoreTask
from tests.scoring.networks import make_weights
from tests.scoring.training import tissue


def silent(*_: object) -> None:
    """No progress."""


@pytest.fixture
def task() -> ScoreTask:
    rng = np.random.default_rng(0)
    seen = [rng.integers(0, 256, (512, 512, 2), dtype=np.uint8) for _ in range(4)]
    h = np.array([0.0, 0.0, 120.0, 280.0])
    return ScoreTask(seen, h, seen[:1], h[:1], fill=0, size=4, seed=3)


def test_maps_are_the_masked_stain_intensity(tmp_path: Path) -> None:
    folder = tissue.synthetic_folder(tmp_path / "data", 1)
    weights_folder = make_weights(tmp_path / "weights", names=())
    nets = (weights.load("nuclei-unet", weights_folder), weights.load("tumour-unet", weights_folder))
    images = data.decode_all(data.read_folder(folder), tmp_path / "cache")
    (seen,) = maps.intensity_maps(images, tmp_path / "cache", nets, ["a", "b"], "inverted", silent)
    assert seen.shape == (512, 512, 2)
    inside = images[0].bits[::2, ::2] & data.NUCLEI > 0
    assert (seen[..., 0][inside] > 30).mean() > 0.9
    assert (seen[..., 0][~inside] > 30).mean() < 0.05


def test_maps_are_made_once_per_weights_and_representation(tmp_path: Path) -> None:
    folder = tissue.synthetic_folder(tmp_path / "data", 1)
    images = data.decode_all(data.read_folder(folder), tmp_path / "cache")
    (colour,) = maps.colour_maps(images, tmp_path / "cache", silent)
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").glob("*-colour-*.npy")}
    assert colour.shape == (512, 512, 3)
    maps.colour_maps(images, tmp_path / "cache", silent)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").glob("*-colour-*.npy")} == made


def test_a_batch_depends_on_seed_and_step_alone(task: ScoreTask) -> None:
    assert all(torch.equal(a, b) for a, b in zip(task.batch(2), task.batch(2), strict=True))
    assert not torch.equal(task.batch(2)[0], task.batch(3)[0])


def test_labels_are_standardised_and_within_two_of_a_cores_score(task: ScoreTask) -> None:
    labels = torch.cat([task.batch(step)[1] for step in range(20)]) * 100 + 150
    nearest = (labels[:, None] - torch.tensor(task.h_scores)).abs().amin(dim=1)
    assert float(nearest.max()) <= 2.001
    assert float((labels - labels.round()).abs().max()) < 1e-3


def test_balanced_epochs_show_rare_scores_as_often(task: ScoreTask) -> None:
    labels = torch.cat([task.batch(step)[1] for step in range(53)]) * 100 + 150
    thirds = [int(((labels - centre).abs() < 3).sum()) for centre in (0, 120, 280)]
    assert max(thirds) < 1.3 * min(thirds)


def test_without_label_augmentation_every_core_comes_with_its_own_score(task: ScoreTask) -> None:
    plain = replace(task, augmented=False)
    labels = torch.cat([plain.batch(step)[1] for step in range(3)]) * 100 + 150
    assert sorted(labels.round().tolist()) == [0.0] * 6 + [120.0] * 3 + [280.0] * 3


def test_moving_turns_and_fills_with_glass() -> None:
    picture = np.full((64, 64, 3), 10, dtype=np.uint8)
    moved = augment.moved(picture, np.random.default_rng(1), shift=0.1, fill=(255.0, 255.0, 255.0))
    assert moved.shape == picture.shape
    assert (moved == 255).any()
    assert (moved == 10).mean() > 0.6


def quarters(values: list[int]) -> np.ndarray:
    """A core whose quarters (row by row) hold one value each."""
    return np.kron(np.array(values, dtype=np.uint8).reshape(2, 2), np.ones((256, 256), dtype=np.uint8))[..., None]


def cells_of(classes: list[int], each: int = 60) -> np.ndarray:
    """``each`` tumour cells in the middle of every quarter, all of the quarter's class."""
    cells = np.zeros(4 * each, dtype=CELL)
    for quarter, cls in enumerate(classes):
        part = cells[quarter * each : (quarter + 1) * each]
        row, column = divmod(quarter, 2)
        rng = np.random.default_rng(quarter)
        part["x_um"] = 166 + 333 * column + rng.uniform(-100, 100, each)
        part["y_um"] = 166 + 333 * row + rng.uniform(-100, 100, each)
        part["dab_od"], part["cls"] = (0.02, 0.25, 0.5, 1.2)[cls], cls
    return cells


def test_the_label_of_a_mosaic_is_that_of_its_own_cells() -> None:
    """Maps hold 60 times the class of their cells, so the mean of a mosaic tells its true score."""
    values = [[0, 0, 0, 0], [60, 60, 60, 60], [120, 120, 120, 120], [180, 180, 180, 180], [0, 60, 120, 180]]
    drawn_from = Mosaics(
        [quarters(v) for v in values],
        [cells_of([x // 60 for x in v])[mosaic._FIELDS] for v in values],
        np.array([0.0, 100, 200, 300, 150]),
        fill=255,
    )
    rng = np.random.default_rng(0)
    wrong = []
    for _ in range(60):
        drawn = drawn_from.draw(int(rng.integers(5)), rng)
        assert drawn is not None
        seen, label = drawn
        stained = seen[seen != 255]
        wrong.append(label - 100 * float(stained.mean()) / 60)
    assert np.median(np.abs(wrong)) < 25
    assert abs(np.mean(wrong)) < 20


def test_some_quarters_of_mosaics_are_glass() -> None:
    drawn_from = Mosaics([quarters([60] * 4)] * 2, [cells_of([1] * 4)[mosaic._FIELDS]] * 2, np.array([100.0, 100]), 255)
    rng = np.random.default_rng(0)
    empty = [(drawn[0] == 255).mean() for drawn in (drawn_from.draw(0, rng) for _ in range(80)) if drawn]
    assert 0.02 < np.mean(empty) < 0.2
    assert max(empty) <= 0.75


def test_a_mosaic_with_hardly_any_tumour_is_not_used() -> None:
    few = Mosaics([quarters([60] * 4)], [cells_of([1] * 4, each=3)[mosaic._FIELDS]], np.array([100.0]), 255)
    assert few.draw(0, np.random.default_rng(0)) is None


@pytest.mark.parametrize("origin", [(0, 0), (1, 0)])
@pytest.mark.parametrize("place", [(0, 0), (0, 1), (1, 1)])
def test_cells_move_with_their_quarter(origin: tuple[int, int], place: tuple[int, int]) -> None:
    """What lies 40 µm from the rims of a quarter at the core's corner stays at that corner's distance."""
    cells = np.zeros(1, dtype=CELL)
    side = 1024 * 0.65
    cells["x_um"] = 40 if origin[1] == 0 else side - 40
    cells["y_um"] = 30 if origin[0] == 0 else side - 30
    (moved,) = mosaic._placed(cells, origin, place)
    assert moved["x_um"] == pytest.approx(40 if place[1] == 0 else side - 40, abs=0.01)
    assert moved["y_um"] == pytest.approx(30 if place[0] == 0 else side - 30, abs=0.01)


def test_validation_compares_h_scores(task: ScoreTask) -> None:
    module = networks.build("ra-cnn").eval()
    with torch.no_grad():
        for values in module.parameters():
            values.zero_()
    figures = task.validate(module)  # a network that says 0 means H = 150
    assert figures["mae"] == pytest.approx(150)


def test_training_begins_at_the_mean() -> None:
    module = networks.build("rgb-cnn").eval()
    scores.start_at_mean(module, np.array([100.0, 240.0]))
    with torch.inference_mode():
        assert float(module(torch.zeros(1, 3, 512, 512))) == pytest.approx(0.2, abs=0.05)
