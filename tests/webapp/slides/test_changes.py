from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests import factories
from webapp.audit.models import Event
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible, Stale
from webapp.slides import services
from webapp.slides.models import FieldOfView, Slide, StainingBatch
from webapp.slides.services import FieldBox
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def slide(study: Study) -> Slide:
    return factories.SlideFactory(study=study, um_per_px=None, um_per_px_source="unknown")


def change(person: Any, slide: Slide, version: int = 1, **changes: Any) -> Slide:
    return services.change_slide(person, slide.pk, version=version, changes=changes)


def test_the_pixel_size_a_technician_gives_is_recorded_as_theirs(slide: Slide, tina: Any) -> None:
    changed = change(tina, slide, um_per_px=Decimal("0.2523456789"))
    slide.refresh_from_db()
    assert (slide.um_per_px, slide.um_per_px_source, slide.version) == (Decimal("0.252346"), "technician", 2)
    assert changed.version == 2
    assert Event.objects.get().details == {"before": {"um_per_px": None}, "after": {"um_per_px": "0.252346"}}


def test_who_changed_an_old_version_is_told(slide: Slide, tina: Any) -> None:
    change(tina, slide, name="ER A")
    with pytest.raises(Stale):
        change(tina, slide, name="ER B")
    slide.refresh_from_db()
    assert (slide.name, slide.version) == ("ER A", 2)


def test_a_name_is_taken_once_per_study(study: Study, other_study: Study, slide: Slide, tina: Any) -> None:
    factories.SlideFactory(study=study, name="ER A")
    factories.SlideFactory(study=other_study, name="ER B")
    with pytest.raises(Conflict):
        change(tina, slide, name="ER A")
    change(tina, slide, name="ER B")


@pytest.mark.parametrize(
    "changes",
    [{}, {"state": "ready"}, {"study": None}, {"name": ""}, {"marker": "CD3"}, {"um_per_px": Decimal("NaN")}],
)
def test_other_changes_are_refused(slide: Slide, tina: Any, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        change(tina, slide, **changes)
    slide.refresh_from_db()
    assert slide.version == 1


def test_the_batch_is_one_of_the_study_s(study: Study, other_study: Study, slide: Slide, tina: Any) -> None:
    with pytest.raises(Invalid):
        change(tina, slide, staining_batch=factories.StainingBatchFactory(study=other_study).pk)
    own = services.create_staining_batch(tina, study.pk, name="Monday", marker="ER", antibody_clone="6F11")
    assert change(tina, slide, staining_batch=own.pk).staining_batch == own
    assert change(tina, slide, version=2, staining_batch=None).staining_batch is None
    with pytest.raises(Conflict):
        services.create_staining_batch(tina, study.pk, name="Monday", marker="ER")
    assert StainingBatch.objects.filter(study=study).count() == 1


def test_only_a_refused_slide_is_retried(slide: Slide, tina: Any) -> None:
    with pytest.raises(Conflict):
        services.retry_slide(tina, slide.pk)


def test_others_change_nothing(study: Study, slide: Slide, alice: Any, dora: Any, carol: Any, root: Any) -> None:
    for person, error in ((alice, NotAllowed), (dora, NotAllowed), (carol, NotVisible), (root, NotVisible)):
        for act in (
            lambda who=person: change(who, slide, name="X"),
            lambda who=person: services.retry_slide(who, slide.pk),
            lambda who=person: services.create_staining_batch(who, study.pk, name="X", marker="ER"),
        ):
            with pytest.raises(error):
                act()
    slide.refresh_from_db()
    assert slide.version == 1


def test_a_field_lies_on_its_slide(slide: Slide, tina: Any) -> None:
    field = services.create_field_of_view(tina, slide.pk, name="Hot spot", box=FieldBox(1948, 924, 100, 100))
    assert (field.purpose, field.staining_batch) == ("analysis", None)
    for box in (FieldBox(1949, 0, 100, 100), FieldBox(0, 925, 100, 100), FieldBox(-1, 0, 5, 5), FieldBox(0, 0, 0, 5)):
        with pytest.raises(Invalid):
            services.create_field_of_view(tina, slide.pk, name="Off", box=box)
    assert FieldOfView.objects.count() == 1


def test_a_positive_control_belongs_to_a_batch(study: Study, other_study: Study, slide: Slide, dora: Any) -> None:
    box = FieldBox(0, 0, 10, 10)
    own, theirs = factories.StainingBatchFactory(study=study), factories.StainingBatchFactory(study=other_study)

    def control(batch: Any = None, purpose: str = "positive_control") -> FieldOfView:
        return services.create_field_of_view(
            dora, slide.pk, name="Control", box=box, purpose=purpose, staining_batch=batch
        )

    for batch, purpose in ((None, "positive_control"), (theirs.pk, "positive_control"), (own.pk, "analysis")):
        with pytest.raises(Invalid) as refused:
            control(batch, purpose)
        assert set(refused.value.fields) == {"staining_batch"}
    assert control(own.pk).staining_batch == own
    Slide.objects.update(staining_batch=own)
    assert control().staining_batch == own


def test_a_field_goes_whether_or_not_something_was_run_on_it(study: Study, slide: Slide, tina: Any) -> None:
    """A refusal would tell a veiled technician of the run; the run keeps its region."""
    field = factories.FieldOfViewFactory(slide=slide)
    run = factories.RunFactory(specimen__slide=slide, field_of_view=field)
    services.delete_field_of_view(tina, field.pk)
    run.refresh_from_db()
    assert run.field_of_view is None
    assert list(FieldOfView.objects.all()) == []
    event = Event.objects.get(verb="field_of_view.deleted")
    assert event.object_id == str(field.pk)
