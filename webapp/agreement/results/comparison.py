"""One specimen's comparison as plain data: readers, algorithms, mean, consensus, history. No permission is asked here:
callers hand in what they may show.

Readers are "Reader A", "Reader B" in an order that follows from the specimen and the person together, so that the same
person is A here and B there, and nobody can be followed from specimen to specimen by a letter. Whose reading is the
viewer's own (``is_mine``) is told from the signed-in person, never from the letter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from string import ascii_uppercase
from typing import Any
from uuid import UUID

from scoring.cards import CARDS
from webapp.agreement.results.comparing import AlgorithmScore, Compared, compare, label_of, with_algorithm
from webapp.reading.models import Amendment, Assignment, Consensus, Purpose, Reading, Round
from webapp.reading.services import score_said, tolerance_of
from webapp.runs.models import Result
from webapp.slides.models import Specimen

_LETTERED = (Purpose.PRIMARY, Purpose.RE_READ)
_TITLES = {Purpose.ADJUDICATION: "Adjudicator", Purpose.QA: "QA reader"}


@dataclass(frozen=True)
class Shown:
    """What one person may be shown of a specimen."""

    readings: Sequence[Reading]
    consensuses: Sequence[Consensus] = ()
    results: Sequence[Result] = ()
    with_names: bool = False


def comparison_of(specimen: Specimen, shown: Shown, viewer_id: UUID) -> dict[str, Any]:
    """The comparison, as the API answers it; ``specimen.slide`` and ``specimen.case`` are loaded."""
    rounds = list(Round.objects.filter(specimen=specimen).select_related("protocol").order_by("series"))
    first = rounds[0] if rounds else None
    letters = letters_of(specimen.pk)
    readings = sorted(shown.readings, key=lambda reading: _place(reading, letters))
    consensus = next((found for found in shown.consensuses if first and found.round_id == first.pk), None)
    counted = [
        reading for reading in readings if reading.purpose == Purpose.PRIMARY and reading.stage != Reading.Stage.REVISED
    ]
    tolerance = tolerance_of(first) if first else None
    compared = compare([score_said(reading) for reading in counted], marker=specimen.slide.marker, tolerance=tolerance)
    return {
        "specimen": specimen.pk,
        "case": specimen.case.code,
        "case_id": specimen.case_id,
        "slide": specimen.slide_id,
        "slide_name": specimen.slide.name,
        "place": specimen.place,
        "marker": specimen.slide.marker,
        "scheme": first.scheme if first else "",
        "readings": [
            _reading(reading, letters, is_mine=reading.reader_id == viewer_id, with_name=shown.with_names)
            for reading in readings
        ],
        "algorithms": [algorithm_of(result) for result in shown.results],
        **_compared(compared),
        "with_algorithm": _beside(specimen, first, counted, shown.results) if first else None,
        "consensus": consensus,
        "history": _history(readings, letters, consensus),
    }


def algorithm_of(result: Result) -> dict[str, Any]:
    """What an algorithm found, as a line beside the readers."""
    run = result.run
    card = CARDS.get(run.algorithm)
    return {
        "run": run.pk,
        "name": card.name if card else run.algorithm,
        "version": run.algorithm_version,
        "preset": run.preset,
        "scheme": result.scheme,
        "value": result.value,
        "category": result.category,
        "scoreable": result.scoreable,
        "reason": result.reason,
        "percentages": result.percentages,
        "finished_at": run.finished_at,
    }


def letters_of(specimen_id: UUID) -> dict[UUID, str]:
    """Who is reader A, B, … of the specimen: everybody who is to read it, signed or not, so that a letter does not
    change when another one signs."""
    readers = Assignment.objects.filter(specimen=specimen_id, purpose__in=_LETTERED)
    people = set(readers.exclude(state=Assignment.State.WITHDRAWN).values_list("reader", flat=True))
    shuffled = sorted(people, key=lambda person: hashlib.sha256(specimen_id.bytes + person.bytes).digest())
    return dict(zip(shuffled, ascii_uppercase, strict=False))


def _who(reading: Reading, letters: dict[UUID, str]) -> str:
    title = _TITLES.get(Purpose(reading.purpose))
    return title or f"Reader {letters.get(reading.reader_id, '?')}"


def _place(reading: Reading, letters: dict[UUID, str]) -> tuple[Any, ...]:
    """Letters first, then titles; series and stages of one reader follow each other. Never by time."""
    return (
        reading.purpose not in _LETTERED, _who(reading, letters), reading.assignment.session.series,
        list(Reading.Stage).index(Reading.Stage(reading.stage)), reading.pk,
    )  # fmt: skip


def _reading(reading: Reading, letters: dict[UUID, str], *, is_mine: bool, with_name: bool) -> dict[str, Any]:
    return {
        "id": reading.pk,
        "who": _who(reading, letters),
        "name": reading.signer if with_name else None,
        "is_mine": is_mine,
        "purpose": reading.purpose,
        "series": reading.assignment.session.series,
        "signed_at": reading.created_at,
        **{
            name: getattr(reading, name)
            for name in ("stage", "scoreable", "reason", "inputs", "value", "category", "rule", "comment")
        },
        "amendments": [_amendment(amendment) for amendment in reading.amendments.all()],
    }


def _amendment(amendment: Amendment) -> dict[str, Any]:
    fields = ("number", "counts", "why", "scoreable", "reason", "inputs", "value", "category", "rule", "comment")
    return {**{name: getattr(amendment, name) for name in fields}, "signed_at": amendment.created_at}


def _compared(compared: Compared) -> dict[str, Any]:
    return {
        "mean": compared.mean,
        "difference": compared.difference,
        "tolerance": compared.tolerance,
        "discordant": compared.is_discordant,
    }


def _beside(specimen: Specimen, round_: Round, counted: Sequence[Reading], results: Sequence[Result]) -> Any:
    """The average with the algorithm: the protocol's first one that has scored the whole specimen, its last run."""
    named = list(round_.protocol.algorithms)
    fitting = [
        result
        for result in results
        if result.scoreable and result.value is not None and result.run.field_of_view_id is None
        and (not named or _key(result) in named)
    ]  # fmt: skip
    if not fitting:
        return None
    chosen = max(fitting, key=lambda result: (-named.index(_key(result)) if named else 0, _finished(result)))
    weight = round_.protocol.algorithm_weight
    found = AlgorithmScore(chosen.scheme, chosen.value or Decimal(0), chosen.percentages)
    mean = with_algorithm(
        [score_said(reading) for reading in counted], found, weight=weight, marker=specimen.slide.marker
    )
    if mean is None:
        return None
    shown = algorithm_of(chosen)
    return {
        "run": chosen.run_id,
        "value": mean.value,
        "category": mean.category,
        "inputs": mean.inputs,
        "weights": {"readers": 1, "algorithm": weight},
        "label": label_of(len(counted), shown["name"], shown["version"], weight),
    }


def _key(result: Result) -> str:
    return f"{result.run.algorithm}@{result.run.algorithm_version}"


def _finished(result: Result) -> datetime:
    return result.run.finished_at or result.created_at


def _history(
    readings: Sequence[Reading], letters: dict[UUID, str], consensus: Consensus | None
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for reading in readings:
        who = _who(reading, letters)
        again = reading.stage == Reading.Stage.REVISED
        found.append({"at": reading.created_at, "what": "revised" if again else "signed", "who": who})
        found += [{"at": added.created_at, "what": "amended", "who": who} for added in reading.amendments.all()]
    if consensus is not None:
        found.append({"at": consensus.created_at, "what": "consensus", "who": ""})
    return sorted(found, key=lambda event: event["at"])
