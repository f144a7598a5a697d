"""Many finished specimens with their readings, inserted without signing each: for questions of size."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from django.utils import timezone

from scoring.schemes import SCHEMES, h_score
from tests import factories
from webapp.accounts.models import User
from webapp.blinding.models import Opening
from webapp.reading.models import Assignment, Consensus, Purpose, Reading, ReadingSession, Round
from webapp.runs.models import Result, Run
from webapp.slides.models import Specimen
from webapp.studies.models import Protocol, Study


def read_many(study: Study, readers: Sequence[User], count: int, *, algorithms: int = 1) -> list[Specimen]:
    """``count`` cores of one slide, each signed by every reader, decided, opened and scored by the algorithms."""
    rng = np.random.default_rng(count)
    protocol = Protocol.objects.filter(study=study).order_by("-version")[0]
    slide = factories.SlideFactory(study=study)
    case = factories.CaseFactory(study=study)
    cases = type(case).objects.bulk_create(type(case)(study=study, code=f"B-{count}-{n:05d}") for n in range(count))
    specimens = Specimen.objects.bulk_create(
        Specimen(
            slide=slide, case=cases[n], kind=Specimen.Kind.CORE, row=1 + n // 100, column=1 + n % 100, center_x_px=100,
            center_y_px=100, radius_px=90,
        )
        for n in range(count)
    )  # fmt: skip
    now, version = timezone.now(), SCHEMES["h-score"].version
    rounds = Round.objects.bulk_create(
        Round(
            specimen=specimen, protocol=protocol, scheme="h-score", readers_required=len(readers),
            state=Round.State.DECIDED, decided_at=now,
        )
        for specimen in specimens
    )  # fmt: skip
    truth = rng.integers(0, 30, (count, 3))
    for reader in readers:
        session, _ = ReadingSession.objects.get_or_create(
            study=study,
            protocol=protocol,
            reader=reader,
            purpose=Purpose.PRIMARY,
            defaults={"seed": 1, "opens_at": now},
        )
        given = Assignment.objects.bulk_create(
            Assignment(
                session=session, round=round_, specimen=specimen, reader=reader, purpose=Purpose.PRIMARY,
                scheme="h-score", position=n, alias=f"{count}-{n:05X}", state=Assignment.State.SIGNED, ended_at=now,
            )
            for n, (specimen, round_) in enumerate(zip(specimens, rounds, strict=True))
        )  # fmt: skip
        parts = np.clip(truth + rng.integers(-3, 4, (count, 3)), 0, 33).tolist()
        Reading.objects.bulk_create(
            _reading(assignment, protocol, version, *part) for assignment, part in zip(given, parts, strict=True)
        )
    Consensus.objects.bulk_create(
        Consensus(
            round=round_, specimen=round_.specimen, kind=Consensus.Kind.MEAN, scheme="h-score", scheme_version=version,
            scoreable=True, value=Decimal(int(part @ [1, 2, 3])), category="positive", rule="mean", rule_version="1",
            readings=[],
        )
        for round_, part in zip(rounds, truth, strict=True)
    )  # fmt: skip
    Opening.objects.bulk_create(Opening(specimen=specimen, reason="over") for specimen in specimens)
    for number in range(algorithms):
        runs = Run.objects.bulk_create(
            Run(
                study=study, specimen=specimen, requested_by=readers[0], algorithm="nnp", preset="product",
                algorithm_version=str(number + 1), idempotency_key=f"{number}-{specimen.pk}", state=Run.State.DONE,
                finished_at=now,
            )
            for specimen in specimens
        )  # fmt: skip
        Result.objects.bulk_create(
            Result(
                run=run, attempt=1, scheme="h-score", value=Decimal(int(part @ [1, 2, 3]) + number), scoreable=True,
                category="positive", counts={}, cell_count=0, cells_sha256="0" * 64, provenance={}, seconds=1,
            )
            for run, part in zip(runs, truth, strict=True)
        )  # fmt: skip
    return specimens


def _reading(
    assignment: Assignment, protocol: Protocol, version: str, weak: int, moderate: int, strong: int
) -> Reading:
    score = h_score(weak, moderate, strong)
    return Reading(
        assignment=assignment, specimen=assignment.specimen, reader=assignment.reader, protocol=protocol,
        purpose=Purpose.PRIMARY, scheme="h-score", scheme_version=version, scoreable=True,
        inputs={"weak": str(weak), "moderate": str(moderate), "strong": str(strong)}, value=score.value,
        category=score.category, rule=score.rule, signer=assignment.reader.display_name, meaning="read",
        details={"seconds_open": 12.5},
    )  # fmt: skip
