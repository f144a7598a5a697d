"""Load the demo study through the services, as people would: register, read in, mark fields, score, look."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db import transaction
from PIL import Image

from scoring.cards import CARDS, DEFAULT_METHOD
from scoring.slide_io import convert_to_pyramid
from webapp.accounts.models import User
from webapp.accounts.services import create_user
from webapp.audit.services import record
from webapp.demo import people, sheet
from webapp.runs.models import Run
from webapp.runs.services import RunRequest, request_run
from webapp.slides.models import Slide
from webapp.slides.services import FieldBox, Particulars, create_field_of_view, register_slide_from_inbox
from webapp.studies.models import Role, Study
from webapp.studies.services import create_study, grant_membership, new_protocol_version

NAME = "ER/PR demonstration"
SHEET = "ER-PR tile sheet"
DATA = Path(__file__).parent / "data"
# EndoNuke tiles are 100 µm wide, resampled to 345 px.
TILE_UM_PER_PX = Decimal("0.289855")
DESCRIPTION = (
    "Thirteen real ER or PR fields of endometrium (EndoNuke, CC BY 4.0) on one sheet, three of them as slides of their "
    "own, and an Aperio H&E slide (OpenSlide test data, CC0). The protocol asks no readers, so that everybody may look "
    "at what the algorithm found. Research use only."
)
# Shown as slides of their own: crowded strong nuclei, a gland with weak ones, an epithelium of every class.
SINGLE_FIELDS = (3, 9, 12)
# Marked as fields of view on the sheet, to start runs on.
MARKED = ("Field 3", "Field 9", "Field 12", "Field 13")
INBOX_PREFIX = "duoscope-demo-"
# A busy machine takes its time to start the workers.
PATIENCE_S = 300
#: Reading in a large slide on a busy machine.
LARGE_PATIENCE_S = 600.0


class NotLoadedError(Exception):
    """The demo study could not be completed; the message says at which step."""


def load() -> Study:
    """The demo study with its people, slides and one finished run. Completes what an interrupted load left behind."""
    accounts = {person.username: _account(person) for person in people.PEOPLE}
    study = _study(accounts)
    technician = accounts[people.TECHNICIAN.username]
    places = _register_slides(study, technician)
    wait_for("slides to be read in", lambda: not _unfinished(study).exists())
    tidy_inbox()
    refused = Slide.objects.filter(study=study, state=Slide.State.REFUSED).first()
    if refused is not None:
        raise NotLoadedError(f"The demo slide {refused.name} was refused: {refused.refusal}")
    _mark_fields(study, technician, places)
    _score_sheet(study, technician)
    return study


def _unfinished(study: Study):  # type: ignore[no-untyped-def]
    return Slide.objects.filter(study=study).exclude(state__in=[Slide.State.READY, Slide.State.REFUSED])


def _account(person: people.Person) -> User:
    known = User.objects.filter(username=person.username).first()
    if known is not None:
        return known
    if person is people.SYSTEM_ADMINISTRATOR:
        with transaction.atomic():
            user = User.objects.create_user(
                person.username, password=people.password(), display_name=person.display_name, is_staff=True
            )
            record(user, "user.created", obj=user, username=user.username)
        return user
    return create_user(
        _account(people.SYSTEM_ADMINISTRATOR),
        username=person.username,
        display_name=person.display_name,
        password=people.password(),
    )


def _study(accounts: dict[str, User]) -> Study:
    known = Study.objects.filter(name=NAME).first()
    if known is not None:
        _renew_algorithms(known, accounts[people.STUDY_ADMINISTRATOR.username])
        return known
    system = accounts[people.SYSTEM_ADMINISTRATOR.username]
    administrator = accounts[people.STUDY_ADMINISTRATOR.username]
    with transaction.atomic():
        study = create_study(
            system,
            name=NAME,
            description=DESCRIPTION,
            protocol={
                "readers_per_specimen": 0,
                "marker_schemes": {"ER": "h-score", "PR": "h-score"},
                "algorithms": algorithms(),
            },
        )
        grant_membership(system, study, administrator, Role.ADMINISTRATOR)
        people.join(administrator, study, accounts)
    return study


def algorithms() -> list[str]:
    """The default algorithm first, then the two that need no network of their own."""
    keys = dict.fromkeys([DEFAULT_METHOD, "nnp", "nap"])
    return [f"{key}@{CARDS[key].version}" for key in keys]


def _renew_algorithms(study: Study, administrator: User) -> None:
    """A study loaded by an earlier release names the methods there were then."""
    in_force = study.protocols.order_by("-version").first()
    if in_force is None or in_force.algorithms != algorithms():
        new_protocol_version(administrator, study, algorithms=algorithms())


def tiles() -> list[tuple[str, Path]]:
    return [(f"Field {number}", path) for number, path in enumerate(sorted(DATA.glob("*.png")), start=1)]


def _register_slides(study: Study, technician: User) -> list[sheet.Place]:
    fields = tiles()
    pixels = [(label, np.asarray(Image.open(path).convert("RGB"))) for label, path in fields]
    composed, places = sheet.compose(pixels, columns=5)
    taken = set(Slide.objects.filter(study=study).values_list("name", flat=True))
    if SHEET not in taken:
        with tempfile.TemporaryDirectory() as folder:
            picture, slide = Path(folder) / "sheet.png", Path(folder) / "sheet.tif"
            Image.fromarray(composed).save(picture)
            convert_to_pyramid(picture, slide, um_per_px=float(TILE_UM_PER_PX), quality=92)
            register(study, technician, slide, Particulars(marker="ER", name=SHEET, case_code="DEMO-01"))
    for order, number in enumerate(SINGLE_FIELDS, start=2):
        label, path = fields[number - 1]
        if label not in taken:
            particulars = Particulars(marker="ER", name=label, case_code=f"DEMO-{order:02d}", um_per_px=TILE_UM_PER_PX)
            register(study, technician, path, particulars)
    if "Aperio H&E" not in taken:
        register(
            study, technician, DATA / "cmu-1-small-region.svs",
            Particulars(marker="H&E", name="Aperio H&E", case_code="DEMO-05"),
        )  # fmt: skip
    return places


def register(study: Study, technician: User, file: Path, particulars: Particulars) -> None:
    """Put a copy into the inbox, under a name nothing else there has, and register it."""
    inbox = Path(settings.INBOX_FOLDER)
    inbox.mkdir(parents=True, exist_ok=True)
    name = f"{INBOX_PREFIX}{secrets.token_hex(4)}-{file.name}"
    shutil.copyfile(file, inbox / name)
    register_slide_from_inbox(technician, study.pk, inbox_name=name, particulars=particulars)


def registered(study: Study, technician: User, file: Path, particulars: Particulars) -> Slide:
    """The slide of that name, registered if it is not yet, once it is ready."""
    slides = Slide.objects.filter(study=study, name=particulars.name)
    if not slides.exists():
        register(study, technician, file, particulars)
    ended = [Slide.State.READY, Slide.State.REFUSED]
    wait_for(
        f"{particulars.name} to be read in",
        lambda: slides.filter(state__in=ended).exists(),
        patience_s=LARGE_PATIENCE_S,
    )
    tidy_inbox()
    slide = slides.get()
    if slide.state == Slide.State.REFUSED:
        raise NotLoadedError(f"The demo slide {slide.name} was refused: {slide.refusal}")
    return slide


def tidy_inbox() -> None:
    """The copies were read in; what is left in the inbox is what people put there."""
    for copy in Path(settings.INBOX_FOLDER).glob(f"{INBOX_PREFIX}*"):
        copy.unlink()


def _mark_fields(study: Study, technician: User, places: list[sheet.Place]) -> None:
    slide = Slide.objects.get(study=study, name=SHEET)
    marked = set(slide.fields_of_view.values_list("name", flat=True))
    for place in places:
        if place.label in MARKED and place.label not in marked:
            box = FieldBox(place.x_px, place.y_px, place.width_px, place.height_px)
            create_field_of_view(technician, slide.pk, name=place.label, box=box)


def _score_sheet(study: Study, technician: User) -> None:
    specimen = Slide.objects.get(study=study, name=SHEET).specimens.get()
    run, _ = request_run(
        technician,
        specimen_id=specimen.pk,
        field_of_view_id=None,
        # Endometrium: the tumour network looks for breast cancer, so every nucleus is counted here.
        asked=RunRequest("nnp", parameters={"tumour_only": "all"}),
        idempotency_key=f"demo-sheet-nnp-{CARDS['nnp'].version}",
    )
    ended = [Run.State.DONE, Run.State.FAILED, Run.State.CANCELLED]
    wait_for("the first run", lambda: Run.objects.filter(pk=run.pk, state__in=ended).exists())


def wait_for(what: str, is_done: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Look until it is so.

    Raises:
        NotLoadedError: it is not after so many seconds.
    """
    deadline = time.monotonic() + patience_s
    while not is_done():
        if time.monotonic() > deadline:
            raise NotLoadedError(f"Waited {patience_s:.0f} s for {what} in vain; see the workers' logs.")
        time.sleep(0.1)
