"""H&E of a scene: the same nuclei as in the immunostain, pink round them, and never brown."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.stain import eosin_share
from scoring.synth.core import make_scene, paint
from scoring.synth.eosin import make_he


@pytest.fixture(scope="module")
def pair():
    scene = make_scene(12, tier="easy", target_h=250, size_um=(120, 160))
    return make_he(scene, um_per_px=0.5), paint(scene, 0.5)


def test_both_stains_show_the_same_nuclei(pair):
    he, ihc = pair
    assert np.array_equal(he.labels, ihc.labels)
    assert np.array_equal(he.cells, ihc.cells)
    assert he.rgb.shape == ihc.rgb.shape


def test_tissue_is_pink_and_nuclei_are_blue(pair):
    he, ihc = pair
    white = (243.0, 243.0, 243.0)
    assert eosin_share(he.rgb, white) > 0.3
    assert eosin_share(ihc.rgb, white) < 0.05
    inside, outside = he.rgb[he.nuclei].mean(axis=0), he.rgb[~he.nuclei & he.core].mean(axis=0)
    assert inside[2] > inside[0]
    assert outside[0] > outside[2] > outside[1]


def test_an_antibody_leaves_no_trace_in_it(pair):
    he, _ = pair
    weak = make_he(make_scene(12, tier="easy", target_h=0, size_um=(120, 160)), um_per_px=0.5)
    assert abs(weak.rgb[weak.nuclei].mean() - he.rgb[he.nuclei].mean()) < 12


def test_a_seed_gives_one_picture():
    scene = make_scene(4, size_um=(60, 60))
    assert np.array_equal(make_he(scene).rgb, make_he(scene).rgb)
    assert not np.array_equal(make_he(scene).rgb, make_he(scene, seed=9).rgb)
