"""The demo's third study: a finished one, for the agreement page. Three simulated readers have read every core of the
microarray twice, a simulated adjudicator decided where they differed, and two algorithms score it.

The readings are computed from each core's nuclei by ``scoring.synth.readers``, signed in the names of the demo's people
and say so in their comments.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.db.models import QuerySet

from scoring.cards import CARDS, DEFAULT_METHOD
from scoring.synth.core import make_scene
from scoring.synth.readers import READER_A, READER_B, Style, read
from scoring.synth.scene import Cells
from webapp.accounts.models import User
from webapp.demo import loader, people
from webapp.reading.models import Assignment, Purpose, Round
from webapp.reading.services import Asked, Signed, allocate, claim_adjudication, open_assignment, sign_reading
from webapp.runs.services import RunRequest, request_batch
from webapp.slides.models import Slide, Specimen
from webapp.slides.services import Particulars, apply_tma_map
from webapp.studies.models import Role, Study
from webapp.studies.services import create_study, grant_membership

NAME = "ER reader study"
DESCRIPTION = (
    "A finished study to look at: three simulated readers read every core of a synthetic microarray twice, and two "
    "algorithms score it. Its agreement is on the page of that name. Research use only."
)
MICROARRAY = "ER microarray, read by three"
COMMENT = "Simulated reader (demonstration)."
ALGORITHMS: Final = tuple(dict.fromkeys([DEFAULT_METHOD, "nnp"]))
#: A third one who is less steady; and the adjudicator, who is steadier than any.
STYLES: Final[Mapping[str, Style]] = {
    "alice": READER_A,
    "bob": READER_B,
    "cem": Style(gain_sd=0.2, cut_sd=0.07),
    "ada": Style(gain_sd=0.05, cut_sd=0.02, gross_chance=0.0),
}
READERS: Final = ("alice", "bob", "cem")


def load(made: Path, seed: int) -> None:
    """The study, from the painted microarray (``tma.tif``, ``map.csv``) of this seed. Completes what an interrupted
    load left behind."""
    accounts = {user.username: user for user in User.objects.filter(username__in=[p.username for p in people.PEOPLE])}
    study = Study.objects.filter(name=NAME).first() or _study(accounts)
    technician = accounts[people.TECHNICIAN.username]
    slide = loader.registered(study, technician, made / "tma.tif", Particulars(marker="ER", name=MICROARRAY, tma=True))
    if not Specimen.objects.filter(slide=slide).exists():
        apply_tma_map(technician, slide.pk, (made / "map.csv").read_text(encoding="utf-8"))
    read_by_all(study, slide, accounts, seed)
    for key in ALGORITHMS:
        request_batch(
            technician,
            specimen_ids=list(_present(slide).values_list("pk", flat=True)),
            asked=RunRequest(algorithm=key),
            idempotency_key=f"demo-reader-study-{key}-{CARDS[key].version}",
        )


def read_by_all(study: Study, slide: Slide, accounts: Mapping[str, User], seed: int) -> None:
    """Every present core, twice by each reader, and by the adjudicator where they differ; what is signed stays."""
    scenes = {case: make_scene(seed + number, tier="realistic", marker="ER").cells for number, case in _cases(slide)}
    for series, purpose in ((1, Purpose.PRIMARY), (2, Purpose.RE_READ)):
        _allocate(study, accounts, series, purpose)
        _sign_waiting(study, scenes, seed)
        _adjudicate(study, accounts["ada"], scenes, seed)


def _study(accounts: Mapping[str, User]) -> Study:
    system, administrator = (
        accounts[person.username] for person in (people.SYSTEM_ADMINISTRATOR, people.STUDY_ADMINISTRATOR)
    )
    protocol = {
        "readers_per_specimen": len(READERS), "marker_schemes": {"ER": "h-score"}, "re_read_series": 1,
        "washout_days": 0, "reveal_to_readers": "after_re_reads",
        "algorithms": [f"{key}@{CARDS[key].version}" for key in ALGORITHMS],
    }  # fmt: skip
    study = create_study(system, name=NAME, description=DESCRIPTION, protocol=protocol)
    grant_membership(system, study, administrator, Role.ADMINISTRATOR)
    people.join(administrator, study, accounts)
    return study


def _present(slide: Slide) -> QuerySet[Specimen]:
    return Specimen.objects.filter(slide=slide, is_missing=False).order_by("row", "column")


def _cases(slide: Slide) -> list[tuple[int, str]]:
    """Each case of the slide with the number of its core; the map names them with a number from 1."""
    codes = _present(slide).values_list("case__code", flat=True)
    return [(int(code.rsplit("-", 1)[1]) - 1, code) for code in codes]


def _allocate(study: Study, accounts: Mapping[str, User], series: int, purpose: str) -> None:
    administrator = accounts[people.STUDY_ADMINISTRATOR.username]
    readers = [accounts[name].pk for name in READERS]
    asked = Asked(readers=readers, marker="ER", design="crossed", purpose=purpose, series=series)
    allocate(administrator, study.pk, asked)


def _sign_waiting(study: Study, scenes: Mapping[str, Cells], seed: int) -> None:
    waiting = Assignment.objects.filter(session__study=study).exclude(
        state__in=[Assignment.State.SIGNED, Assignment.State.WITHDRAWN]
    )
    for assignment in waiting.select_related("reader", "specimen__case", "session").order_by("position", "pk"):
        open_assignment(assignment.reader, assignment.pk)
        _sign(assignment, scenes, seed)


def _adjudicate(study: Study, adjudicator: User, scenes: Mapping[str, Cells], seed: int) -> None:
    for round_ in Round.objects.filter(specimen__slide__study=study, state=Round.State.DISCORDANT).order_by("pk"):
        _sign(claim_adjudication(adjudicator, round_.pk), scenes, seed)


def _sign(assignment: Assignment, scenes: Mapping[str, Cells], seed: int) -> None:
    """What the reader's habits make of the core; another draw for each reader, core and series."""
    code, name = assignment.specimen.case.code, assignment.reader.username
    series = assignment.session.series
    drawn = np.random.default_rng([seed, int(code.rsplit("-", 1)[1]), list(STYLES).index(name), series])
    said = read(scenes[code], drawn, STYLES[name])
    body: dict[str, Any] = {"inputs": {part: f"{said.percentages[part]:g}" for part in ("weak", "moderate", "strong")}}
    if said.h_score is None:
        body = {"scoreable": False, "reason": "no_tumour"}
    sign_reading(assignment.reader, assignment.pk, Signed(body, comment=COMMENT))
