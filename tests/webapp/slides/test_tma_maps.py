from __future__ import annotations

from typing import Any

import pytest

from tests import factories
from webapp.audit.models import Event
from webapp.cases.models import Case
from webapp.core.errors import BadLines, Conflict, NotAllowed, NotVisible
from webapp.slides import services
from webapp.slides.models import Slide, Specimen
from webapp.slides.services.tma_maps import MOST_ROWS, Applied
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db
HEADER = "row,column,case,x_px,y_px,radius_px,missing\n"


@pytest.fixture
def slide(study: Study) -> Slide:
    return factories.SlideFactory(study=study, width_px=2048, height_px=1024)


def apply(person: Any, slide: Slide, text: str) -> Applied:
    return services.apply_tma_map(person, slide.pk, text)


def refused(person: Any, slide: Slide, text: str) -> list[tuple[int, str]]:
    with pytest.raises(BadLines) as errors:
        apply(person, slide, text)
    assert Specimen.objects.count() == 0
    assert Case.objects.count() == 0
    return [(wrong.line, wrong.message) for wrong in errors.value.lines]


def test_a_map_makes_cores_of_cases(slide: Slide, tina: Any) -> None:
    applied = apply(tina, slide, HEADER + "1,1,A-1,100,200.5,50,\n1,2,A-1,300,200,50,yes\n2,1,B-1,100,400,50,no\n")
    assert (applied.created, applied.updated) == (3, 0)
    cores = Specimen.objects.order_by("row", "column")
    circle = ("center_x_px", "center_y_px", "radius_px")
    assert list(cores.values_list("row", "column", "case__code", *circle, "is_missing")) == [
        (1, 1, "A-1", 100.0, 200.5, 50.0, False),
        (1, 2, "A-1", 300.0, 200.0, 50.0, True),
        (2, 1, "B-1", 100.0, 400.0, 50.0, False),
    ]  # fmt: skip
    assert Event.objects.get().details == {"created": 3, "updated": 0, "cases_created": 2, "reassigned": 0}


def test_applying_it_again_updates_and_keeps_the_rest(slide: Slide, tina: Any) -> None:
    apply(tina, slide, HEADER + "1,1,A-1,100,200,50,\n1,2,A-1,300,200,50,\n")
    ids = dict(Specimen.objects.values_list("column", "pk"))
    applied = apply(tina, slide, HEADER + "1,1,B-1,110,200,50,\n1,3,B-1,500,200,50,\n")
    assert (applied.created, applied.updated) == (1, 1)
    first = Specimen.objects.get(column=1)
    assert (first.pk, first.case.code, first.center_x_px) == (ids[1], "B-1", 110.0)
    assert Specimen.objects.get(column=2).pk == ids[2]
    assert Event.objects.last().details["reassigned"] == 1


def test_columns_in_any_order_a_byte_order_mark_and_windows_lines(slide: Slide, tina: Any) -> None:
    text = "\ufeffCase,radius_px,y_px,x_px,Column,Row\r\nA-1,50,200,100,2,1\r\n\r\n"
    assert apply(tina, slide, text).created == 1
    core = Specimen.objects.get()
    assert (core.row, core.column, core.center_x_px, core.center_y_px) == (1, 2, 100.0, 200.0)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0,1,A-1,1,1,1,", "row must be a number from 1 to 9999, got '0'."),
        ("1,B,A-1,1,1,1,", "column must be a number from 1 to 9999, got 'B'."),
        ("1,٣,A-1,1,1,1,", "column must be a number from 1 to 9999, got '٣'."),
        ("1,1,A-1,nan,1,1,", "x_px must be a number of pixels, got 'nan'."),
        ("1,1,A-1,1,inf,1,", "y_px must be a number of pixels, got 'inf'."),
        ("1,1,A-1,1,1,1e3,", "radius_px must be a number of pixels, got '1e3'."),
        ("1,1,A-1,-5,1,1,", "x_px must be a number of pixels, got '-5'."),
        ("1,1,A-1,2049,1,1,", "x_px 2049 lies outside the slide (2048 × 1024 px)."),
        ("1,1,A-1,1,1025,1,", "y_px 1025 lies outside the slide (2048 × 1024 px)."),
        ("1,1,A-1,1,1,0,", "radius_px must be more than 0."),
        ("1,1,A-1,1,1,1,perhaps", "missing must be yes, no or empty, got 'perhaps'."),
        ("1,1,A-1,1,1,1", "Has 6 cells; the header has 7."),
        ("1,1,A-1,1,1,1,,", "Has 8 cells; the header has 7."),
    ],
)
def test_each_line_says_what_is_wrong_with_it(slide: Slide, tina: Any, line: str, message: str) -> None:
    assert refused(tina, slide, HEADER + "9,9,A-1,1,1,1,\n" + line + "\n") == [(3, message)]


@pytest.mark.parametrize("code", ["=1+1", "+A1", "-A1", "@SUM(A1)", "", "'; DROP TABLE x", "a" * 41, "\u202ex"])
def test_codes_that_are_formulas_or_garbage_are_refused(slide: Slide, tina: Any, code: str) -> None:
    [(line, message)] = refused(tina, slide, HEADER + f'1,1,"{code}",1,1,1,\n')
    assert (line, message.startswith("case ")) == (2, True)


