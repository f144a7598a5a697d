"""Every route under /api/ against every kind of person, from the URL map itself and the checked-in table."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.urls import get_resolver
from rest_framework.test import APIClient

from tests import factories
from tests.webapp.permission_matrix import MATRIX, PEOPLE, Row, filled
from webapp.reading.models import Round
from webapp.slides.models import Slide

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete")
#: The schema is for everybody signed in and says nothing of anybody.
UNLISTED = {"GET schema/"}


def walk(patterns: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from walk(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def routes() -> set[str]:
    found = set()
    for route, callback in walk(get_resolver().url_patterns):
        if not route.startswith("api/"):
            continue
        handlers = getattr(callback, "actions", None) or [
            name for name in METHODS if hasattr(getattr(callback, "cls", None), name)
        ]
        assert handlers, f"Nothing answers {route}: is it not a DRF view?"
        # Once called, a viewset answers HEAD as GET.
        found |= {f"{method.upper()} {route.removeprefix('api/')}" for method in handlers if method in METHODS}
    return found - UNLISTED


@pytest.fixture
def scene(
    settings: Any, study: Any, other_study: Any, alice: Any, tina: Any, dora: Any, root: Any, carol: Any
) -> SimpleNamespace:
    """One of everything, in the study."""
    (settings.INBOX_FOLDER / "waiting.svs").write_bytes(b"II*\0")
    slide = factories.SlideFactory(study=study)
    (settings.SLIDE_FOLDER / str(slide.pk)).mkdir(parents=True)
    (settings.SLIDE_FOLDER / str(slide.pk) / "thumbnail.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    specimen = factories.SpecimenFactory(slide=slide)
    batch = factories.BatchFactory(study=study)
    run = factories.RunFactory(specimen=specimen, batch=batch)
    done_run = factories.RunFactory(specimen=specimen, batch=batch, done=True)
    factories.ResultFactory(run=done_run)
    factories.SlideFactory(study=other_study)
    protocol = study.protocols.get()
    session = factories.ReadingSessionFactory(study=study, protocol=protocol, reader=alice)
    rounds = [
        factories.RoundFactory(specimen=factories.SpecimenFactory(slide__study=study), protocol=protocol)
        for _ in range(3)
    ]
    waiting = factories.AssignmentFactory(round=rounds[0], session=session)
    signed = factories.AssignmentFactory(round=rounds[1], session=session, state="signed")
    decided = factories.RoundFactory(
        specimen=factories.SpecimenFactory(slide__study=study), protocol=protocol, state=Round.State.DECIDED
    )
    factories.ReadingFactory(assignment__round=decided)
    factories.ConsensusFactory(round=decided)
    factories.OpeningFactory(specimen=decided.specimen)
    single = factories.RoundFactory(
        specimen=factories.SpecimenFactory(slide__study=study), protocol=protocol, state=Round.State.DECIDED,
        readers_required=1,
    )  # fmt: skip
    factories.ReadingFactory(assignment__round=single)
    factories.ConsensusFactory(round=single, kind="provisional")
    return SimpleNamespace(
        study=study,
        alice=alice,
        slide=slide,
        specimen=specimen,
        case=specimen.case,
        refused_slide=factories.SlideFactory(study=study, state=Slide.State.REFUSED),
        tma_slide=factories.SlideFactory(study=study),
        mapped_slide=factories.SpecimenFactory(slide=factories.SlideFactory(study=study), core=True).slide,
        field=factories.FieldOfViewFactory(slide=slide),
        token_of_tina=factories.TokenFactory(user=tina),
        membership_of_alice=study.memberships.get(user=alice),
        presentation_of_alice=factories.PresentationFactory(user=alice, slide=slide),
        assignment_of_alice=waiting,
        reading_of_alice=factories.ReadingFactory(assignment=signed),
        slide_request_of_alice=factories.SlideRequestFactory(assignment=waiting),
        # Nobody of the scene adjudicates in this study.
        discordant_round=factories.RoundFactory(
            specimen=rounds[2].specimen, protocol=protocol, series=2, state="discordant"
        ),
        run=run,
        batch=batch,
        done_run=done_run,
        read_specimen=decided.specimen,
        single_specimen=single.specimen,
        fresh_specimen=factories.SpecimenFactory(slide__study=study),
        qa_review=factories.QaReviewFactory(
            round__specimen=factories.SpecimenFactory(slide__study=study), round__protocol=protocol
        ),
        absence_of_alice=factories.AbsenceFactory(study=study, reader=alice),
        people={"alice": alice, "tina": tina, "dora": dora, "root": root, "carol": carol},
    )


def ask(person: Any, name: str, row: Row, scene: SimpleNamespace, *, ids: dict[str, str] | None = None) -> Any:
    """The answer to the row's request, undone afterwards."""
    method, route = name.split(" ", 1)
    for keyword, thing in row.objects.items():
        value = (ids or {}).get(keyword) or str(getattr(scene, thing).pk)
        route = route.replace(f"<uuid:{keyword}>", value)
    route = re.sub("<int:[a-z]+>", "0", route)
    assert "<" not in route, f"{name}: the table does not say what stands for {route}."
    body = json.loads(filled(json.dumps(row.body), scene))
    client = APIClient(raise_request_exception=False)
    if person is not None:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    savepoint = transaction.savepoint()
    try:
        answer = getattr(client, method.lower())(f"/api/{route}", body, format="json", headers=row.headers)
        if not answer.streaming:
            assert answer.content is not None
        return answer
    finally:
        transaction.savepoint_rollback(savepoint)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert routes() == set(MATRIX)


@pytest.mark.parametrize("name", MATRIX)
def test_everybody_gets_what_the_table_says(name: str, scene: SimpleNamespace) -> None:
    row = MATRIX[name]
    got = tuple(ask(scene.people[person], name, row, scene).status_code for person in PEOPLE)
    assert dict(zip(PEOPLE, got, strict=True)) == dict(zip(PEOPLE, row.statuses, strict=True))


@pytest.mark.parametrize("name", MATRIX)
def test_a_stranger_and_a_closed_account_are_not_let_in(name: str, scene: SimpleNamespace, dora: Any) -> None:
    assert ask(None, name, MATRIX[name], scene).status_code == 401
    dora.is_active = False
    dora.save()
    assert ask(dora, name, MATRIX[name], scene).status_code == 401


@pytest.mark.parametrize("name", [name for name, row in MATRIX.items() if 404 in row.statuses and row.objects])
def test_what_one_may_not_know_of_answers_like_what_does_not_exist(name: str, scene: SimpleNamespace) -> None:
    row = MATRIX[name]
    person = scene.people[PEOPLE[row.statuses.index(404)]]
    hidden = ask(person, name, row, scene)
    absent = ask(person, name, row, scene, ids=dict.fromkeys(row.objects, str(uuid.uuid4())))
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)
