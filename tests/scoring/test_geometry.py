"""Regions and outlines."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.geometry import OUTLINE_VERTICES, inside, outline_vertices, polygon_area
from scoring.types import Region, ScoringError


def test_rectangles_own_their_upper_left_edges_only():
    region = Region(10, 20, 5, 5)
    assert inside(region, [10, 14.999, 15, 9.9], [20, 24.9, 22, 22]).tolist() == [True, True, False, False]


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(1, 40))
def test_circles_hold_what_is_within_their_radius(x, y, radius):
    assert bool(inside(Region.circle(3, 4, radius), x, y)) == (np.hypot(x - 3, y - 4) <= radius + 1e-9) or np.isclose(
        np.hypot(x - 3, y - 4), radius
    )


def test_side_by_side_rectangles_share_no_point():
    xs, ys = np.meshgrid(np.arange(0, 20, 0.5), np.arange(0, 10, 0.5))
    left, right = inside(Region(0, 0, 10, 10), xs, ys), inside(Region(10, 0, 10, 10), xs, ys)
    assert not (left & right).any()
    assert (left | right).all()


def test_an_empty_region_is_refused():
    with pytest.raises(ScoringError, match="positive size"):
        Region(0, 0, 0, 5)


def test_equal_radii_make_a_sixteen_sided_polygon_turning_from_x_to_y():
    vertices = outline_vertices(np.array([5.0]), np.array([7.0]), np.full((1, OUTLINE_VERTICES), 2.0))
    assert vertices[0, 0] == pytest.approx([7, 7])
    assert vertices[0, 4] == pytest.approx([5, 9])
    assert polygon_area(vertices)[0] == pytest.approx(0.5 * 16 * 4 * np.sin(np.pi / 8))
