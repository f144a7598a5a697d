"""The cue that tells nuclear DAB from the rest, and the other reasons not to score."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoring import qc
from scoring.hscore import RULES, measure_field
from scoring.nuclei import NucleusParameters
from scoring.qc import Overview, QcSums
from scoring.stain import estimate_i0, stain_basis
from tests.scoring.painting import paint

TISSUE = Overview(0.9, 0.0)


def _sums(field, area=None) -> tuple[QcSums, int]:
    basis = stain_basis(i0=estimate_i0(field.rgb))
    cells = measure_field(field.rgb, basis, field.um_per_px, RULES["duoscope-1"], NucleusParameters())
    everywhere = np.ones(field.rgb.shape[:2], bool) if area is None else area
    return qc.measure(cells.amounts, cells.nuclei.labels, everywhere, field.um_per_px), len(cells.classes)


@pytest.mark.parametrize("shares", [(0, 1, 0, 0), (0, 0, 0, 1), (1, 1, 1, 1), (9, 1, 0, 0)])
def test_nuclear_staining_is_scored(shares):
    sums, nuclei = _sums(paint(shares))
    assert qc.judge(sums, nuclei, TISSUE) is None
    assert sums.contrast > 0.15


def test_an_all_blue_field_is_scored():
    sums, nuclei = _sums(paint((1, 0, 0, 0)))
    assert qc.judge(sums, nuclei, TISSUE) is None
    assert sums.stained / sums.tissue < 0.01


@pytest.mark.parametrize("shares", [(0, 0, 0, 1), (0, 0, 1, 0), (1, 1, 1, 1)])
def test_membranous_staining_is_not(shares):
    sums, nuclei = _sums(paint(shares, membrane=True))
    assert "not in nuclei" in qc.judge(sums, nuclei, TISSUE).message
    assert sums.contrast < 0


def test_faint_brown_beside_nuclei_is_background_and_refuses_nothing():
    field = paint((3, 1, 0, 0), membrane=True)
    sums, nuclei = _sums(field)
    assert sums.stained_od < qc.QcLimits().faint_od
    assert qc.judge(sums, nuclei, TISSUE) is None
    assert "background" in {flag.code for flag in qc.review(sums, TISSUE, tumour_nuclei=None, iqr_od=None)}


def test_strong_nuclei_outweigh_a_counterstain_that_they_cover():
    sums, nuclei = _sums(paint((0, 0, 0, 1)))
    covered = replace(sums, product=sums.dab * sums.haematoxylin / sums.stained * 0.9)
    assert covered.correlation < 0
    assert qc.judge(covered, nuclei, TISSUE) is None


def test_sums_of_two_halves_are_the_sums_of_the_whole():
    field = paint((1, 1, 1, 1))
    left = np.zeros(field.rgb.shape[:2], bool)
    left[:, :200] = True
    halves = _sums(field, left)[0] + _sums(field, ~left)[0]
    whole = _sums(field)[0]
    assert halves.correlation == pytest.approx(whole.correlation)
    assert halves.contrast == pytest.approx(whole.contrast)
    assert halves.sharpness == pytest.approx(whole.sharpness)
    assert halves.tissue == whole.tissue


def test_correlation_is_pearsons():
    rng = np.random.default_rng(0)
    amounts = rng.uniform(0, 1, (50, 50, 3)).astype(np.float32)
    area = np.ones((50, 50), bool)
    sums = qc.measure(amounts, np.zeros((50, 50), np.int32), area, 0.5)
    chosen = amounts[..., 1] > qc.STAINED_OD
    expected = np.corrcoef(amounts[..., 0][chosen], amounts[..., 1][chosen])[0, 1]
    assert sums.correlation == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("overview", "said"),
    [
        (Overview(0.0, 0.0), "no tissue"),
        (Overview(0.0, 0.5), "outside pen marks"),
        (Overview(0.9, 0.0, 0.5), "not a haematoxylin-DAB stain"),
    ],
)
def test_what_the_overview_rules_out(overview, said):
    sums, nuclei = _sums(paint((1, 1, 1, 1)))
    assert said in qc.judge(sums, nuclei, overview).message


def test_few_nuclei_are_not_a_score():
    sums, _ = _sums(paint((1, 1, 1, 1)))
    assert "19 nuclei" in qc.judge(sums, 19, TISSUE).message
    assert "no nuclei" in qc.judge(sums, 0, TISSUE).message
    assert qc.judge(sums, 20, TISSUE) is None


def test_blur_is_seen_whatever_the_strength_of_stain():
    import cv2

    for shares in ((1, 0, 0, 0), (0, 0, 0, 1)):
        field = paint(shares, radius_um=5, spacing_um=16)
        soft = field.__class__(cv2.GaussianBlur(field.rgb, (0, 0), 5), field.centres_px, field.classes, 0.5)
        sums, _ = _sums(soft)
        assert "out of focus" in qc.judge(sums, 100, TISSUE).message


def test_too_coarse_says_what_is_needed():
    assert qc.too_coarse(1.1, 1.1) == ""
    assert qc.too_coarse(0.25, 1.1) == ""
    assert "1.1 µm/px or finer" in qc.too_coarse(29.0, 1.1)


def test_empty_sums_say_nothing_false():
    empty = QcSums()
    assert (empty.correlation, empty.contrast, empty.sharpness) == (None, None, None)
    figures = qc.as_json(empty, Overview(0, 0), None, [])
    assert figures.pop("flags") == []
    assert set(figures.values()) == {0, None}


def _reviewed(sums: QcSums | None = None, overview: Overview = TISSUE, nuclei=None, iqr=None) -> dict[str, str]:
    flags = qc.review(sums or QcSums(), overview, tumour_nuclei=nuclei, iqr_od=iqr)
    assert {flag.severity for flag in flags} <= {"review"}
    return {flag.code: flag.message for flag in flags}


def test_a_good_field_is_not_flagged():
    sums, _ = _sums(paint((1, 1, 1, 1)))
    assert _reviewed(sums, Overview(0.9, 0.0, 0.0, 0.0), nuclei=500, iqr=0.3) == {}


@pytest.mark.parametrize(
    ("flagged", "code", "said"),
    [
        ({"sums": QcSums(focus_judged=100, out_of_focus=20)}, "out-of-focus", "20 % of the tissue"),
        ({"overview": Overview(0.9, 0.0, 0.0, 0.03)}, "folds", "3 % of the tissue"),
        ({"overview": Overview(0.2, 0.0)}, "little-tissue", "only 20 %"),
        ({"overview": Overview(0.9, 0.05)}, "pen", "cover 5 %"),
        ({"nuclei": 60}, "few-tumour-nuclei", "60 tumour nuclei"),
        ({"iqr": 0.9}, "heterogeneous", "0.90 OD"),
    ],
)
def test_what_a_person_should_look_at_is_said_in_a_sentence(flagged, code, said):
    found = _reviewed(**flagged)
    assert list(found) == [code]
    assert said in found[code]


def test_a_field_mostly_out_of_focus_is_refused():
    sums, nuclei = _sums(paint((1, 1, 1, 1)))
    sums.focus_judged, sums.out_of_focus = 100.0, 60.0
    refused = qc.judge(sums, nuclei, TISSUE)
    assert (refused.code, refused.severity) == ("out-of-focus", "refuse")
    assert "60 % of the tissue is blurred" in refused.message


def test_heterogeneity_is_the_interquartile_range_of_nuclear_dab():
    dab = np.random.default_rng(0).uniform(0, 2, 1000)
    halves = qc.dab_histogram(dab[:300]) + qc.dab_histogram(dab[300:])
    low, high = np.percentile(dab, (25, 75))
    assert qc.interquartile_od(halves) == pytest.approx(high - low, abs=0.02)
    assert qc.interquartile_od(qc.dab_histogram(dab[:3])) is None
    assert qc.dab_histogram(np.array([-0.2, 9.0])).sum() == 2
