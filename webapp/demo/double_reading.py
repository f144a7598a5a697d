"""The demo's second study: two pathologists read a microarray and three real fields, blinded.

The first cores are read already, by simulated readers who sign as Alice and Bob (their comments say so): some agree
within the tolerance and are revealed, some wait for the adjudicator. The rest is theirs who try it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from webapp.accounts.models import User
from webapp.cases.models import Case, Order
from webapp.cases.services import import_orders
from webapp.demo import loader, people
from webapp.reading.models import Assignment, Purpose
from webapp.reading.services import Signed, assign, open_assignment, open_session, sign_reading
from webapp.slides.models import Slide, Specimen
from webapp.slides.services import Particulars, apply_tma_map
from webapp.studies.models import Role, Study
from webapp.studies.services import create_study, grant_membership

NAME = "ER double reading"
DESCRIPTION = (
    "Two pathologists read the same tissue without seeing each other or the algorithm. Three real fields of "
    "endometrium (EndoNuke, CC BY 4.0) and a synthetic microarray, whose first cores simulated readers have read "
    "already. Research use only."
)
MICROARRAY = "ER microarray"
FIELDS = (1, 4, 8)
READ_ALREADY = 12
COMMENT = "Simulated reader (demonstration)."
#: What the laboratory's system asked to be stained; the accessions are made up.
ORDERS = (
    "accession,marker,barcode,case\n"
    "H26-10452,ER,S26-10452-A1,READ-01\nH26-10453,ER,S26-10453-A1,READ-02\nH26-10467,ER,S26-10467-B2,READ-03\n"
)
_READERS = {"alice": "a", "bob": "b"}


def load_fields() -> Study:
    """The study with its people and three real fields to read. Completes what an interrupted load left behind."""
    accounts = {user.username: user for user in User.objects.filter(username__in=[p.username for p in people.PEOPLE])}
    study = Study.objects.filter(name=NAME).first() or _study(accounts)
    if not Order.objects.filter(study=study).exists():
        import_orders(accounts[people.KEY_HOLDER.username], study.pk, ORDERS)
    tiles = loader.tiles()
    taken = set(Slide.objects.filter(study=study).values_list("name", flat=True))
    for order, number in enumerate(FIELDS, start=1):
        label, path = tiles[number - 1]
        if label not in taken:
            particulars = Particulars(
                marker="ER", name=label, case_code=f"READ-{order:02d}", um_per_px=loader.TILE_UM_PER_PX
            )
            loader.register(study, accounts[people.TECHNICIAN.username], path, particulars)
    unfinished = Slide.objects.filter(study=study).exclude(state__in=[Slide.State.READY, Slide.State.REFUSED])
    loader.wait_for("slides of the double reading to be read in", lambda: not unfinished.exists())
    loader.tidy_inbox()
    specimens = Specimen.objects.filter(slide__study=study, slide__state=Slide.State.READY)
    _give(study, accounts, specimens.filter(kind=Specimen.Kind.WHOLE_SECTION))
    return study


def load_microarray(study: Study, made: Path) -> None:
    """The painted microarray (``tma.tif``, ``map.csv``, ``readers.csv``) with its first cores read."""
    accounts = {user.username: user for user in User.objects.filter(username__in=[p.username for p in people.PEOPLE])}
    technician = accounts[people.TECHNICIAN.username]
    slide = loader.registered(study, technician, made / "tma.tif", Particulars(marker="ER", name=MICROARRAY, tma=True))
    if not Specimen.objects.filter(slide=slide).exists():
        apply_tma_map(technician, slide.pk, (made / "map.csv").read_text(encoding="utf-8"))
    cores = Specimen.objects.filter(slide=slide, is_missing=False).order_by("row", "column")
    _give(study, accounts, cores)
    _read_first(slide, made / "readers.csv")


def _study(accounts: dict[str, User]) -> Study:
    system, administrator = (
        accounts[person.username] for person in (people.SYSTEM_ADMINISTRATOR, people.STUDY_ADMINISTRATOR)
    )
    protocol = {"readers_per_specimen": 2, "marker_schemes": {"ER": "h-score"}, "algorithms": loader.algorithms()}
    study = create_study(system, name=NAME, description=DESCRIPTION, protocol=protocol)
    grant_membership(system, study, administrator, Role.ADMINISTRATOR)
    people.join(administrator, study, accounts)
    return study


def _give(study: Study, accounts: dict[str, User], specimens: Iterable[Specimen]) -> None:
    administrator = accounts[people.STUDY_ADMINISTRATOR.username]
    chosen = list(specimens)
    for username in _READERS:
        session = open_session(administrator, study, accounts[username])
        held = set(Assignment.objects.filter(session=session).values_list("specimen", flat=True))
        assign(administrator, session, [specimen for specimen in chosen if specimen.pk not in held])


def _read_first(slide: Slide, readers: Path) -> None:
    """Sign what the simulated readers said of the first cores; what is signed already stays."""
    with readers.open(newline="", encoding="utf-8") as source:
        said = {row["case"]: row for row in csv.DictReader(source)}
    codes = Case.objects.filter(pk__in=Specimen.objects.filter(slide=slide).values("case")).order_by("code")
    first = [code for code in codes.values_list("code", flat=True) if said.get(code, {}).get("a_weak")]
    waiting = Assignment.objects.filter(
        specimen__slide=slide, specimen__case__code__in=first[:READ_ALREADY], purpose=Purpose.PRIMARY
    ).exclude(state=Assignment.State.SIGNED)
    for assignment in waiting.select_related("reader", "specimen__case"):
        row, who = said[assignment.specimen.case.code], _READERS[assignment.reader.username]
        inputs = {name: _plain(row[f"{who}_{name}"]) for name in ("weak", "moderate", "strong")}
        open_assignment(assignment.reader, assignment.pk)
        sign_reading(assignment.reader, assignment.pk, Signed({"inputs": inputs}, comment=COMMENT))


def _plain(text: str) -> str:
    return f"{Decimal(text).normalize():f}"
