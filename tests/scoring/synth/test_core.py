"""Synthetic cores: the same seed gives the same bytes, and the truth is what is painted."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from scoring.synth import Kind, make_core, make_field, make_scene, make_stains, truth_of
from scoring.synth.expression import GROUP_WEIGHTS, draw_h
from scoring.synth.scene import CELL, CLASS_CUTS_OD, Tissue
from scoring.types import ScoringError

SMALL = {"um_per_px": 1.3, "size_px": 512}


def digest(sample):
    parts = (sample.rgb, sample.labels, sample.nuclei, sample.core, sample.cells)
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()


def test_the_same_seed_gives_the_same_bytes_here_and_in_another_process():
    code = (
        "from tests.scoring.synth.test_core import SMALL, digest\n"
        "from scoring.synth import make_core\n"
        "print(digest(make_core(4, **SMALL)))"
    )
    elsewhere = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert digest(make_core(4, **SMALL)) == digest(make_core(4, **SMALL)) == elsewhere.stdout.strip()


def test_another_seed_tier_or_marker_gives_another_core():
    digests = {
        digest(make_core(seed, tier=tier, marker=marker, **SMALL))
        for seed, tier, marker in ((1, "easy", "ER"), (2, "easy", "ER"), (1, "hard", "ER"), (1, "easy", "p53"))
    }
    assert len(digests) == 4


def test_masks_hold_what_the_labels_say():
    sample = make_core(3)
    assert sample.rgb.shape == (1024, 1024, 3)
    assert sample.rgb.dtype == np.uint8
    assert sample.cells.dtype == CELL
    assert np.array_equal(sample.nuclei, sample.labels > 0)
    tumour_numbers = sample.cells["number"][sample.cells["kind"] == Kind.TUMOUR]
    assert np.array_equal(sample.tumour, np.isin(sample.labels, tumour_numbers))
    assert not (sample.nuclei & ~sample.core).any()
    assert list(sample.cells["number"]) == list(range(1, len(sample.cells) + 1))


def test_centres_lie_in_their_labels_and_areas_agree():
    sample = make_core(3)
    column, row = ((sample.cells[axis] / 0.65).astype(int) for axis in ("x_um", "y_um"))
    own = sample.labels[row, column] == sample.cells["number"]
    assert own.mean() > 0.97
    painted = np.bincount(sample.labels.ravel(), minlength=len(sample.cells) + 1)[1:] * 0.65**2
    assert np.median(painted / sample.cells["area_um2"]) == pytest.approx(1, abs=0.06)


@pytest.mark.parametrize("um_per_px", [0.65, 0.4])
def test_the_dab_painted_in_every_nucleus_has_its_stated_mean_and_class(um_per_px):
    scene = make_scene(8, tier="easy", target_h=150)
    stains = make_stains(scene, scene.window(um_per_px))
    n = len(scene.cells) + 1
    sizes = np.bincount(stains.labels.ravel(), minlength=n)[1:]
    clean = np.bincount(stains.labels.ravel(), weights=_artefacts(stains).ravel(), minlength=n)[1:] == 0
    sums = np.bincount(stains.labels.ravel(), weights=stains.amounts["dab"].ravel(), minlength=n)[1:]
    seen = (sizes * um_per_px**2 > 12) & clean
    mean = sums[seen] / sizes[seen]
    stated = scene.cells[seen]
    assert seen.mean() > 0.95
    assert np.abs(mean - stated["dab_od"]).max() < 0.05  # haze shines through the soft edge of a nucleus
    assert (np.searchsorted(CLASS_CUTS_OD, mean, side="right") == stated["cls"]).mean() > 0.97
    assert np.array_equal(np.searchsorted(CLASS_CUTS_OD, stated["dab_od"], side="right"), stated["cls"])


def _artefacts(stains):
    found = np.zeros(stains.labels.shape, dtype=bool)
    for mask in stains.artefacts.values():
        found |= mask
    return found


@pytest.mark.parametrize("target", [0, 20, 120, 180, 290, 300])
def test_the_wanted_h_score_is_reached(target):
    for seed in (1, 2):
        truth = truth_of(make_scene(seed, target_h=target).cells)
        assert truth.h_score == pytest.approx(target, abs=10)
        assert truth.tumour_cells > 30


def test_all_groups_of_h_occur_and_a_fifth_of_cores_is_negative():
    rng = np.random.default_rng(0)
    drawn = np.array([draw_h(rng) for _ in range(3000)])
    assert np.histogram(drawn, (0, 50, 100, 150, 200, 250, 301))[0] / 3000 == pytest.approx(GROUP_WEIGHTS, abs=0.03)
    assert 0.2 < (drawn <= 5).mean() < 0.3
    assert 90 < drawn.std() < 108


def test_some_cores_hold_little_or_no_tumour():
    counts = [truth_of(make_scene(seed).cells).tumour_cells for seed in range(21, 34)]
    assert 0 in counts
    assert any(0 < count < 100 for count in counts)
    assert max(counts) > 1000


def test_brown_nuclei_that_are_no_tumour_occur():
    stained = [make_scene(seed).cells for seed in range(20)]
    shares = [(cells["cls"][cells["kind"] == Kind.FIBROBLAST] > 0).mean() for cells in stained]
    assert sum(share > 0.1 for share in shares) >= 3
    ducts = np.concatenate([cells[cells["kind"] == Kind.EPITHELIUM] for cells in stained])
    assert 0.1 < (ducts["cls"] > 0).mean() < 0.6


def test_two_magnifications_show_the_same_cells():
    coarse, fine = make_core(6), make_core(6, um_per_px=0.325, size_px=2048)
    assert np.array_equal(coarse.cells, fine.cells)
    halved = fine.labels[::2, ::2]
    both = (halved > 0) | (coarse.labels > 0)
    assert (halved == coarse.labels)[both].mean() > 0.85
    assert fine.truth.h_score == coarse.truth.h_score
    assert fine.truth.tumour_fraction == pytest.approx(coarse.truth.tumour_fraction, abs=0.03)


def test_tiers_differ_in_haze_noise_and_artefacts():
    easy = [make_core(seed, tier="easy", **SMALL) for seed in range(2)]
    hard = [make_core(seed, tier="hard", **SMALL) for seed in range(2)]
    assert not any(sample.artefacts for sample in easy)
    assert any(sample.artefacts for sample in hard)
    haze = {
        tier: [make_scene(seed, tier=tier).traits["haze_od"] for seed in range(8)]
        for tier in ("easy", "realistic", "hard")
    }
    assert max(haze["easy"]) <= 0.1
    assert np.mean(haze["easy"]) < np.mean(haze["realistic"]) < np.mean(haze["hard"])


def test_a_field_is_tissue_to_its_edges_and_lists_its_cells():
    field = make_field(2, height_um=200, width_um=320, um_per_px=0.5)
    assert field.rgb.shape == (400, 640, 3)
    assert field.core.all()
    assert len(field.cells) > 100
    assert field.cells["x_um"].max() > 300
    assert field.truth.tumour_cells == (field.cells["kind"] == Kind.TUMOUR).sum()


def test_a_window_shows_its_part_of_the_scene():
    scene = make_scene(6)
    whole, part = make_core(6), make_core(6, size_px=400)
    assert np.array_equal(whole.labels[312:712, 312:712], part.labels)
    assert part.origin_um == pytest.approx((312 * 0.65, 312 * 0.65), rel=1e-6)
    assert scene.layout.tissue.max() <= max(Tissue)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"tier": "harder"}, "easy, realistic, hard"),
        ({"marker": "HER2"}, "ER, PR, p53"),
        ({"target_h": 301}, "between 0 and 300"),
    ],
)
def test_wrong_arguments_are_refused_in_words(wrong, words):
    with pytest.raises(ScoringError, match=words):
        make_core(1, **wrong)
