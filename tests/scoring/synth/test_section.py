"""A whole section: exact counts, one pyramid, no nucleus cut, the same for the same seed."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
import pytest

from scoring.slide_io import open_slide
from scoring.synth.pyramids import WHITE
from scoring.synth.section import write_whole_slide
from scoring.types import ScoringError

SMALL = {"nuclei": 3000, "field_um": 260.0, "tier": "easy"}


@pytest.fixture(scope="module")
def section(tmp_path_factory):
    path = tmp_path_factory.mktemp("section") / "slide.tif"
    return path, write_whole_slide(path, 3, **SMALL)


def picture(path) -> np.ndarray:
    with open_slide(path) as slide:
        info = slide.info
        return np.asarray(slide.read_region(0, 0, 0, info.width_px, info.height_px))


def test_it_holds_about_as_many_nuclei_as_asked_for(section):
    _, truth = section
    assert truth.nuclei == pytest.approx(3000, rel=0.2)  # one field more or less matters on so small a section
    assert sum(truth.counts.values()) == truth.nuclei
    assert truth.truth.tumour_cells == truth.counts["tumour"] > 0.5 * truth.nuclei
    assert truth.truth.h_score == pytest.approx(180, abs=40)


def test_the_slide_says_its_size_and_lies_on_white(section):
    path, truth = section
    with open_slide(path) as slide:
        assert (slide.info.width_px, slide.info.height_px) == (truth.width_px, truth.height_px)
        assert slide.info.um_per_px == pytest.approx(0.5)
    rgb = picture(path)
    for corner in (rgb[:40, :40], rgb[-40:, -40:]):
        assert corner.mean() == pytest.approx(WHITE, abs=2)
    stained = (rgb.min(axis=2) < WHITE - 20).mean() * truth.width_px * truth.height_px * 0.25 / 1e6
    assert stained == pytest.approx(truth.tissue_mm2, rel=0.6)


def test_dark_nuclei_are_as_many_as_the_truth_says(section):
    """Brown area over the number of brown nuclei is the size of a nucleus: few are cut in two or drawn twice."""
    path, truth = section
    rgb = picture(path)
    dark = (cv2.GaussianBlur(rgb[..., 0], (0, 0), 1.0) < 150).astype(np.uint8)
    area_um2 = dark.sum() * 0.25
    strong = (truth.truth.percentages["strong"] + truth.truth.percentages["moderate"]) / 100 * truth.truth.tumour_cells
    assert 30 < area_um2 / strong < 130


def test_a_seed_gives_one_slide(section, tmp_path):
    path, truth = section
    again = write_whole_slide(tmp_path / "again.tif", 3, **SMALL, processes=2)
    assert again == truth
    digests = {hashlib.sha256(p.read_bytes()).hexdigest() for p in (path, tmp_path / "again.tif")}
    assert len(digests) == 1


def test_fewer_than_a_section_holds_are_refused(tmp_path):
    with pytest.raises(ScoringError, match="at least 2000 nuclei; received 5"):
        write_whole_slide(tmp_path / "slide.tif", 1, nuclei=5)