def test_a_place_named_twice(slide: Slide, tina: Any) -> None:
    text = HEADER + "1,1,A-1,1,1,1,\n1,2,A-1,1,1,1,\n1,1,B-1,1,1,1,\n"
    assert refused(tina, slide, text) == [(4, "row 1, column 1 is on line 2 already.")]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("\n\n", 1),
        (HEADER, 1),
        ("row,column\n1,1\n", 1),
        (HEADER.replace("missing", "name"), 1),
        (HEADER.replace("missing", "row"), 1),
        (HEADER + '1,1,"A-1,1,1,1,\n', 2),
        (HEADER + "1,1,A\x00,1,1,1,\n", 2),
        ("x" * 1_000_001, 1),
    ],
)
def test_what_is_no_map_is_refused(slide: Slide, tina: Any, text: str, line: int) -> None:
    assert [where for where, _ in refused(tina, slide, text)] == [line]


def test_the_largest_map_and_one_line_more(slide: Slide, tina: Any) -> None:
    lines = [f"{1 + n // 100},{1 + n % 100},A-{n % 50},1,1,1," for n in range(MOST_ROWS + 1)]
    [(line, message)] = refused(tina, slide, HEADER + "\n".join(lines))
    assert (line, message) == (MOST_ROWS + 2, "A map has at most 5000 cores.")
    assert apply(tina, slide, HEADER + "\n".join(lines[:-1])).created == MOST_ROWS
    assert Specimen.objects.count() == MOST_ROWS
    assert Case.objects.count() == 50


def test_a_whole_section_and_an_unread_slide_take_no_map(study: Study, slide: Slide, tina: Any) -> None:
    text = HEADER + "1,1,A-1,1,1,1,\n"
    with pytest.raises(Conflict, match="registered"):
        apply(tina, factories.SlideFactory(study=study, state="registered"), text)
    factories.SpecimenFactory(slide=slide)
    with pytest.raises(Conflict, match="whole section"):
        apply(tina, slide, text)


def test_others_apply_no_map(slide: Slide, alice: Any, dora: Any, carol: Any) -> None:
    for person, error in ((alice, NotAllowed), (dora, NotAllowed), (carol, NotVisible)):
        with pytest.raises(error):
            apply(person, slide, HEADER + "1,1,A-1,1,1,1,\n")
    assert Specimen.objects.count() == 0


def proposed(slide: Slide) -> None:
    """Two places were found on the slide, one of them empty."""
    place = {"row": 1, "y_px": 200.0, "radius_px": 40.0}
    places = [
        {**place, "column": 1, "x_px": 110.0, "present": True},
        {**place, "column": 2, "x_px": 310.0, "present": False},
    ]
    factories.CoreProposalFactory(slide=slide, cores=places)


def test_a_map_without_circles_takes_those_proposed(slide: Slide, tina: Any) -> None:
    proposed(slide)
    apply(tina, slide, "row,column,case\n1,1,A-1\n1,2,A-2\n")
    rows = Specimen.objects.order_by("column").values_list("column", "case__code", "center_x_px", "is_missing")
    assert list(rows) == [(1, "A-1", 110.0, False), (2, "A-2", 310.0, True)]


def test_what_the_map_says_of_a_missing_core_stands(slide: Slide, tina: Any) -> None:
    proposed(slide)
    apply(tina, slide, "row,column,case,missing\n1,1,A-1,yes\n1,2,A-2,no\n")
    assert list(Specimen.objects.order_by("column").values_list("is_missing", flat=True)) == [True, False]


def test_the_slides_own_cores_come_before_what_was_proposed(slide: Slide, tina: Any) -> None:
    proposed(slide)
    apply(tina, slide, HEADER + "1,1,A-1,100,200,50,\n")
    apply(tina, slide, "row,column,case\n1,1,B-1\n1,2,A-2\n")
    rows = Specimen.objects.order_by("column").values_list("case__code", "center_x_px", "radius_px")
    assert list(rows) == [("B-1", 100.0, 50.0), ("A-2", 310.0, 40.0)]


def test_a_place_that_no_grid_has_is_named(slide: Slide, tina: Any) -> None:
    assert refused(tina, slide, "row,column,case\n1,1,A-1\n") == [
        (1, "Without x_px,y_px,radius_px the map needs the slide's grid: have its cores looked for first.")
    ]
    proposed(slide)
    assert refused(tina, slide, "row,column,case\n1,1,A-1\n7,1,A-2\n") == [
        (3, "The slide's grid has no row 7, column 1.")
    ]


def test_lines_of_another_marker_are_for_another_slide(slide: Slide, tina: Any) -> None:
    header = HEADER.replace("missing", "marker")
    assert apply(tina, slide, header + "1,1,A-1,1,1,1,ER\n1,2,A-2,1,1,1,PR\n1,3,A-3,1,1,1,\n").created == 2
    assert list(Specimen.objects.order_by("column").values_list("column", flat=True)) == [1, 3]


def test_a_map_of_other_markers_only_or_of_unknown_ones_is_refused(slide: Slide, tina: Any) -> None:
    header = HEADER.replace("missing", "marker")
    assert refused(tina, slide, header + "1,1,A-1,1,1,1,PR\n") == [(1, "The map names no core of marker ER.")]
    [(line, message)] = refused(tina, slide, header + "1,1,A-1,1,1,1,xyz\n")
    assert (line, message.startswith("marker must be one of ER")) == (2, True)


def test_some_of_a_circle_is_no_circle(slide: Slide, tina: Any) -> None:
    assert [line for line, _ in refused(tina, slide, "row,column,case,x_px,y_px\n1,1,A-1,1,1\n")] == [1]
