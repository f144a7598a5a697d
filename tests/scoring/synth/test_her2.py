"""HER2 fields: a cell's class is what can be seen, the category follows from the cells, a control shares the run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoring.synth.control import make_control
from scoring.synth.her2 import category_of, draw_batch, make_her2_field
from scoring.synth.membrane import VISIBLE_OD, Pattern, pattern_of
from scoring.types import ScoringError

SIZE = {"um_per_px": 0.5, "size_px": (300, 400)}


@pytest.fixture(scope="module")
def fields():
    batch = draw_batch(3, tier="easy")
    return {c: make_her2_field(20, category=c, batch=batch, tier="easy", **SIZE) for c in ("0", "1+", "2+", "3+")}


@pytest.mark.parametrize(
    ("coverage", "od", "pattern"),
    [
        (0.00, 0.00, Pattern.NONE),
        (0.19, 0.90, Pattern.NONE),
        (0.50, 0.10, Pattern.FAINT),
        (0.90, 0.30, Pattern.FAINT),  # moderate, but incomplete
        (1.00, 0.08, Pattern.FAINT),  # complete, but hardly visible
        (0.97, 0.20, Pattern.COMPLETE),
        (1.00, 0.54, Pattern.COMPLETE),
        (0.97, 0.60, Pattern.INTENSE),
        (0.60, 0.80, Pattern.INTENSE_INCOMPLETE),
    ],
)
def test_patterns_follow_coverage_and_strength(coverage, od, pattern):
    assert pattern_of(coverage, od) == pattern


def test_fields_come_out_as_what_they_were_meant_to_be(fields):
    assert {meant: field.category for meant, field in fields.items()} == {c: c for c in ("0", "1+", "2+", "3+")}


def test_almost_every_cell_looks_as_it_was_painted_when_the_gain_is_1(fields):
    for field in fields.values():
        cells = field.cells[field.cells["counted"]]
        assert np.mean(cells["painted"] == cells["expressed"]) > 0.85


def test_the_category_is_the_guideline_on_the_counted_cells(fields):
    for field in fields.values():
        counted = field.cells[field.cells["counted"]]["cls"]
        assert field.counts == {
            "n3": np.sum(counted == Pattern.INTENSE),
            "n2": np.sum(counted == Pattern.COMPLETE),
            "n1": np.sum(counted == Pattern.FAINT),
            "n0": np.sum(counted == Pattern.NONE),
            "intense_incomplete": np.sum(counted == Pattern.INTENSE_INCOMPLETE),
        }
        assert field.truth == category_of(field.counts)


def test_membranes_are_brown_and_lie_between_nuclei(fields):
    strong = fields["3+"]
    red, blue = strong.rgb[..., 0].astype(int), strong.rgb[..., 2].astype(int)
    brown = red - blue
    assert brown[strong.membrane].mean() > brown[~strong.membrane & ~strong.nuclei].mean() + 15
    assert (strong.membrane & strong.nuclei).sum() < 0.35 * strong.membrane.sum()
    assert strong.membrane.mean() > 3 * fields["1+"].membrane.mean()


def test_a_cells_number_is_the_same_in_both_label_images(fields):
    field = fields["2+"]
    for cell in field.cells[field.cells["counted"]][:40]:
        x = int((cell["x_um"] - field.origin_um[0]) / field.um_per_px)
        y = int((cell["y_um"] - field.origin_um[1]) / field.um_per_px)
        assert field.territory[y, x] == cell["number"]


def test_a_strong_neighbour_does_not_stain_an_unstained_cell():
    mix = (0.5, 0, 0, 0.5, 0)
    field = make_her2_field(4, mix=mix, batch=draw_batch(3, tier="easy"), tier="easy", **SIZE)
    cells = field.cells[field.cells["counted"]]
    none = cells[cells["painted"] == Pattern.NONE]
    assert np.mean(none["cls"] == Pattern.NONE) > 0.85
    strong = cells[cells["painted"] == Pattern.INTENSE]
    assert np.mean(strong["cls"] == Pattern.INTENSE) > 0.85  # their rings do not break where the neighbour is weak


def test_gain_changes_what_is_seen_but_not_what_was_expressed():
    run = draw_batch(2, tier="easy")
    dim, bright = (
        make_her2_field(6, category="2+", batch=replace(run, gain=gain), tier="easy", **SIZE) for gain in (0.7, 1.4)
    )
    assert np.array_equal(dim.cells["expressed"], bright.cells["expressed"])
    seen = dim.cells["cls"] > 0
    assert seen.sum() > 20
    assert np.mean(dim.cells["od"][seen] < bright.cells["od"][seen]) > 0.95
    assert dim.cells["od"][dim.cells["coverage"] > 0].min() >= VISIBLE_OD


def test_the_control_is_3_plus_under_the_patients_own_run():
    batch = draw_batch(8, tier="realistic", spread=0.1)
    control = make_control(1, batch, **SIZE)
    assert control.batch is batch
    assert control.counts["n3"] > 0.5 * sum(control.counts.values())
    assert control.truth_expressed.category == "3+"
    failed = make_control(1, batch, intense_share=0.0, **SIZE)
    assert failed.counts["n3"] < 0.2 * sum(failed.counts.values())


def test_a_seed_gives_one_field():
    first, again = (make_her2_field(9, um_per_px=0.5, size_px=(120, 160)) for _ in range(2))
    assert np.array_equal(first.rgb, again.rgb)
    assert np.array_equal(first.cells, again.cells)
    assert first.rgb.shape == (120, 160, 3)


def test_what_it_cannot_draw_is_refused():
    with pytest.raises(ScoringError, match=r"category is one of 0, 1\+, 2\+, 3\+; received '4\+'"):
        make_her2_field(0, category="4+")
    with pytest.raises(ScoringError, match="five patterns"):
        make_her2_field(0, mix=(1, 2))
    with pytest.raises(ScoringError, match="intense_share lies between 0 and 1; received 2"):
        make_control(0, draw_batch(0), intense_share=2)
