from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from tests import factories
from webapp.accounts.services import deactivate_user
from webapp.audit.models import Event
from webapp.core.errors import Conflict, NotVisible
from webapp.slides import services, tokens
from webapp.slides.models import Presentation, Slide
from webapp.studies.models import Membership, Role, Study
from webapp.studies.services import revoke_membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def slide(study: Study) -> Slide:
    return factories.SlideFactory(study=study)


def test_opening_twice_gives_one_presentation_and_two_events(slide: Slide, alice: Any, bob: Any) -> None:
    first = services.open_slide(alice, slide.pk)
    assert services.open_slide(alice, slide.pk) == first
    assert services.open_slide(bob, slide.pk) != first
    assert list(Event.objects.values_list("actor", "verb")) == [
        ("alice", "slide.opened"), ("alice", "slide.opened"), ("bob", "slide.opened"),
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["registered", "ingesting", "refused"])
def test_only_a_ready_slide_is_opened(slide: Slide, alice: Any, state: str) -> None:
    Slide.objects.update(state=state)
    with pytest.raises(Conflict):
        services.open_slide(alice, slide.pk)


def test_others_open_and_renew_nothing(slide: Slide, alice: Any, bob: Any, carol: Any, root: Any) -> None:
    for person in (carol, root):
        with pytest.raises(NotVisible):
            services.open_slide(person, slide.pk)
    own = services.open_slide(alice, slide.pk)
    assert services.renew_presentation(alice, own.pk) == own
    for person in (bob, carol):
        with pytest.raises(NotVisible):
            services.renew_presentation(person, own.pk)


def grant_of(answer: Any) -> tokens.Grant:
    grant = tokens.verify(
        answer.cookies[tokens.COOKIE].value, tokens.signing.keys(), now_ms=tokens.signing.time.time_ns() // 1_000_000
    )
    assert grant is not None
    return grant


def test_the_cookie_is_for_this_presentation_alone(
    client_of: Callable[..., APIClient], slide: Slide, alice: Any
) -> None:
    answer = client_of(alice).post(f"/api/slides/{slide.pk}/open")
    presentation = Presentation.objects.get()
    cookie = answer.cookies[tokens.COOKIE]
    assert (cookie["path"], cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (
        f"/tiles/{presentation.pk}", 60, True, "Strict",
    )  # fmt: skip
    grant = grant_of(answer)
    assert (grant.user_id, grant.presentation_id, grant.slide_id) == (alice.pk, presentation.pk, slide.pk)
    assert cookie.value not in answer.content.decode()
    renewed = client_of(alice).post(f"/api/presentations/{presentation.pk}/renew")
    assert renewed.json() == {"valid_for_seconds": 60}
    assert grant_of(renewed).presentation_id == presentation.pk


@pytest.mark.parametrize("how", ["membership", "account"])
def test_losing_access_revokes_the_tiles_at_once(
    client_of: Callable[..., APIClient], django_capture_on_commit_callbacks: Any,
    slide: Slide, alice: Any, dora: Any, root: Any, how: str,
) -> None:  # fmt: skip
    grant = grant_of(client_of(alice).post(f"/api/slides/{slide.pk}/open"))
    assert not tokens.is_revoked(grant)
    with django_capture_on_commit_callbacks(execute=True):
        if how == "membership":
            revoke_membership(dora, Membership.objects.get(user=alice).pk)
        else:
            deactivate_user(root, alice)
    assert tokens.is_revoked(grant)
    assert Presentation.objects.get().closed_at is not None
    with pytest.raises(NotVisible):
        services.renew_presentation(alice, grant.presentation_id)


def test_who_keeps_another_role_keeps_the_slide(
    study: Study, slide: Slide, alice: Any, dora: Any, django_capture_on_commit_callbacks: Any
) -> None:
    second = factories.MembershipFactory(study=study, user=alice, role=Role.TECHNICIAN)
    presentation = services.open_slide(alice, slide.pk)
    with django_capture_on_commit_callbacks(execute=True):
        revoke_membership(dora, second.pk)
    assert services.renew_presentation(alice, presentation.pk) == presentation


@pytest.mark.django_db(transaction=True)
def test_two_tabs_that_open_a_slide_at_once_share_a_presentation(slide: Slide, alice: Any) -> None:
    start = threading.Barrier(4)
    opened: list[Any] = []

    def go() -> None:
        start.wait()
        try:
            opened.append(services.open_slide(alice, slide.pk).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(opened), len(set(opened)), Presentation.objects.count()) == (4, 1, 1)
