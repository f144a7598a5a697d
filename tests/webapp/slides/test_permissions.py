from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from webapp.slides.permissions import (
    can_mark_fields,
    can_register_slides,
    slides_with_visible_files,
    visible_fields_of_view,
    visible_presentations,
    visible_slides,
    visible_specimens,
    visible_staining_batches,
)
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db


def test_everything_on_a_slide_is_for_the_members_of_its_study(
    study: Study, other_study: Study, alice: Any, carol: Any, root: Any
) -> None:
    for make, visible in (
        (lambda of: factories.SlideFactory(study=of), visible_slides),
        (lambda of: factories.SpecimenFactory(slide__study=of), visible_specimens),
        (lambda of: factories.FieldOfViewFactory(slide__study=of), visible_fields_of_view),
        (lambda of: factories.StainingBatchFactory(study=of), visible_staining_batches),
    ):
        here, there = make(study), make(other_study)
        assert (here in visible(alice), there in visible(alice)) == (True, False)
        assert (here in visible(carol), there in visible(carol)) == (False, True)
        assert list(visible(root)) == []
        alice.is_active = False
        assert list(visible(alice)) == []
        alice.is_active = True


def test_a_presentation_is_its_owner_s_while_open_and_while_the_slide_is_theirs(
    study: Study, other_study: Study, alice: Any, bob: Any
) -> None:
    slide = factories.SlideFactory(study=study)
    own = factories.PresentationFactory(user=alice, slide=slide)
    factories.PresentationFactory(user=bob, slide=slide)
    factories.PresentationFactory(user=alice, slide=factories.SlideFactory(study=other_study))
    factories.PresentationFactory(user=alice, slide=factories.SlideFactory(study=study), closed_at=timezone.now())
    assert list(visible_presentations(alice)) == [own]
    study.memberships.filter(user=alice).delete()
    assert list(visible_presentations(alice)) == []


def test_files_are_known_to_those_who_work_on_them(
    study: Study, alice: Any, tina: Any, dora: Any, carol: Any, root: Any
) -> None:
    slide = factories.SlideFactory(study=study)
    known = {person.username: slide in slides_with_visible_files(person) for person in (alice, tina, dora, carol, root)}
    assert known == {"alice": False, "tina": True, "dora": True, "carol": False, "root": False}


def test_who_may_work_on_slides(study: Study, alice: Any, tina: Any, dora: Any, carol: Any, root: Any) -> None:
    people = (alice, tina, dora, carol, root)
    assert [can_register_slides(person, study.pk) for person in people] == [False, True, False, False, False]
    assert [can_mark_fields(person, study.pk) for person in people] == [False, True, True, False, False]
