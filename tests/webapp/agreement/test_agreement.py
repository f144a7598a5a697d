"""The agreement of a study: over what the person has looked at, nothing else, with the figures of the definitions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories
from tests.webapp.agreement.bulk import read_many
from webapp.agreement import services
from webapp.audit.models import Event
from webapp.blinding.models import Exposure
from webapp.reading import services as reading
from webapp.reading.models import Assignment, Purpose, QaReview, Reading, Round
from webapp.reading.scores import HER2_BY_CATEGORY
from webapp.reading.services import Asked, Signed
from webapp.studies.models import Role, Study

pytestmark = pytest.mark.django_db

Give = Callable[..., Any]
Sign = Callable[..., Reading]
READINGS = ((10, 20, 5), (30, 20, 10), (0, 0, 0), (5, 40, 40), (20, 20, 20))


@pytest.fixture
def rita(study: Study) -> Any:
    person = factories.UserFactory(username="rita", display_name="Dr Rita")
    factories.MembershipFactory(study=study, user=person, role=Role.PATHOLOGIST)
    return person


@pytest.fixture
def page(client_of: Any, study: Study) -> Callable[..., dict[str, Any]]:
    """``page(person, **filters)``: the agreement as the person is shown it."""

    def get(person: Any, **filters: str) -> dict[str, Any]:
        answer = client_of(person).get(f"/api/studies/{study.pk}/agreement", filters)
        assert answer.status_code == 200, answer.content
        return dict(json.loads(answer.content))

    return get


def read(study: Study, give: Give, sign: Sign, readers: tuple[Any, ...], parts: tuple[int, int, int], add: int) -> Any:
    """A specimen that every reader has read; each later one says ``add`` % more strong nuclei."""
    specimen = factories.SpecimenFactory(slide__study=study)
    given = [give(reader, specimen) for reader in readers]
    for place, assignment in enumerate(given):
        sign(assignment, parts[0], parts[1], parts[2] + add * place)
    return specimen


@pytest.fixture
def five(study: Study, alice: Any, bob: Any, adam: Any, give: Give, sign: Sign) -> list[Any]:
    """Five specimens that alice and bob have read; bob says 1, 2, 3… % more strong ones. On the third they differ in
    category, and adam decides."""
    found = [read(study, give, sign, (alice, bob), parts, place + 1) for place, parts in enumerate(READINGS)]
    sign(reading.claim_adjudication(adam, Round.objects.get(specimen=found[2]).pk), 0, 1, 0)
    return found


def test_nothing_is_counted_before_one_has_looked(five: Any, page: Any, dora: Any, alice: Any, study: Study) -> None:
    before = page(dora)
    assert (before["unseen"], before["human"]["n"], before["specimens"], before["people"]) == (5, 0, [], [])
    assert page(alice)["human"]["n"] == 0
    assert services.reveal_finished(dora, study.pk) == 0
    after = page(dora)
    assert (after["unseen"], after["human"]["n"], after["n_specimens"]) == (0, 5, 5)
    assert page(alice)["human"]["n"] == 0  # each looks for herself


def test_a_look_at_all_of_it_is_a_look_at_each(five: Any, dora: Any, study: Study) -> None:
    factories.ResultFactory(run__specimen=five[0])
    said = Exposure.objects.filter(person=dora)
    assert services.reveal_finished(dora, study.pk, at_once=2) == 3
    assert said.values("specimen").distinct().count() == 2
    assert services.reveal_finished(dora, study.pk, at_once=2) == 1
    assert services.reveal_finished(dora, study.pk, at_once=2) == 0
    # Two readings and a consensus each, the adjudicator's, the result; all planned, none twice, each in the trail.
    assert said.filter(planned=True).count() == 17
    assert Event.objects.filter(verb="exposure.recorded", actor_id=dora.pk).count() == 17
    services.reveal_finished(dora, study.pk)
    assert said.count() == 17
    looks = Event.objects.filter(verb="agreement.revealed").order_by("seq")
    assert [event.details["specimens"] for event in looks] == [2, 2, 1]


def test_the_figures_are_those_of_the_definitions(five: Any, page: Any, dora: Any, study: Study) -> None:
    services.reveal_finished(dora, study.pk)
    human = page(dora)["human"]
    apart = np.array([-3.0 * (place + 1) for place in range(5)])  # a strong per cent more is three points
    statistics = human["statistics"]
    assert statistics["mae"]["value"] == pytest.approx(np.abs(apart).mean(), abs=1e-9)
    assert statistics["sd"]["value"] == pytest.approx(apart.std(ddof=1), abs=1e-9)
    assert human["bland_altman"]["bias"]["value"] == pytest.approx(apart.mean(), abs=1e-9)
    assert {name: figure["n"] for name, figure in statistics.items()} == dict.fromkeys(statistics, 5)
    # Alice has 0 % where bob has 3 % once: negative beside low positive; the rest is positive.
    assert human["confusion"]["counts"] == [[0, 1, 0], [0, 0, 0], [0, 0, 4]]
    assert human["statistics"]["kappa"]["value"] == pytest.approx((0.8 - 0.64) / (1 - 0.64), abs=1e-9)
    assert sorted(point[1:] for point in human["points"]) == [[0, 9], [65, 68], [100, 106], [120, 135], [205, 217]]


def test_what_is_still_read_is_not_counted_even_for_who_unblinded_it(
    five: Any, page: Any, study: Study, alice: Any, bob: Any, dora: Any, give: Give, sign: Sign
) -> None:
    half = factories.SpecimenFactory(slide__study=study)
    give(bob, half)
    sign(give(alice, half), 90, 0, 0)
    services.unblind(dora, half.pk, "A complaint.")
    services.reveal_finished(dora, study.pk)
    shown = page(dora)
    assert str(half.pk) not in {specimen["id"] for specimen in shown["specimens"]}
    assert [reader["n"] for reader in shown["standing"]["readers"]] == [5, 5]


def test_a_specimen_leaves_when_it_is_read_again(
    study: Study, page: Any, alice: Any, bob: Any, dora: Any, give: Give, sign: Sign
) -> None:
    study.protocols.update(re_read_series=0, reveal_to_readers="never")
    specimen = read(study, give, sign, (alice, bob), (10, 20, 5), 1)
    services.reveal_finished(dora, study.pk)
    assert page(dora)["human"]["n"] == 1
    quentin = factories.UserFactory(username="quentin")
    factories.MembershipFactory(study=study, user=quentin, role=Role.QA_READER)
    round_ = Round.objects.get(specimen=specimen)
    QaReview.objects.create(round=round_, first=Reading.objects.filter(specimen=specimen).first())
    assert page(dora)["human"]["n"] == 0
    assert page(dora)["unseen"] == 0


def test_readers_see_their_own_standing_and_no_name(
    study: Study, page: Any, alice: Any, bob: Any, rita: Any, dora: Any, give: Give, sign: Sign
) -> None:
    study.protocols.update(readers_per_specimen=3)
    read(study, give, sign, (alice, bob, rita), (10, 20, 5), 2)
    read(study, give, sign, (bob, rita, alice), (30, 20, 5), 2)
    other = factories.SpecimenFactory(slide__study=study)
    for place, assignment in enumerate([give(person, other) for person in (bob, rita, alice)]):
        sign(assignment, 0, 20 + place, 0)
    services.reveal_finished(alice, study.pk)
    shown = page(alice)
    assert [person["name"] for person in shown["people"]] == ["You", "Others"]
    assert shown["human"]["n"] == 3  # herself beside one other reader of each
    assert (shown["pairs"], shown["with_names"]) == ([], False)
    text = json.dumps(shown)
    for person in (bob, rita, dora):
        assert person.display_name not in text
        assert str(person.pk) not in text
    services.reveal_finished(dora, study.pk)
    told = page(dora)
    assert {person["name"] for person in told["people"]} == {alice.display_name, bob.display_name, "Dr Rita"}
    assert told["human"]["n"] == 9  # three pairs of each
    assert told["human"]["n_specimens"] == 3
    assert [pair["n"] for pair in told["pairs"]] == [3, 3, 3]


def test_a_specimen_that_goes_to_two_of_three_readers_counts_in_every_statistic(
    study: Study, page: Any, alice: Any, bob: Any, rita: Any, dora: Any, give: Give, sign: Sign
) -> None:
    """Crossed statistics would find no specimen that all three have read."""
    for place, parts in enumerate(READINGS * 2):
        pair = [(alice, bob), (bob, rita), (alice, rita)][place % 3]
        if sum(parts):
            read(study, give, sign, pair, parts, 1)
    services.reveal_finished(dora, study.pk)
    human = page(dora)["human"]
    assert human["n"] == 8
    assert {name: figure["n"] for name, figure in human["statistics"].items()} == dict.fromkeys(human["statistics"], 8)
    assert 0.99 < human["statistics"]["icc2"]["value"] < 1


def test_the_adjudicator_is_not_the_other_reader(five: Any, page: Any, alice: Any, study: Study) -> None:
    services.reveal_finished(alice, study.pk)
    assert page(alice)["human"]["n"] == 5


@pytest.mark.parametrize("person", ["tina", "root", "carol"])
def test_who_neither_reads_nor_administers_is_refused(
    client_of: Any, study: Study, request: pytest.FixtureRequest, person: str
) -> None:
    client = client_of(request.getfixturevalue(person))
    for answer in (
        client.get(f"/api/studies/{study.pk}/agreement"),
        client.post(f"/api/studies/{study.pk}/agreement/reveal"),
    ):
        assert answer.status_code == (403 if person == "tina" else 404)


def test_algorithms_stand_beside_the_readers_mean_version_by_version(
    five: Any, page: Any, dora: Any, study: Study
) -> None:
    for place, specimen in enumerate(five):
        for version in ("1", "2"):
            factories.ResultFactory(
                run__specimen=specimen, run__algorithm="nnp", run__algorithm_version=version, scheme="h-score",
                value=100 + 10 * place + int(version), category="positive",
            )  # fmt: skip
    services.reveal_finished(dora, study.pk)
    blocks = page(dora)["algorithms"]
    assert [(block["version"], block["n"]) for block in blocks] == [("1", 5), ("2", 5)]
    means = np.array([66.5, 103.0, 4.5, 211.0, 127.5])
    for block in blocks:
        said = 100 + 10 * np.arange(5) + int(block["version"])
        assert block["statistics"]["mae"]["value"] == pytest.approx(np.abs(said - means).mean(), abs=1e-9)


def test_two_versions_are_compared_on_the_specimens_that_both_scored(
    five: Any, page: Any, dora: Any, study: Study
) -> None:
    for place, specimen in enumerate(five):
        for version, value in (("1", 100), ("2", 110)):
            if (version, place) != ("2", 4):
                factories.ResultFactory(
                    run__specimen=specimen, run__algorithm="nnp", run__algorithm_version=version, scheme="h-score",
                    value=value, category="positive",
                )  # fmt: skip
    services.reveal_finished(dora, study.pk)
    versions = page(dora)["versions"]
    (pair,) = versions["pairs"]
    means = np.array([66.5, 103.0, 4.5, 211.0])
    errors = [np.abs(value - means) for value in (100, 110)]
    assert pair["n"] == 4
    assert pair["mae_first"]["value"] == pytest.approx(errors[0].mean(), abs=1e-9)
    assert pair["mae_second"]["value"] == pytest.approx(errors[1].mean(), abs=1e-9)
    assert pair["more_error"]["value"] == pytest.approx((errors[0] - errors[1]).mean(), abs=1e-9)
    assert pair["bias"]["value"] == pytest.approx(-10)
    assert [(line["key"], line["month"], line["n"]) for line in versions["months"]] == [
        (pair["first"], f"{timezone.now():%Y-%m}", 5), (pair["second"], f"{timezone.now():%Y-%m}", 4),
    ]  # fmt: skip


def test_a_run_of_one_field_is_not_the_specimens_score(five: Any, page: Any, dora: Any, study: Study) -> None:
    field = factories.FieldOfViewFactory(slide=five[0].slide)
    factories.ResultFactory(run__specimen=five[0], run__field_of_view=field, scheme="h-score", value=250)
    services.reveal_finished(dora, study.pk)
    assert page(dora)["algorithms"] == []


def test_the_filters_narrow_it(five: Any, page: Any, alice: Any, bob: Any, dora: Any, study: Study) -> None:
    services.reveal_finished(dora, study.pk)
    today, tomorrow = timezone.now().date(), timezone.now().date() + timedelta(days=1)
    assert page(dora, since=str(today), until=str(today))["human"]["n"] == 5
    assert page(dora, since=str(tomorrow))["human"]["n"] == 0
    pair = page(dora, readers=f"{bob.pk},{alice.pk}")
    assert pair["human"]["n"] == 5
    assert pair["pair"] == [str(bob.pk), str(alice.pk)]
    assert page(dora, marker="PR")["human"]["n"] == 0


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        ({"readers": "one"}, "readers"), ({"readers": "a,b"}, "readers"), ({"readers": "a,a"}, "readers"),
        ({"since": "yesterday"}, "since"), ({"until": "2026-13-01"}, "until"), ({"reader": "x"}, "reader"),
        ({"scheme": "1"}, "scheme"),
    ],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_named(
    five: Any, client_of: Any, dora: Any, study: Study, filters: dict[str, str], field: str
) -> None:
    answer = client_of(dora).get(f"/api/studies/{study.pk}/agreement", filters)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]


def test_a_correction_in_time_counts_and_one_too_late_does_not(
    study: Study, page: Any, alice: Any, bob: Any, dora: Any, give: Give, sign: Sign
) -> None:
    specimen = factories.SpecimenFactory(slide__study=study)
    given = [give(person, specimen) for person in (alice, bob)]
    first = sign(given[0], 10, 0, 0)
    reading.amend_reading(alice, first.pk, Signed({"inputs": {"weak": 20, "moderate": 0, "strong": 0}}), why="A slip.")
    second = sign(given[1], 30, 0, 0)
    reading.amend_reading(bob, second.pk, Signed({"inputs": {"weak": 90, "moderate": 0, "strong": 0}}), why="Too late.")
    services.reveal_finished(dora, study.pk)
    assert page(dora)["human"]["points"][0][1:] == [20, 30]


def test_the_same_reader_again_after_a_washout(
    study: Study, page: Any, alice: Any, bob: Any, dora: Any, give: Give, sign: Sign
) -> None:
    study.protocols.update(re_read_series=1, washout_days=0, reveal_to_readers="after_re_reads")
    specimens = [read(study, give, sign, (alice, bob), parts, 1) for parts in READINGS if sum(parts)]
    asked = Asked(
        readers=[alice.pk, bob.pk], specimens=[each.pk for each in specimens], purpose=Purpose.RE_READ, series=2
    )
    reading.allocate(dora, study.pk, asked)
    for place, assignment in enumerate(
        Assignment.objects.filter(purpose=Purpose.RE_READ).order_by("reader", "specimen")
    ):
        before = Reading.objects.get(specimen=assignment.specimen, reader=assignment.reader)
        inputs = {name: int(before.inputs[name]) for name in ("weak", "moderate", "strong")}
        sign(assignment, inputs["weak"] + place % 2, inputs["moderate"], inputs["strong"])
    services.reveal_finished(dora, study.pk)
    shown = page(dora)
    assert shown["human"]["n"] == 4  # re-reads are not further readers
    intra = shown["standing"]["intra"]
    assert [line["n"] for line in intra] == [4, 4]
    assert sum(line["mae"]["value"] * 4 for line in intra) == pytest.approx(4)  # every second one is a point off


def test_quality_assurance_is_told_in_grades(five: Any, page: Any, dora: Any, study: Study) -> None:
    rounds = Round.objects.filter(specimen__in=five).order_by("pk")
    for round_, grade in zip(rounds, ("major", "minor", "minor"), strict=False):
        QaReview.objects.create(round=round_, state=QaReview.State.READ, grade=grade)
    services.reveal_finished(dora, study.pk)
    assert page(dora)["standing"]["qa"] == {"concordant": 0, "minor": 2, "major": 1}


def test_rates_carry_intervals_and_control_limits(five: Any, page: Any, dora: Any, study: Study) -> None:
    services.reveal_finished(dora, study.pk)
    readers = page(dora)["standing"]["readers"]
    assert sorted(reader["positive"]["value"] for reader in readers) == [0.8, 1.0]
    for reader in readers:
        rate = reader["positive"]
        assert (
            rate["ci95"][0]
            < rate["value"]
            <= rate["ci95"][1]
            == pytest.approx(1 if rate["value"] == 1 else 0.9638, abs=1e-4)
        )
        low, high = rate["limits"]
        assert low == pytest.approx(0.9 - 3 * np.sqrt(0.9 * 0.1 / 5))
        assert (high, rate["is_out"]) == (1.0, False)


def test_every_number_is_there_or_says_why_not(
    study: Study, page: Any, alice: Any, bob: Any, dora: Any, give: Give, sign: Sign
) -> None:
    """Two specimens on which both said nothing but 0: most statistics are undefined, none is NaN."""
    for _ in range(2):
        read(study, give, sign, (alice, bob), (0, 0, 0), 0)
    services.reveal_finished(dora, study.pk)
    text = json.dumps(page(dora))
    assert not re.search(r"NaN|Infinity", text)
    pearson = page(dora)["human"]["statistics"]["pearson"]
    assert (pearson["value"], pearson["ci95"]) == (None, None)
    assert pearson["undefined"]


def test_the_number_of_queries_does_not_grow(
    study: Study, page: Any, alice: Any, bob: Any, rita: Any, dora: Any
) -> None:
    counts = []
    for more in (5, 60):
        read_many(study, (alice, bob, rita), more, algorithms=2)
        services.reveal_finished(dora, study.pk)
        with CaptureQueriesContext(connection) as asked:
            shown = page(dora)
        counts.append(len(asked))
    assert shown["n_specimens"] == 65
    assert counts[0] == counts[1]


def test_the_specimens_of_one_case_are_drawn_together(
    study: Study, page: Any, alice: Any, bob: Any, dora: Any, give: Give, sign: Sign
) -> None:
    """Every case twice over, with the same readings: the interval is that of the cases."""

    def interval() -> float:
        services.reveal_finished(dora, study.pk)
        low, high = page(dora)["human"]["statistics"]["mae"]["ci95"]
        return float(high - low)

    singles = [read(study, give, sign, (alice, bob), (10, 10, place), place) for place in range(12)]
    alone = interval()
    for place, single in enumerate(singles):
        twin = factories.SpecimenFactory(slide__study=study, case=single.case)
        for number, person in enumerate((alice, bob)):
            sign(give(person, twin), 10, 10, place + place * number)
    together = interval()
    assert page(dora)["n_cases"] == 12
    assert page(dora)["n_specimens"] == 24
    assert together == pytest.approx(alone, rel=0.1)  # of 24 by themselves it would be narrower by a third


SCHEMES = {
    "HER2": [{"category": category, "sentence": HER2_BY_CATEGORY[category][0]} for category in ("0", "1+", "2+", "3+")],
    "Ki-67": [{"positive": positive, "counted": 500} for positive in (10, 60, 140, 300)],
    "PR": [{"percent": percent, "intensity": intensity} for percent, intensity in ((0, 0), (5, 1), (40, 2), (90, 3))],
}


@pytest.mark.parametrize("marker", sorted(SCHEMES))
def test_every_scheme_has_its_agreement_and_its_report(
    study: Study, page: Any, client_of: Any, alice: Any, bob: Any, dora: Any, give: Give, marker: str
) -> None:
    """HER2 has categories alone; Ki-67 and Allred have numbers of their own scale."""
    study.protocols.update(marker_schemes={"HER2": "her2-ihc", "Ki-67": "ki-67", "PR": "allred"})
    for inputs in SCHEMES[marker] * 2:
        specimen = factories.SpecimenFactory(slide__study=study, slide__marker=marker)
        for person in (alice, bob):
            reading.sign_reading(person, give(person, specimen).pk, Signed({"inputs": inputs}))
    services.reveal_finished(dora, study.pk)
    shown = page(dora)
    human = shown["human"]
    assert (shown["marker"], human["n"]) == (marker, 8)
    assert human["statistics"]["kappa"]["value"] == 1
    assert sum(map(sum, human["confusion"]["counts"])) == 8
    assert ("points" in human) == (marker != "HER2")
    if marker != "HER2":
        assert human["statistics"]["mae"]["value"] == 0
        assert sum(group["mae"]["n"] for group in human["groups"]) == 8
    positive = {reader["positive"]["value"] for reader in shown["standing"]["readers"]}
    assert positive == {{"HER2": 0.25, "Ki-67": 0.25, "PR": 0.75}[marker]}
    for form in ("pdf", "csv", "readings"):
        answer = client_of(dora).get(f"/api/studies/{study.pk}/agreement/export", {"as": form, "marker": marker})
        assert answer.status_code == 200
        assert len(b"".join(answer.streaming_content)) > 300
    for form in ("pdf", "fhir"):
        assert client_of(dora).get(f"/api/cases/{specimen.case_id}/report", {"as": form}).status_code == 200
