"""Random stories of double reading, over services and over HTTP, held against the model in plain Python after every
step (reliability.md D12, E16): no illegal transition, exactly one consensus for each decided round and the model's,
nobody reads after an exposure that was not planned, what was signed never changes, the veil hangs where the model says.

2000 steps in `make test`, 20 000 with DUOSCOPE_SOAK.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.forms.models import model_to_dict
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from rest_framework.test import APIClient

from tests import factories
from tests.factories import PASSWORD
from tests.webapp.reading.model import BAD, CONFLICT, FORBIDDEN, MISSING, OK, STALE, Model, Parts, Rules, Said, Task
from webapp.agreement import services as agreement
from webapp.blinding.models import Exposure
from webapp.blinding.permissions import veiled_specimens
from webapp.core import errors
from webapp.reading import services
from webapp.reading.models import Amendment, Assignment, Consensus, Reading, Round
from webapp.reading.services import Signed
from webapp.studies.services import close_study, reopen_study

STEPS = 20_000 if "DUOSCOPE_SOAK" in os.environ else 2_000
STEPS_A_STORY = 60
ROLES = {
    "ann": {"pathologist"},
    "ben": {"pathologist"},
    "cat": {"pathologist", "adjudicator"},
    "dirk": {"pathologist", "administrator"},
    "dora": {"administrator"},
    "eve": {"adjudicator"},
    "tina": {"technician"},
}
SPECIMENS = 3
_CODES = {
    errors.NotVisible: MISSING, errors.NotAllowed: FORBIDDEN, errors.Conflict: CONFLICT, errors.Stale: STALE,
    errors.Invalid: BAD,
}  # fmt: skip

people = st.sampled_from(sorted(ROLES))
readers = st.sampled_from(sorted(name for name, roles in ROLES.items() if roles - {"administrator", "technician"}))
specimens = st.integers(0, SPECIMENS - 1)
numbers = st.integers(0, 99)
#: Of values within and beyond the tolerance, across the clinical boundaries, and not scoreable.
scores = st.sampled_from([(20, 30, 10), (10, 40, 20), (20, 30, 11), (0, 0, 95), (0, 0, 0), (5, 0, 0), (10, 0, 0), None])
over_http = st.booleans()


def body_of(parts: Parts) -> dict[str, Any]:
    if parts is None:
        return {"scoreable": False, "reason": "fold"}
    return {"inputs": dict(zip(("weak", "moderate", "strong"), parts, strict=True))}


class Story(RuleBasedStateMachine):
    """One study and what happens to it. Rules draw numbers and take them modulo what there is."""

    cast: ClassVar[SimpleNamespace]
    steps: ClassVar[int] = 0
    reached: ClassVar[set[str]] = set()

    @initialize(
        count=st.sampled_from([1, 2, 2, 2, 3]),
        mode=st.sampled_from(["independent", "independent", "sequential", "concurrent"]),
        reveal=st.sampled_from(["after_all_readings", "after_all_readings", "never"]),
        shown=st.booleans(),
    )
    def begin(self, count: int, mode: str, reveal: str, shown: bool) -> None:
        self.savepoint = transaction.savepoint()
        self.rules = Rules(count, mode, reveal, shown)
        self.model = Model(self.rules, ROLES, SPECIMENS)
        self.study = factories.StudyFactory()
        factories.ProtocolFactory(
            study=self.study, readers_per_specimen=count, mode=mode, reveal_to_readers=reveal,
            readings_shown_to_adjudicator=shown,
        )  # fmt: skip
        for name, roles in ROLES.items():
            for role in roles:
                factories.MembershipFactory(study=self.study, user=self.cast.people[name], role=role)
        self.specimens = [factories.SpecimenFactory(slide__study=self.study) for _ in range(SPECIMENS)]
        self.runs = []
        for specimen in self.specimens:
            run = factories.RunFactory(specimen=specimen, requested_by=self.cast.people["tina"], done=True)
            factories.ResultFactory(run=run)
            self.runs.append(run)
        self.rows: dict[Task, Assignment] = {}
        self.signed: dict[Said, Reading] = {}
        self.kept: dict[Any, Any] = {}
        self.veils: dict[str, set[Any]] = {}

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    def check_veil(self, name: str) -> None:
        found = veiled_specimens(self.cast.people[name]).filter(slide__study=self.study)
        assert set(found.values_list("pk", flat=True)) == self.veils[name], name

    # rules

    @rule(person=readers, specimen=specimens)
    def given(self, person: str, specimen: int) -> None:
        self.assign(person, specimen)

    def assign(self, person: str, specimen: int) -> None:
        def act() -> None:
            session = services.open_session(self.cast.people["dora"], self.study, self.cast.people[person])
            services.assign(self.cast.people["dora"], session, [self.specimens[specimen]])

        self.expect("assign", self.model.assign(person, specimen), served(act))
        self.keep_assignments()

    @rule(
        specimen=specimens, pair=st.permutations(["ann", "ben", "cat", "dirk"]), parts=st.tuples(scores, scores, scores)
    )
    def several_read(self, specimen: int, pair: list[str], parts: tuple[Parts, ...]) -> None:
        """As many as the protocol asks for are given the specimen and sign it, so that stories get that far."""
        for person in pair[: self.rules.readers]:
            self.assign(person, specimen)
        given = [task for task in self.rows if task.specimen == specimen and task.is_unread]
        for task, said in zip(given, parts, strict=False):
            self.sign_one(task, task.reader, said, http=False)

    @rule(specimen=specimens, person=st.sampled_from(["cat", "eve"]), parts=scores)
    def adjudicator_reads(self, specimen: int, person: str, parts: Parts) -> None:
        self.claim_one(person, specimen, http=True)
        for task in [task for task in self.rows if task.specimen == specimen and task.purpose == "adjudication"]:
            self.show_readings(task, task.reader, http=True)
            self.sign_one(task, task.reader, parts, http=True)

    @precondition(lambda self: self.rows)
    @rule(number=numbers, own=st.booleans(), person=people, http=over_http)
    def open(self, number: int, own: bool, person: str, http: bool) -> None:
        task, who = self.task(number, person, own)
        self.expect("open", self.model.open(who, task), self.do(who, http, task, "open", services.open_assignment))

    @precondition(lambda self: self.rows)
    @rule(number=numbers, own=st.booleans(), person=people, http=over_http, behind=st.sampled_from([0, 0, 1]))
    def draft(self, number: int, own: bool, person: str, http: bool, behind: int) -> None:
        task, who = self.task(number, person, own)
        version = task.version - behind
        draft = {"weak": str(self.model.step)}
        expected = self.model.draft(who, task, version)
        if http:
            headers = {"If-Match": f'"{version}"'}
            found = self.asked(who, "put", f"assignments/{self.rows[task].pk}/draft", {"draft": draft}, headers)
        else:
            found = served(lambda: services.save_draft(
                self.cast.people[who], self.rows[task].pk, version=version, draft=draft
            ))  # fmt: skip
        self.expect("draft", expected, found)

    @precondition(lambda self: self.rows)
    @rule(number=numbers, own=st.booleans(), person=people, http=over_http, back=st.booleans())
    def put_back(self, number: int, own: bool, person: str, http: bool, back: bool) -> None:
        task, who = self.task(number, person, own)
        name = "resume" if back else "defer"
        expected = self.model.resume(who, task) if back else self.model.defer(who, task)
        self.expect(name, expected, self.do(who, http, task, name, services.resume if back else services.defer))

    @precondition(lambda self: self.rows)
    @rule(number=numbers, own=st.sampled_from([True, True, True, False]), person=people, http=over_http, parts=scores)
    def sign(self, number: int, own: bool, person: str, http: bool, parts: Parts) -> None:
        task, who = self.task(number, person, own)
        self.sign_one(task, who, parts, http)

    @precondition(lambda self: any(task.first for task in self.rows))
    @rule(number=numbers, http=over_http, parts=scores, person=people, own=st.sampled_from([True, True, False]))
    def revise(self, number: int, http: bool, parts: Parts, person: str, own: bool) -> None:
        task, who = self.task(number, person, own)
        self.revise_one(task, who, parts, http)

    @precondition(lambda self: any(task.first for task in self.rows))
    @rule(number=numbers, http=over_http, parts=scores)
    def a_reader_looks_at_the_algorithm_and_revises(self, number: int, http: bool, parts: Parts) -> None:
        task, who = self.task(number, "", own=True)
        self.show_algorithm(task, who, http)
        self.revise_one(task, who, parts, http)

    def revise_one(self, task: Task, who: str, parts: Parts, http: bool) -> None:
        expected = self.model.revise(who, task, parts)
        self.expect("revise", expected, self.signing(who, http, task, parts, stage="revised"))
        self.keep_readings()

    @precondition(lambda self: self.signed)
    @rule(number=numbers, http=over_http, parts=scores, person=people, own=st.sampled_from([True, True, False]))
    def amend(self, number: int, http: bool, parts: Parts, person: str, own: bool) -> None:
        said = list(self.signed)[number % len(self.signed)]
        who = said.reader if own else person
        expected = self.model.amend(who, said, parts)
        reading = self.signed[said]
        if http:
            body = {**body_of(parts), "why": "mistyped", "password": PASSWORD}
            found = self.asked(who, "post", f"readings/{reading.pk}/amend", body)
        else:
            found = served(lambda: services.amend_reading(
                self.cast.people[who], reading.pk, Signed(body_of(parts)), why="mistyped"
            ))  # fmt: skip
        self.expect("amend", expected, found)
        if expected == OK:
            last = Amendment.objects.filter(reading=reading).order_by("-number").first()
            assert last is not None
            assert last.counts == said.amendments[-1][1]

    @rule(person=people, specimen=specimens, http=over_http)
    def claim(self, person: str, specimen: int, http: bool) -> None:
        self.claim_one(person, specimen, http)

    def claim_one(self, person: str, specimen: int, http: bool) -> None:
        expected = self.model.claim(person, specimen)
        round_ = Round.objects.filter(specimen=self.specimens[specimen]).first()
        round_id = round_.pk if round_ else self.specimens[specimen].pk
        if http:
            found = self.asked(person, "post", f"adjudications/{round_id}/claim")
        else:
            found = served(lambda: services.claim_adjudication(self.cast.people[person], round_id))
        self.expect("claim", expected, found)
        self.keep_assignments()

    @rule(person=people, specimen=specimens, http=over_http)
    def reveal(self, person: str, specimen: int, http: bool) -> None:
        expected = self.model.reveal(person, specimen)
        pk = self.specimens[specimen].pk
        if http:
            found = self.asked(person, "post", f"comparisons/{pk}/reveal")
        else:
            found = served(lambda: agreement.reveal_comparison(self.cast.people[person], pk))
        self.expect("reveal", expected, found)

    @rule(person=people, specimen=specimens)
    def look(self, person: str, specimen: int) -> None:
        expected = self.model.look(person, specimen)
        answer = self.cast.clients[person].get(f"/api/comparisons/{self.specimens[specimen].pk}")
        self.expect("look", expected, status_of(answer))
        if expected == OK:
            shown = {row["id"] for row in answer.json()["readings"]}
            known = {said.number: str(reading.pk) for said, reading in self.signed.items()}
            assert shown == {known[number] for number in self.model.compared(person, specimen)}

    @rule(person=st.sampled_from(["dirk", "dora", "ann", "tina"]), specimen=specimens, http=over_http)
    def unblind(self, person: str, specimen: int, http: bool) -> None:
        self.unblind_one(person, specimen, http)

    @rule(specimen=specimens, parts=scores, http=over_http)
    def an_administrator_looks_and_then_signs(self, specimen: int, parts: Parts, http: bool) -> None:
        self.assign("dirk", specimen)
        self.unblind_one("dirk", specimen, http)
        for task in [task for task in self.rows if (task.reader, task.specimen) == ("dirk", specimen)]:
            self.sign_one(task, "dirk", parts, http)

    def unblind_one(self, person: str, specimen: int, http: bool) -> None:
        expected = self.model.unblind(person, specimen)
        pk = self.specimens[specimen].pk
        if http:
            found = self.asked(person, "post", f"comparisons/{pk}/unblind", {"reason": "A complaint."})
        else:
            found = served(lambda: agreement.unblind(self.cast.people[person], pk, "A complaint."))
        self.expect("unblind", expected, found)

    @rule(person=people, specimen=specimens, http=over_http)
    def reveal_run(self, person: str, specimen: int, http: bool) -> None:
        expected = self.model.reveal_run(person, specimen)
        pk = self.runs[specimen].pk
        if http:
            found = self.asked(person, "post", f"results/{pk}/reveal")
        else:
            found = served(lambda: agreement.reveal(self.cast.people[person], pk))
        self.expect("reveal a run", expected, found)

    @precondition(lambda self: self.rows)
    @rule(number=numbers, own=st.sampled_from([True, True, False]), person=people, http=over_http)
    def reveal_algorithm(self, number: int, own: bool, person: str, http: bool) -> None:
        task, who = self.task(number, person, own)
        self.show_algorithm(task, who, http)

    def show_algorithm(self, task: Task, who: str, http: bool) -> None:
        expected = self.model.reveal_algorithm(who, task)
        act = agreement.reveal_algorithm_to_reader
        self.expect("show the algorithm", expected, self.do(who, http, task, "algorithm/reveal", act))

    @precondition(lambda self: any(task.purpose == "adjudication" for task in self.rows))
    @rule(number=numbers, own=st.sampled_from([True, True, False]), person=people, http=over_http)
    def reveal_readings(self, number: int, own: bool, person: str, http: bool) -> None:
        task, who = self.task(number, person, own)
        self.show_readings(task, who, http)

    @precondition(lambda self: self.rows)
    @rule(number=numbers, person=st.sampled_from(["dora", "dora", "dirk", "ann"]), http=over_http)
    def withdraw(self, number: int, person: str, http: bool) -> None:
        task, who = self.task(number, person, own=False)
        expected = self.model.withdraw(who, task)
        pk = self.rows[task].pk
        if http:
            found = self.asked(who, "post", f"assignments/{pk}/withdraw", {"reason": "Away."})
        else:
            found = served(lambda: services.withdraw_assignment(self.cast.people[who], pk, reason="Away."))
        self.expect("withdraw", expected, found)

    @rule(
        person=st.sampled_from(["dora", "dora", "dora", "tina"]),
        closed=st.sampled_from([False, False, True]),
        http=over_http,
    )
    def close_or_reopen(self, person: str, closed: bool, http: bool) -> None:
        expected = self.model.close(person, closed=closed)
        if http:
            found = self.asked(person, "post", f"studies/{self.study.pk}/{'close' if closed else 'reopen'}")
        else:
            act = close_study if closed else reopen_study
            found = served(lambda: act(self.cast.people[person], self.study.pk))
        self.study.refresh_from_db()
        self.expect("close", expected, found)

    # what always holds

    @invariant()
    def rounds_and_consensus_are_the_models(self) -> None:
        if not hasattr(self, "model"):
            return
        rounds = {row.specimen_id: row.state for row in Round.objects.filter(specimen__in=self.specimens)}
        assert rounds == {self.specimens[number].pk: state for number, state in self.model.rounds.items()}
        found = {
            row.specimen_id: (row.kind, row.value) for row in Consensus.objects.filter(specimen__in=self.specimens)
        }
        made = {self.specimens[n].pk: (kind, decimal(value)) for n, (kind, value) in self.model.consensus.items()}
        assert found == made
        assert set(found) == {pk for pk, state in rounds.items() if state == "decided"}
        states = dict(Assignment.objects.filter(specimen__in=self.specimens).values_list("pk", "state"))
        assert states == {row.pk: task.state for task, row in self.rows.items()}

    @invariant()
    def the_veil_hangs_where_the_model_says(self) -> None:
        if not hasattr(self, "model"):
            return
        # Everybody after a change; else one after the other, since seven such queries take longer than a step.
        veils = {
            name: {specimen.pk for number, specimen in enumerate(self.specimens) if self.model.is_veiled(name, number)}
            for name in ROLES
        }
        everybody = veils != self.veils
        self.veils = veils
        for name in ROLES if everybody else [sorted(ROLES)[self.model.step % len(ROLES)]]:
            self.check_veil(name)

    @invariant()
    def exposures_are_the_models(self) -> None:
        if not hasattr(self, "model"):
            return
        rows = Exposure.objects.filter(specimen__in=self.specimens).select_related("person")
        found = sorted((row.person.username, str(row.specimen_id), row.source, row.planned) for row in rows)
        assert found == sorted(
            (person, str(self.specimens[number].pk), shown.source, shown.planned)
            for (person, number), seen in self.model.shown.items()
            for shown in seen
        )

    @invariant()
    def what_was_signed_stays(self) -> None:
        if not hasattr(self, "model"):
            return
        for kind in (Reading, Amendment, Consensus):
            key = "reading__specimen__in" if kind is Amendment else "specimen__in"
            rows = {(kind, row.pk): row_of(row) for row in kind.objects.filter(**{key: self.specimens})}
            before = {pk: row for pk, row in self.kept.items() if pk[0] is kind}
            assert {pk: rows.get(pk) for pk in before} == before
            self.kept |= rows
        for said, reading in self.signed.items():
            spoilt = [shown for shown in self.model.seen(said.reader, said.specimen) if not shown.planned]
            assert all(shown.at > said.at for shown in spoilt), f"{said.reader} signed {reading.pk} after an exposure"

    # the means

    def task(self, number: int, person: str, own: bool) -> tuple[Task, str]:
        """Some assignment, and who does it: its reader or the person drawn."""
        task = list(self.rows)[number % len(self.rows)]
        return task, task.reader if own else person

    def expect(self, act: str, expected: str, found: str) -> None:
        self.model.step += 1
        Story.steps += 1
        Story.reached.add(f"{act}: {expected}")
        assert found == expected, f"{act}: the model says {expected}, the application {found}"

    def sign_one(self, task: Task, who: str, parts: Parts, http: bool) -> None:
        expected = self.model.sign(who, task, parts)
        self.expect("sign", expected, self.signing(who, http, task, parts, stage=None))
        self.keep_readings()

    def show_readings(self, task: Task, who: str, http: bool) -> None:
        expected = self.model.reveal_readings(who, task)
        act = agreement.reveal_readings_to_adjudicator
        self.expect("show the readings", expected, self.do(who, http, task, "readings/reveal", act))

    def do(self, who: str, http: bool, task: Task, act: str, service: Callable[..., Any]) -> str:
        if http:
            return self.asked(who, "post", f"assignments/{self.rows[task].pk}/{act}")
        return served(lambda: service(self.cast.people[who], self.rows[task].pk))

    def signing(self, who: str, http: bool, task: Task, parts: Parts, *, stage: str | None) -> str:
        if http:
            path = f"assignments/{self.rows[task].pk}/{'revise' if stage else 'sign'}"
            return self.asked(who, "post", path, {**body_of(parts), "password": PASSWORD})
        sent = Signed(body_of(parts))
        return served(lambda: services.sign_reading(self.cast.people[who], self.rows[task].pk, sent, stage=stage))

    def asked(self, who: str, method: str, path: str, body: Any = None, headers: Any = None) -> str:
        client: APIClient = self.cast.clients[who]
        return status_of(getattr(client, method)(f"/api/{path}", body, format="json", headers=headers or {}))

    def keep_assignments(self) -> None:
        for task in self.model.tasks:
            if task not in self.rows:
                self.rows[task] = Assignment.objects.get(
                    reader=self.cast.people[task.reader], specimen=self.specimens[task.specimen], purpose=task.purpose
                )

    def keep_readings(self) -> None:
        for task, row in self.rows.items():
            for said in (task.first, task.revised):
                if said is not None and said not in self.signed:
                    self.signed[said] = Reading.objects.get(assignment=row, stage=said.stage)


def served(act: Callable[[], Any]) -> str:
    """What a service answers, as the code a client would get."""
    try:
        with transaction.atomic():
            act()
    except errors.DomainError as error:
        return _CODES[type(error)]
    return OK


def status_of(answer: Any) -> str:
    return OK if answer.status_code < 300 else str(answer.status_code)


def decimal(value: Fraction | None) -> Decimal | None:
    return None if value is None else Decimal(round(value * 10_000)) / 10_000


def row_of(row: Any) -> dict[str, Any]:
    return {**model_to_dict(row), "created_at": row.created_at}


@pytest.mark.django_db
@pytest.mark.timeout(3600 if STEPS > 2_000 else 600)
def test_random_stories_go_as_the_model_says() -> None:
    Story.cast = SimpleNamespace(people={name: factories.UserFactory(username=name) for name in ROLES}, clients={})
    for name, person in Story.cast.people.items():
        client = APIClient(raise_request_exception=False)
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        Story.cast.clients[name] = client
    Story.steps, Story.reached = 0, set()
    sown = 0
    while Story.steps < STEPS:
        sown += 1
        run_state_machine_as_test(
            seed(sown)(Story),
            settings=settings(
                max_examples=5, stateful_step_count=STEPS_A_STORY, deadline=None, database=None,
                suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink],
            ),
        )  # fmt: skip
    # The stories went everywhere: each act was done and refused.
    wanted = {
        "assign: ok", "assign: 409", "open: ok", "draft: ok", "draft: 412", "defer: ok", "resume: ok", "sign: ok",
        "sign: 404", "sign: 409", "sign: 403", "revise: ok", "revise: 409", "amend: ok", "amend: 404", "claim: ok",
        "claim: 404", "reveal: ok", "reveal: 404", "reveal: 409", "look: ok", "look: 404", "unblind: ok",
        "unblind: 403", "unblind: 409", "reveal a run: ok", "reveal a run: 404", "show the algorithm: ok",
        "show the algorithm: 409", "show the readings: ok", "show the readings: 409", "close: ok",
        "close: 403", "withdraw: ok", "withdraw: 404", "withdraw: 409",
    }  # fmt: skip
    assert wanted <= Story.reached, wanted - Story.reached
