"""The grid of a TMA slide: saved at once, in step with who else edits it, and never against a core that is in use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests import factories
from webapp.audit.models import Event
from webapp.cases.models import Case
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible, Stale
from webapp.slides import services
from webapp.slides.models import CoreProposal, Slide, Specimen
from webapp.slides.services import Circle, GridPlace
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db

A1 = GridPlace(1, 1, Circle(100, 100, 40), case="A-1")
A2 = GridPlace(1, 2, Circle(300, 100, 40), case="A-2")
BARE = GridPlace(2, 1, Circle(100, 300, 40))


@pytest.fixture
def slide(study: Study) -> Slide:
    return factories.SlideFactory(study=study, width_px=2048, height_px=1024)


def save(person: Any, slide: Slide, *places: GridPlace) -> Slide:
    slide.refresh_from_db()
    return services.save_cores(person, slide.pk, places, version=slide.version)


def cores(slide: Slide) -> list[tuple[Any, ...]]:
    rows = Specimen.objects.filter(slide=slide).order_by("row", "column")
    return list(rows.values_list("row", "column", "case__code", "center_x_px", "center_y_px", "is_missing"))


def test_places_with_a_case_become_cores_and_all_are_the_slides_grid(slide: Slide, tina: Any) -> None:
    saved = save(tina, slide, A1, replace(A2, is_missing=True), BARE)
    assert cores(slide) == [(1, 1, "A-1", 100, 100, False), (1, 2, "A-2", 300, 100, True)]
    assert Case.objects.count() == 2
    grid = CoreProposal.objects.get(slide=slide)
    assert (grid.state, grid.is_edited) == ("done", True)
    assert [(place["row"], place["column"], place["present"]) for place in grid.cores] == [
        (1, 1, True),
        (1, 2, False),
        (2, 1, True),
    ]
    assert saved.version == 2
    event = Event.objects.get()
    assert (event.verb, event.details["created"], event.details["places"]) == ("cores.saved", 2, 3)


def test_saving_again_moves_renumbers_and_deletes(slide: Slide, tina: Any) -> None:
    save(tina, slide, A1, A2, GridPlace(2, 2, Circle(300, 300, 40), case="A-3"))
    ids = dict(Specimen.objects.values_list("case__code", "pk"))
    swapped = [
        GridPlace(1, 2, Circle(300, 120, 40), case="A-1", specimen=ids["A-1"]),
        GridPlace(1, 1, Circle(100, 100, 40), case="A-2", specimen=ids["A-2"]),
    ]
    save(tina, slide, *swapped)
    assert cores(slide) == [(1, 1, "A-2", 100, 100, False), (1, 2, "A-1", 300, 120, False)]
    assert dict(Specimen.objects.values_list("case__code", "pk")) == {name: ids[name] for name in ("A-1", "A-2")}
    assert Event.objects.last().details["deleted"] == 1


def test_who_edited_an_older_grid_is_told(slide: Slide, tina: Any) -> None:
    save(tina, slide, A1)
    with pytest.raises(Stale):
        services.save_cores(tina, slide.pk, [A2], version=1)
    services.apply_tma_map(tina, slide.pk, "row,column,case,x_px,y_px,radius_px\n1,2,A-2,300,100,40\n")
    with pytest.raises(Stale):
        services.save_cores(tina, slide.pk, [A2], version=2)
    assert len(cores(slide)) == 2


@pytest.mark.parametrize(
    ("places", "field"),
    [
        ([replace(A1, row=0)], "cores.0.row"),
        ([replace(A1, column=10_000)], "cores.0.row"),
        ([A1, replace(A2, column=1)], "cores.1.row"),
        ([replace(A1, circle=Circle(2049, 1, 4))], "cores.0.x_px"),
        ([replace(A1, circle=Circle(1, float("nan"), 4))], "cores.0.x_px"),
        ([replace(A1, circle=Circle(1, 1, 0))], "cores.0.radius_px"),
        ([replace(A1, circle=Circle(1, 1, float("inf")))], "cores.0.radius_px"),
        ([A1, replace(A2, case="=1+1")], "cores.1.case"),
    ],
)
def test_a_place_that_cannot_be_is_named_and_nothing_is_saved(
    slide: Slide, tina: Any, places: list[GridPlace], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        save(tina, slide, *places)
    assert list(refused.value.fields) == [field]
    assert (Specimen.objects.count(), Case.objects.count(), CoreProposal.objects.count()) == (0, 0, 0)


def test_ids_are_those_of_this_slides_cores(slide: Slide, study: Study, tina: Any) -> None:
    foreign = factories.SpecimenFactory(slide=factories.SlideFactory(study=study), core=True)
    with pytest.raises(Invalid) as refused:
        save(tina, slide, replace(A1, specimen=foreign.pk))
    assert list(refused.value.fields) == ["cores.0.id"]
    save(tina, slide, A1)
    mine = Specimen.objects.get(slide=slide).pk
    with pytest.raises(Invalid) as refused:
        save(tina, slide, replace(A1, specimen=mine), replace(A2, specimen=mine))
    assert list(refused.value.fields) == ["cores.1.id"]
    with pytest.raises(Invalid) as refused:
        save(tina, slide, replace(A1, specimen=mine, case=""))
    assert list(refused.value.fields) == ["cores.0.case"]


@pytest.fixture
def assigned(slide: Slide, tina: Any) -> Specimen:
    """A core that a reader has been given."""
    save(tina, slide, A1, A2)
    specimen = Specimen.objects.get(slide=slide, column=1)
    factories.AssignmentFactory(specimen=specimen)
    return specimen


def test_a_core_in_use_may_be_moved_slightly_and_renumbered(slide: Slide, tina: Any, assigned: Specimen) -> None:
    save(tina, slide, replace(A1, row=3, circle=Circle(110, 90, 50), specimen=assigned.pk), A2)
    assigned.refresh_from_db()
    assert (assigned.row, assigned.center_x_px, assigned.center_y_px, assigned.radius_px) == (3, 110, 90, 50)


@pytest.mark.parametrize(
    "place",
    [
        [],
        [replace(A1, case="A-2")],
        [replace(A1, circle=Circle(130, 100, 40))],
        [replace(A1, circle=Circle(100, 100, 70))],
        [replace(A1, case="")],
        [replace(A1, column=5, circle=Circle(900, 900, 40))],
    ],
    ids=["deleted", "another case", "moved away", "grown", "without case", "put elsewhere"],
)
def test_a_core_in_use_is_never_deleted_moved_away_or_given_to_another_case(
    slide: Slide, tina: Any, assigned: Specimen, place: list[GridPlace]
) -> None:
    before = cores(slide)
    with pytest.raises(Conflict, match="row 1, column 1") as refused:
        save(tina, slide, *place, A2)
    assert refused.value.code == "core_in_use"
    assert cores(slide) == before
    assert len(CoreProposal.objects.get(slide=slide).cores) == 2


def test_a_csv_map_gives_no_core_in_use_to_another_case(slide: Slide, tina: Any, assigned: Specimen) -> None:
    with pytest.raises(Conflict, match="in use"):
        services.apply_tma_map(tina, slide.pk, "row,column,case\n1,1,A-9\n")
    services.apply_tma_map(tina, slide.pk, "row,column,case\n1,2,A-9\n")
    assert [row[2] for row in cores(slide)] == ["A-1", "A-9"]


def test_what_is_being_dearrayed_is_not_edited(slide: Slide, tina: Any) -> None:
    factories.CoreProposalFactory(slide=slide, state="working", cores=[])
    with pytest.raises(Conflict, match="being looked for"):
        save(tina, slide, A1)
    assert cores(slide) == []


def test_a_failed_search_is_mended_by_hand(slide: Slide, tina: Any) -> None:
    factories.CoreProposalFactory(slide=slide, state="failed", error="No array.", cores=[])
    save(tina, slide, A1)
    grid = CoreProposal.objects.get(slide=slide)
    assert (grid.state, grid.error) == ("done", "")


def test_only_technicians_of_the_study_save_grids_of_tma_slides(
    slide: Slide, study: Study, tina: Any, alice: Any, dora: Any, carol: Any
) -> None:
    for person, error in ((alice, NotAllowed), (dora, NotAllowed), (carol, NotVisible)):
        with pytest.raises(error):
            save(person, slide, A1)
    with pytest.raises(Conflict, match="registered"):
        save(tina, factories.SlideFactory(study=study, state="registered"), A1)
    factories.SpecimenFactory(slide=slide)
    with pytest.raises(Conflict, match="whole section"):
        save(tina, slide, A1)


@pytest.fixture
def section(study: Study, slide: Slide, tina: Any) -> Slide:
    """The next section of the same array; the first one has a map."""
    save(tina, slide, A1, replace(A2, is_missing=True), GridPlace(2, 1, Circle(100, 300, 40), case="A-3"))
    return factories.SlideFactory(study=study, width_px=2048, height_px=1024, marker="PR")


def proposed(*places: tuple[int, int, float, float, bool]) -> list[dict[str, Any]]:
    keys = ("row", "column", "x_px", "y_px", "present")
    return [{**dict(zip(keys, place, strict=True)), "radius_px": 44.0} for place in places]


def test_a_map_is_taken_over_to_the_sections_own_circles(slide: Slide, section: Slide, tina: Any) -> None:
    grid = proposed((1, 1, 150, 120, True), (1, 2, 352, 121, True), (2, 1, 149, 322, False), (2, 2, 350, 322, False))
    factories.CoreProposalFactory(slide=section, cores=grid)
    services.copy_cores(tina, section.pk, source=slide.pk)
    assert cores(section) == [
        (1, 1, "A-1", 150, 120, False),
        (1, 2, "A-2", 352, 121, False),
        (2, 1, "A-3", 149, 322, True),
    ]
    event = Event.objects.last()
    assert (event.verb, event.details["source"], event.details["created"]) == ("cores.copied", str(slide.pk), 3)
    assert Case.objects.count() == 3


def test_without_a_proposal_the_other_slides_circles_are_taken(slide: Slide, section: Slide, tina: Any) -> None:
    services.copy_cores(tina, section.pk, source=slide.pk)
    assert cores(section) == cores(slide)


def test_a_place_that_was_not_proposed_lies_as_far_off_as_the_others(slide: Slide, section: Slide, tina: Any) -> None:
    factories.CoreProposalFactory(
        slide=section, cores=proposed((1, 2, 352, 121, True), (2, 1, 152, 321, True), (2, 2, 350, 322, False))
    )
    services.copy_cores(tina, section.pk, source=slide.pk)
    assert cores(section)[0] == (1, 1, "A-1", 152, 121, False)


@pytest.mark.parametrize(
    "grid",
    [
        proposed((1, 1, 150, 120, True), (1, 2, 352, 121, True)),
        proposed((1, 1, 150, 120, True), (2, 2, 352, 121, True), (2, 3, 552, 121, True)),
    ],
    ids=["a row less", "a column more"],
)
def test_grids_of_another_shape_do_not_fit(slide: Slide, section: Slide, tina: Any, grid: list[Any]) -> None:
    factories.CoreProposalFactory(slide=section, cores=grid)
    with pytest.raises(Conflict, match="grids differ"):
        services.copy_cores(tina, section.pk, source=slide.pk)
    assert cores(section) == []


def test_an_empty_column_more_does_fit(slide: Slide, section: Slide, tina: Any) -> None:
    grid = proposed((1, 1, 150, 120, True), (1, 2, 352, 121, True), (2, 1, 149, 322, True), (2, 3, 552, 322, False))
    factories.CoreProposalFactory(slide=section, cores=grid)
    services.copy_cores(tina, section.pk, source=slide.pk)
    assert len(cores(section)) == 3


def test_only_another_mapped_slide_of_the_study_is_a_source(
    slide: Slide, section: Slide, other_study: Study, tina: Any
) -> None:
    foreign = factories.SpecimenFactory(slide=factories.SlideFactory(study=other_study), core=True).slide
    for source in (section, foreign):
        with pytest.raises(Invalid) as refused:
            services.copy_cores(tina, section.pk, source=source.pk)
        assert list(refused.value.fields) == ["from"]
