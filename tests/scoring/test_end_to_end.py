"""Networks as scorers: windows, masks, tumour, layers, and what is said when something is missing."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import pytest

from scoring.cells import CellFile
from scoring.histoscore import FRAME_PX
from scoring.layers import LayerFile
from scoring.pipeline import score
from scoring.tiling import ArrayReader
from scoring.types import Region, ScoringError
from tests.scoring.networks import REGRESSIONS, make_weights
from tests.scoring.painting import paint

UM_PER_PX = 0.65


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return make_weights(tmp_path_factory.mktemp("weights"), names=(*REGRESSIONS, "ram-cnn-paper"))


@pytest.fixture(scope="module")
def field():
    return paint((2, 1, 1, 1), size_px=640, um_per_px=UM_PER_PX)


def _score(rgb, tmp_path: Path, folder: Path, um_per_px: float = UM_PER_PX, **options):
    options.setdefault("card", "ram-cnn")
    options.setdefault("parameters", {"views": "1"} if options["card"] in REGRESSIONS else {})
    return score(
        ArrayReader(rgb), cells_path=tmp_path / "r.cells", um_per_px=um_per_px, weights_folder=folder, **options
    )


@pytest.mark.parametrize("card", REGRESSIONS)
def test_every_network_gives_a_number_and_no_percentages(tmp_path, folder, field, card):
    result = _score(field.rgb, tmp_path, folder, card=card)
    assert result.scoreable, result.reason
    assert 0 <= result.value <= 300
    assert (result.percentages, result.category) == (None, "")
    assert set(result.parameters["weights"]) == {card, "nuclei-unet", "tumour-unet"}
    assert result.weights_sha256 == result.parameters["weights"][card]
    [window] = result.windows
    assert window.h_score == pytest.approx(result.value, abs=1e-3)


def test_nuclei_of_the_mask_are_counted_and_agree_with_the_cell_file(tmp_path, folder, field):
    result = _score(field.rgb, tmp_path, folder)
    cells = CellFile(tmp_path / "r.cells")
    assert list(result.counts.values()) == field.counts
    assert cells.counts() == dict(result.counts)
    assert result.cell_count == cells.count
    assert set(cells.records["tumour"].tolist()) == {1}
    assert result.tumour_counts == result.counts


def test_tumour_nuclei_are_those_the_tumour_network_marks(tmp_path, field):
    """Here it marks what lets little red through: the strong nuclei alone."""
    strong = make_weights(tmp_path / "w", names=("ram-cnn",), tumour_from=0.62)
    result = _score(field.rgb, tmp_path, strong)
    records = CellFile(tmp_path / "r.cells").records
    assert set(records["class"][records["tumour"] == 1].tolist()) == {3}
    assert set(records["class"][records["tumour"] == 0].tolist()) == {0, 1, 2}
    assert result.tumour_counts["strong"] == field.counts[3]
    assert sum(result.tumour_counts.values()) == field.counts[3]
    assert list(result.counts.values()) == field.counts


def test_counting_takes_tumour_nuclei_alone_where_the_network_is_installed(tmp_path, field):
    strong = make_weights(tmp_path / "w", names=(), tumour_from=0.62)
    for card in ("nnp", "nap"):
        filtered = _score(field.rgb, tmp_path, strong, card=card, parameters={"tumour_only": "auto"})
        assert filtered.value > 290
        assert filtered.percentages["strong"] > 90  # the rims of nuclei are paler
        assert sum(filtered.counts.values()) == len(field.classes)
        whole = _score(field.rgb, tmp_path, strong, card=card, parameters={"tumour_only": "all"})
        assert whole.value < 160
        assert whole.tumour_counts is None
        assert "all nuclei were counted" in whole.limits[0]
    without = _score(field.rgb, tmp_path, tmp_path / "none", card="nnp")
    assert "all nuclei were counted" in without.limits[0]
    assert without.tumour_fraction is None


def test_little_tumour_refuses_a_core_and_is_only_recorded_of_a_slide(tmp_path, folder):
    rgb = paint((1, 1, 1, 1), size_px=640, um_per_px=UM_PER_PX).rgb
    pale = np.full_like(rgb, (228, 224, 232))  # stroma: tissue without nuclei
    pale[:, :10] = 243
    pale[:150, :350] = rgb[:150, :350]
    core = _score(pale, tmp_path, folder)
    assert (core.scoreable, core.value) == (False, None)
    assert core.reason.startswith("tumour occupies ")
    assert core.reason.endswith(" % of the core; more than 15 % is needed")
    assert 0.05 < core.tumour_fraction <= 0.15
    field = _score(pale, tmp_path, folder, region=Region(0, 0, 640, 640))
    assert "of the field" in field.reason
    large = cv2.copyMakeBorder(pale, 0, 2900, 0, 2900, cv2.BORDER_CONSTANT, value=(243, 243, 243))
    slide = _score(large, tmp_path, folder)
    assert slide.scoreable, slide.reason
    assert slide.tumour_fraction <= 0.15


def test_a_large_core_is_cut_into_even_windows_and_their_mean_is_weighted(tmp_path, folder):
    rgb = np.concatenate(
        [paint(shares, size_px=770, um_per_px=UM_PER_PX, seed=3).rgb for shares in ((1, 0, 0, 0), (0, 0, 0, 1))], axis=1
    )
    result = _score(rgb, tmp_path, folder)
    assert [(round(w.width_px), round(w.height_px)) for w in result.windows] == [(776, 770), (764, 770)]
    weights = [window.tumour_nuclei for window in result.windows]
    expected = np.average([window.h_score for window in result.windows], weights=weights)
    assert result.value == pytest.approx(expected, abs=1e-3)
    assert sum(window.nuclei for window in result.windows) == result.cell_count
    assert len({round(window.h_score, 3) for window in result.windows}) == 2


def test_windows_of_few_tumour_nuclei_do_not_weigh(tmp_path, folder):
    rgb = np.full((600, 1500, 3), 243, np.uint8)
    rgb[:, :700] = paint((0, 0, 0, 1), size_px=700, um_per_px=UM_PER_PX).rgb[:600]
    rgb[100:145, 1000:1090] = paint((1, 0, 0, 0), size_px=300, um_per_px=UM_PER_PX).rgb[100:145, 100:190]
    result = _score(rgb, tmp_path, folder)
    many, few = result.windows
    assert 0 < few.tumour_nuclei < 20 < many.tumour_nuclei
    assert result.value == pytest.approx(many.h_score, abs=1e-3)


def test_a_small_field_is_mirrored_and_that_is_noted(tmp_path, folder):
    small = _score(paint((1, 1, 1, 1), size_px=300, um_per_px=UM_PER_PX).rgb, tmp_path, folder)
    assert small.scoreable, small.reason
    assert "1 of 1 windows were small and mirrored" in small.parameters["notes"][-1]


def test_a_circle_sees_nothing_outside_itself(tmp_path, folder, field):
    circle = Region.circle(320, 320, 200)
    around = field.rgb.copy()
    yy, xx = np.mgrid[:640, :640]
    outside = np.hypot(xx + 0.5 - 320, yy + 0.5 - 320) > 275
    around[outside] = paint((0, 0, 0, 1), size_px=640, um_per_px=UM_PER_PX, seed=9).rgb[outside]
    fixed = {"views": "1", "i0": "255", "stain_vectors": "standard"}
    one, other = (_score(rgb, tmp_path, folder, region=circle, parameters=fixed) for rgb in (field.rgb, around))
    assert one.value == pytest.approx(other.value, abs=0.5)
    assert one.counts == other.counts


def test_the_mean_of_eight_views_does_not_depend_on_how_a_core_lies(tmp_path, folder, field):
    turned = (field.rgb, np.ascontiguousarray(np.rot90(field.rgb)), np.ascontiguousarray(field.rgb[:, ::-1]))
    values = [_score(rgb, tmp_path, folder, parameters={}).value for rgb in turned]
    assert max(values) - min(values) < 1


def test_the_paper_preset_takes_its_own_weights_one_view_and_sliding_masks(tmp_path, folder, field):
    result = _score(field.rgb[:400, :400], tmp_path, folder, preset="paper", parameters={})
    used = result.parameters
    assert (used["views"], used["masks"], used["i0"], used["stain_vectors"]) == ("1", "sliding", "255", "standard")
    assert "ram-cnn-paper" in used["weights"]
    assert result.value is not None


def test_absent_weights_name_the_command_that_makes_them(tmp_path, folder, field):
    with pytest.raises(ScoringError, match=r"no such weights.*python -m scoring train ra-cnn"):
        _score(field.rgb, tmp_path, tmp_path / "none", card="ra-cnn")
    with pytest.raises(ScoringError, match=r"paper preset.*train ra-cnn --representation paper --as ra-cnn-paper"):
        _score(field.rgb, tmp_path, folder, card="ra-cnn", preset="paper", parameters={})
    assert list(tmp_path.glob("r.*")) == []


@pytest.mark.parametrize("name", ["ram-cnn", "tumour-unet"])
def test_altered_weights_are_refused(tmp_path, field, name):
    own = make_weights(tmp_path / "w", names=("ram-cnn",))
    path = own / f"{name}.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ScoringError, match=r"SHA-256 is .* the manifest says"):
        _score(field.rgb, tmp_path, own)


@pytest.mark.parametrize("card", ["ram-cnn", "nnp"])
def test_layers_show_masks_and_stain_intensity_where_the_tissue_lies(tmp_path, folder, card):
    rgb = paint((1, 0, 0, 1), size_px=1500, um_per_px=UM_PER_PX / 2).rgb
    path = tmp_path / "r.layers"
    result = _score(rgb, tmp_path, folder, UM_PER_PX / 2, card=card, layers_path=path, core_work_px=640)
    layers = LayerFile(path)
    header = layers.header
    assert result.layers_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert {"red", "green", "blue"} == set(header["legend"])
    factor = header["tile_px"] / header["work_px"]
    assert len(layers.tiles) == header["columns"] * header["rows"] > 1
    records = CellFile(tmp_path / "r.cells").records
    seen = 0
    for column, row in layers.tiles:
        picture = cv2.imdecode(np.frombuffer(layers.tile(column, row), np.uint8), cv2.IMREAD_COLOR)
        blue, green, red = cv2.split(picture)
        assert picture.shape == (header["work_px"], header["work_px"], 3)
        assert set(np.unique(green)) <= {0, 255}
        x = ((records["x_px"] - header["origin_x_px"]) / factor - column * header["work_px"]).astype(int)
        y = ((records["y_px"] - header["origin_y_px"]) / factor - row * header["work_px"]).astype(int)
        here = (x >= 0) & (y >= 0) & (x < header["work_px"]) & (y < header["work_px"])
        seen += here.sum()
        assert (green[y[here], x[here]] == 255).all()
        assert (blue[y[here], x[here]] == 255).all()
        strength = red[y[here], x[here]]
        assert (strength[records["class"][here] == 3] < 128).all(), "brown is low"
        assert (strength[records["class"][here] == 0] > 128).all(), "blue is high"
    assert seen == len(records)


def test_no_layers_are_written_of_what_was_not_looked_at(tmp_path, folder):
    path = tmp_path / "r.layers"
    result = _score(np.full((300, 300, 3), 243, np.uint8), tmp_path, folder, layers_path=path)
    assert (result.scoreable, result.layers_sha256, path.exists()) == (False, None, False)
    coarse = _score(np.full((300, 300, 3), 243, np.uint8), tmp_path, folder, 0.9, layers_path=path)
    assert "too coarse: 0.9 µm/px; nuclei need 0.8 µm/px" in coarse.reason


def test_a_result_is_the_same_every_time(tmp_path, folder, field):
    first, second = (asdict(_score(field.rgb, tmp_path, folder)) for _ in range(2))
    assert first == second


def test_a_window_fits_the_frame(tmp_path, folder):
    rgb = paint((1, 1, 1, 1), size_px=1100, um_per_px=UM_PER_PX).rgb
    result = _score(rgb, tmp_path, folder, core_work_px=4096)
    assert all(max(window.width_px, window.height_px) <= FRAME_PX for window in result.windows)
    assert len(result.windows) == 4
