"""Who sees what of a specimen, and when: before reading is over nobody; then each after their own look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from webapp.agreement import services
from webapp.agreement.permissions import revealable_specimens, visible_results
from webapp.agreement.results.comparison import letters_of
from webapp.audit.models import Event
from webapp.blinding.models import Exposure
from webapp.blinding.permissions import is_veiled
from webapp.core.errors import Conflict, NotAllowed, NotVisible
from webapp.reading import services as reading
from webapp.reading.models import Purpose, Reading, Round
from webapp.reading.services import Signed
from webapp.runs.models import Result
from webapp.slides.models import Specimen
from webapp.studies.models import Role, Study

pytestmark = pytest.mark.django_db

Give = Callable[..., Any]
Sign = Callable[..., Reading]


@pytest.fixture
def result(specimen: Specimen) -> Result:
    found: Result = factories.ResultFactory(run__specimen=specimen)
    return found


@pytest.fixture
def read(specimen: Specimen, alice: Any, bob: Any, give: Give, sign: Sign) -> tuple[Reading, Reading]:
    """Both have read: 110 and 150, of which the mean is 130."""
    first, second = give(alice, specimen), give(bob, specimen)
    return sign(first, 20, 30, 10), sign(second, 10, 40, 20)


def protocol(study: Study, **fields: Any) -> None:
    study.protocols.update(**fields)


def exposures(person: Any) -> set[tuple[str, bool]]:
    return set(Exposure.objects.filter(person=person).values_list("source", "planned"))


def test_nobody_sees_a_score_before_reading_is_over(
    client_of: Any, specimen: Specimen, result: Result, alice: Any, bob: Any, adam: Any, tina: Any, dora: Any,
    give: Give, sign: Sign,
) -> None:  # fmt: skip
    give(bob, specimen)
    sign(give(alice, specimen), 20, 30, 10)
    path = f"/api/comparisons/{specimen.pk}"
    for person in (alice, bob, adam, tina, dora):
        client = client_of(person)
        assert client.get("/api/comparisons").json()["count"] == 0
        assert client.get(path).status_code == 404
        assert client.post(f"{path}/reveal").status_code == (409 if person == dora else 404)
    assert not Exposure.objects.exists()


def test_looking_is_an_act_of_each_person(
    client_of: Any, specimen: Specimen, read: Any, result: Result, alice: Any, bob: Any, dora: Any, tina: Any
) -> None:
    path = f"/api/comparisons/{specimen.pk}"
    client = client_of(alice)
    assert [row["state"] for row in client.get("/api/comparisons").json()["results"]] == ["decided"]
    assert client.get(path).status_code == 404
    shown = client.post(f"{path}/reveal").json()
    assert client.get(path).json() == shown
    assert [row["state"] for row in client.get("/api/comparisons").json()["results"]] == ["revealed"]
    # Her own reading is nothing that others said.
    assert exposures(alice) == {("reading", True), ("consensus", True), ("algorithm", True)}
    assert Exposure.objects.filter(person=alice).count() == 3
    assert client_of(bob).get(path).status_code == 404
    assert client_of(dora).get(path).status_code == 404
    assert client_of(dora).post(f"{path}/reveal").status_code == 200
    assert client_of(tina).post(f"{path}/reveal").status_code == 404  # technicians see no reading
    assert Event.objects.filter(verb="comparison.revealed", specimen_id=specimen.pk).count() == 2


def test_what_the_comparison_says(
    client_of: Any, specimen: Specimen, read: Any, result: Result, alice: Any, bob: Any, dora: Any
) -> None:
    shown = client_of(alice).post(f"/api/comparisons/{specimen.pk}/reveal").json()
    assert {row["value"] for row in shown["readings"]} == {110, 150}
    assert [row["who"] for row in shown["readings"]] == ["Reader A", "Reader B"]
    assert {row["name"] for row in shown["readings"]} == {None}
    assert [row["is_mine"] for row in shown["readings"]].count(True) == 1
    assert next(row for row in shown["readings"] if row["is_mine"])["value"] == 110
    assert shown["mean"] == {"value": 130, "category": "positive",
                             "inputs": {"weak": "15", "moderate": "35", "strong": "15"}}  # fmt: skip
    assert (shown["difference"], shown["tolerance"], shown["discordant"]) == (40, 40, False)
    assert (shown["consensus"]["kind"], shown["consensus"]["value"]) == ("mean", 130)
    assert [(row["run"], row["value"]) for row in shown["algorithms"]] == [(str(result.run_id), 150)]
    beside = shown["with_algorithm"]
    assert beside["value"] == pytest.approx(136.6667)  # (110 + 150 + 150) / 3
    assert beside["weights"] == {"readers": 1, "algorithm": 1}
    assert beside["label"].startswith("Average of 2 readers (weight 1 each) and ")
    assert {event["what"] for event in shown["history"]} == {"signed", "consensus"}
    for_dora = client_of(dora).post(f"/api/comparisons/{specimen.pk}/reveal").json()
    assert {row["name"] for row in for_dora["readings"]} == {"Alice", "Bob"}
    assert not any(row["is_mine"] for row in for_dora["readings"])


def test_a_run_that_ends_later_is_seen_after_another_look(
    client_of: Any, specimen: Specimen, read: Any, alice: Any
) -> None:
    client, path = client_of(alice), f"/api/comparisons/{specimen.pk}"
    client.post(f"{path}/reveal")
    factories.ResultFactory(run__specimen=specimen)
    assert client.get(path).json()["algorithms"] == []
    assert len(client.post(f"{path}/reveal").json()["algorithms"]) == 1


def test_cells_and_overlays_open_to_readers_with_their_own_look(
    client_of: Any, specimen: Specimen, read: Any, result: Result, alice: Any, bob: Any
) -> None:
    assert client_of(alice).get(f"/api/results/{result.run_id}").status_code == 404
    client_of(alice).post(f"/api/comparisons/{specimen.pk}/reveal")
    assert client_of(alice).get(f"/api/results/{result.run_id}").status_code == 200
    assert client_of(bob).get(f"/api/results/{result.run_id}").status_code == 404


def test_one_is_not_always_reader_a(study: Study, alice: Any, bob: Any, give: Give) -> None:
    specimens = factories.SpecimenFactory.create_batch(24, slide__study=study)
    for specimen in specimens:
        give(bob, specimen)
        give(alice, specimen)
    letters = [letters_of(specimen.pk)[alice.pk] for specimen in specimens]
    assert set(letters) == {"A", "B"}
    assert letters == [letters_of(specimen.pk)[alice.pk] for specimen in specimens]


@pytest.mark.parametrize(
    ("row", "column", "place"), [(3, 7, "C7"), (26, 1, "Z1"), (27, 12, "AA12"), (None, None, None)]
)
def test_a_cores_place_is_said_as_it_is_read_aloud(row: Any, column: Any, place: Any) -> None:
    assert Specimen(row=row, column=column).place == place


def test_an_amendment_that_came_too_late_is_a_note(
    client_of: Any, specimen: Specimen, read: Any, alice: Any, bob: Any
) -> None:
    body = Signed({"inputs": {"weak": 0, "moderate": 0, "strong": 0}})
    reading.amend_reading(alice, read[0].pk, body, why="mistyped")
    shown = client_of(bob).post(f"/api/comparisons/{specimen.pk}/reveal").json()
    amended = next(row for row in shown["readings"] if not row["is_mine"])
    assert amended["value"] == 110
    assert [(row["counts"], row["value"]) for row in amended["amendments"]] == [(False, 0)]
    assert shown["mean"]["value"] == 130


@pytest.mark.parametrize("reveal", ["never", "after_re_reads"])
def test_what_is_not_opened_to_readers_is_hidden_from_them_for_good(
    client_of: Any, study: Study, specimen: Specimen, alice: Any, dora: Any, request: Any, reveal: str
) -> None:
    protocol(study, reveal_to_readers=reveal, re_read_series=0 if reveal == "never" else 1)
    request.getfixturevalue("read")
    path = f"/api/comparisons/{specimen.pk}"
    assert client_of(alice).get("/api/comparisons").json()["count"] == 0
    assert client_of(alice).post(f"{path}/reveal").status_code == 404
    # For the administrator reading is over where it is never revealed; not while a series of re-reads is to come.
    rows = client_of(dora).get("/api/comparisons").json()["results"]
    assert [(row["state"], row["can_reveal"]) for row in rows] == [("decided", reveal == "never")]
    assert client_of(dora).post(f"{path}/reveal").status_code == (200 if reveal == "never" else 409)


def test_the_adjudicator_reads_blind_unless_the_protocol_shows_the_readings(
    client_of: Any, study: Study, specimen: Specimen, alice: Any, bob: Any, adam: Any, give: Give, sign: Sign
) -> None:
    sign(give(alice, specimen), 20, 30, 10)
    sign(give(bob, specimen), 0, 0, 90)
    taken = reading.claim_adjudication(adam, Round.objects.get().pk)
    path = f"/api/assignments/{taken.pk}/readings/reveal"
    assert client_of(adam).post(path).status_code == 409
    assert client_of(alice).post(path).status_code == 404
    assert not Exposure.objects.exists()


def test_the_readings_shown_to_the_adjudicator_are_planned_and_nothing_else(
    client_of: Any, study: Study, specimen: Specimen, result: Result, alice: Any, bob: Any, adam: Any,
    give: Give, sign: Sign,
) -> None:  # fmt: skip
    protocol(study, readings_shown_to_adjudicator=True)
    sign(give(alice, specimen), 20, 30, 10)
    sign(give(bob, specimen), 0, 0, 90)
    taken = reading.claim_adjudication(adam, Round.objects.get().pk)
    shown = client_of(adam).post(f"/api/assignments/{taken.pk}/readings/reveal").json()
    assert {row["value"] for row in shown["readings"]} == {110, 270}
    assert {row["name"] for row in shown["readings"]} == {None}
    assert (shown["algorithms"], shown["consensus"], shown["with_algorithm"]) == ([], None, None)
    assert shown["discordant"]
    assert exposures(adam) == {("reading", True)}
    assert client_of(adam).get(f"/api/comparisons/{specimen.pk}").status_code == 404
    sign(taken, 0, 40, 20)
    assert not is_veiled(adam, specimen)


def test_sequential_shows_the_algorithm_after_the_unaided_reading(
    client_of: Any, study: Study, specimen: Specimen, result: Result, alice: Any, bob: Any, give: Give, sign: Sign
) -> None:
    protocol(study, mode="sequential")
    give(bob, specimen)
    mine = give(alice, specimen)
    path = f"/api/assignments/{mine.pk}/algorithm/reveal"
    answer = client_of(alice).post(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_signed")
    sign(mine, 20, 30, 10)
    assert client_of(alice).get(f"/api/results/{result.run_id}").status_code == 404
    answer = client_of(alice).post(path)
    assert [row["value"] for row in answer.json()["algorithms"]] == [150]
    assert client_of(alice).get(f"/api/results/{result.run_id}").status_code == 200
    assert exposures(alice) == {("algorithm", True)}
    assert is_veiled(alice, specimen)
    revised = Signed({"inputs": {"weak": 20, "moderate": 40, "strong": 10}})
    again, _ = reading.sign_reading(alice, mine.pk, revised, stage="revised")
    assert again.stage == "revised"
    # The unaided one counts.
    sign(Round.objects.get().assignments.get(reader=bob), 20, 30, 10)
    shown = client_of(alice).post(f"/api/comparisons/{specimen.pk}/reveal").json()
    assert shown["mean"]["value"] == 110
    assert sorted(row["stage"] for row in shown["readings"]) == ["revised", "unaided", "unaided"]


def test_the_algorithm_of_an_earlier_series_is_out_of_sight_while_reading_again(
    client_of: Any, study: Study, specimen: Specimen, result: Result, alice: Any, dora: Any, give: Give, sign: Sign
) -> None:
    protocol(
        study, mode="sequential", reveal_to_readers="after_re_reads", re_read_series=1, readers_per_specimen=1
    )  # fmt: skip
    mine = give(alice, specimen)
    sign(mine, 20, 30, 10)
    services.reveal_algorithm_to_reader(alice, mine.pk)
    session = reading.open_session(
        dora, study, alice, Purpose.RE_READ, series=2, opens_at=timezone.now() - timedelta(1)
    )
    (again,) = reading.assign(dora, session, [specimen])
    assert not visible_results(alice).exists()
    with pytest.raises(Conflict, match="first"):
        services.reveal_algorithm_to_reader(alice, again.pk)
    with pytest.raises(Conflict, match="at this stage"):
        services.reveal_algorithm_to_reader(alice, mine.pk)
    sign(again, 20, 30, 10)
    services.reveal_algorithm_to_reader(alice, again.pk)
    assert visible_results(alice).exists()


def test_concurrent_shows_the_algorithm_from_the_start(
    study: Study, specimen: Specimen, result: Result, alice: Any, give: Give, sign: Sign
) -> None:
    protocol(study, mode="concurrent")
    mine = give(alice, specimen)
    assert services.reveal_algorithm_to_reader(alice, mine.pk) == [result]
    assert exposures(alice) == {("algorithm", True)}
    assert sign(mine, 20, 30, 10).stage == "aided"


def test_independent_never_shows_it_to_a_reader(
    study: Study, specimen: Specimen, result: Result, alice: Any, give: Give, sign: Sign
) -> None:
    mine = give(alice, specimen)
    for _ in range(2):
        with pytest.raises(Conflict, match="at this stage"):
            services.reveal_algorithm_to_reader(alice, mine.pk)
        sign(mine, 20, 30, 10)


def test_an_administrator_unblinds_with_a_reason_and_loses_the_right_to_read(
    client_of: Any, study: Study, specimen: Specimen, result: Result, alice: Any, dora: Any, give: Give, sign: Sign
) -> None:
    factories.MembershipFactory(study=study, user=dora, role=Role.PATHOLOGIST)
    own = give(dora, specimen)
    sign(give(alice, specimen), 20, 30, 10)
    path = f"/api/comparisons/{specimen.pk}"
    assert client_of(dora).post(f"{path}/reveal").status_code == 404  # veiled: she may not know that it is read
    refused = client_of(dora).post(f"{path}/unblind", {"reason": " "}, format="json")
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["reason"])
    assert not Exposure.objects.exists()
    shown = client_of(dora).post(f"{path}/unblind", {"reason": "A complaint."}, format="json").json()
    assert [row["value"] for row in shown["readings"]] == [110]
    assert [row["value"] for row in shown["algorithms"]] == [150]
    assert client_of(dora).get(path).json() == shown
    assert exposures(dora) == {("reading", False), ("algorithm", False)}
    event = Event.objects.get(verb="unblinding.forced")
    assert (event.actor, event.details) == ("dora", {"reason": "A complaint."})
    answer = client_of(dora).get("/api/comparisons").json()
    assert [row["state"] for row in answer["results"]] == ["revealed"]
    with pytest.raises(NotAllowed):
        sign(own, 20, 30, 10)


def test_to_learn_that_there_is_nothing_is_an_exposure_too(
    specimen: Specimen, dora: Any, alice: Any, give: Give, study: Study
) -> None:
    give(alice, specimen)
    services.unblind(dora, specimen.pk, "A complaint.")
    assert exposures(dora) == {("reading", False)}
    factories.MembershipFactory(study=study, user=dora, role=Role.PATHOLOGIST)
    with pytest.raises(Conflict, match="cannot read it"):
        give(dora, specimen)


def test_there_is_nothing_to_unblind_once_reading_is_over(read: Any, specimen: Specimen, dora: Any) -> None:
    with pytest.raises(Conflict, match="Reveal it"):
        services.unblind(dora, specimen.pk, "A complaint.")


@pytest.mark.parametrize("person", ["alice", "tina"])
def test_only_administrators_unblind(client_of: Any, specimen: Specimen, request: Any, person: str) -> None:
    client = client_of(request.getfixturevalue(person))
    answer = client.post(f"/api/comparisons/{specimen.pk}/unblind", {"reason": "Curious."}, format="json")
    assert answer.status_code == 403
    assert not Exposure.objects.exists()


def test_administrators_see_which_are_discordant_and_no_score(
    client_of: Any, specimen: Specimen, alice: Any, bob: Any, dora: Any, give: Give, sign: Sign
) -> None:
    sign(give(alice, specimen), 20, 30, 10)
    sign(give(bob, specimen), 0, 0, 90)
    answer = client_of(dora).get("/api/comparisons", {"state": "discordant"}).json()
    (row,) = answer["results"]
    assert (row["state"], row["can_reveal"]) == ("discordant", False)
    assert set(row) == {
        "specimen", "study", "case", "marker", "slide", "slide_name", "place", "state", "can_reveal", "decided_at",
    }  # fmt: skip
    assert client_of(dora).get("/api/comparisons", {"state": "revealed"}).json()["count"] == 0
    for person in (alice, bob):
        assert client_of(person).get("/api/comparisons").json()["count"] == 0


def test_the_list_is_narrowed_by_study_marker_and_words(
    client_of: Any, read: Any, specimen: Specimen, study: Study, alice: Any
) -> None:
    def count(**asked: str) -> int:
        return int(client_of(alice).get("/api/comparisons", asked).json()["count"])

    assert [count(study=str(study.pk)), count(study=str(specimen.pk))] == [1, 0]
    assert [count(marker="ER"), count(marker="PR")] == [1, 0]
    assert [count(search=specimen.case.code), count(search=specimen.slide.name), count(search="none such")] == [1, 1, 0]
    assert client_of(alice).get("/api/comparisons", {"study": "x"}).status_code == 400
    assert client_of(alice).get("/api/comparisons", {"state": "open"}).status_code == 400
    assert client_of(alice).get("/api/comparisons", {"reader": "bob"}).status_code == 400


def test_a_reading_that_was_taken_back_is_not_compared(
    read: Any, specimen: Specimen, alice: Any, bob: Any, client_of: Any
) -> None:
    read[1].assignment.__class__.objects.filter(pk=read[1].assignment_id).update(state="withdrawn")
    shown = client_of(alice).post(f"/api/comparisons/{specimen.pk}/reveal").json()
    assert [row["is_mine"] for row in shown["readings"]] == [True]


def test_a_veil_that_falls_again_hides_what_was_compared(
    client_of: Any, read: Any, specimen: Specimen, alice: Any
) -> None:
    services.reveal_comparison(alice, specimen.pk)
    factories.VeilFactory(person=alice, specimen=specimen)
    assert client_of(alice).get(f"/api/comparisons/{specimen.pk}").status_code == 404
    assert not revealable_specimens(alice).exists()
    with pytest.raises(NotVisible):
        services.reveal_comparison(alice, specimen.pk)


def test_strangers_and_closed_accounts_compare_nothing(read: Any, specimen: Specimen, alice: Any, carol: Any) -> None:
    services.reveal_comparison(alice, specimen.pk)
    assert not revealable_specimens(carol).exists()
    alice.is_active = False
    alice.save()
    assert not revealable_specimens(alice).exists()
    assert not visible_results(alice).exists()


def test_the_slides_others_open_are_not_in_the_trail_of_who_reads(
    client_of: Any, study: Study, specimen: Specimen, alice: Any, bob: Any, dora: Any
) -> None:
    from webapp.slides.services import open_slide

    for person in (bob, alice):
        open_slide(person, specimen.slide_id)
    factories.MembershipFactory(study=study, user=alice, role=Role.ADMINISTRATOR)
    path = f"/api/studies/{study.pk}/audit"
    assert {event["actor"] for event in client_of(dora).get(path).json()["results"]} == {"alice", "bob"}
    assert {event["actor"] for event in client_of(alice).get(path).json()["results"]} == {"alice"}


def test_of_a_patient_who_withdrew_nothing_is_shown_any_more(
    client_of: Any, specimen: Specimen, read: Any, result: Result, alice: Any, bob: Any, dora: Any
) -> None:
    path = f"/api/comparisons/{specimen.pk}"
    assert client_of(alice).post(f"{path}/reveal").status_code == 200
    reading.withdraw_case(dora, specimen.case_id, reason="Asked for it.")
    for person in (alice, bob, dora):
        client = client_of(person)
        assert client.get("/api/comparisons").json()["count"] == 0
        assert client.get(path).status_code == 404
        assert client.post(f"{path}/reveal").status_code == 404
    answer = client_of(dora).post(f"{path}/unblind", {"reason": "Curious."}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "withdrawn")


def test_what_an_administrator_unblinded_is_gone_too_when_the_patient_withdraws(
    client_of: Any, specimen: Specimen, alice: Any, bob: Any, dora: Any, give: Give, sign: Sign
) -> None:
    give(bob, specimen)
    sign(give(alice, specimen), 20, 30, 10)
    path = f"/api/comparisons/{specimen.pk}"
    services.unblind(dora, specimen.pk, "A complaint.")
    assert client_of(dora).get(path).status_code == 200
    reading.withdraw_case(dora, specimen.case_id, reason="Asked for it.")
    assert client_of(dora).get(path).status_code == 404
