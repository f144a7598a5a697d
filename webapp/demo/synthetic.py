"""The demo's synthetic slides: a microarray of 64 cores with its map and two readers' truth, and a whole section of a
million nuclei. Painting them takes minutes, so it goes on while the server is already serving; what an interrupted
start left behind is taken up again. While it lasts, the study's description says so.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from scoring.cards import CARDS, DEFAULT_METHOD
from scoring.synth.section import write_whole_slide
from scoring.synth.tma import write_tma
from webapp.accounts.models import User
from webapp.demo import double_reading, loader, people, reader_study
from webapp.runs.models import Batch
from webapp.runs.services import RunRequest, request_batch
from webapp.slides.models import Slide, Specimen
from webapp.slides.services import Particulars, apply_tma_map
from webapp.studies.models import Study
from webapp.studies.services import describe_study

TMA = "Synthetic ER microarray"
SECTION = "Synthetic whole section"
CORES = 64
NUCLEI = 1_050_000
SEED = 2019
TMA_FILES = {"tma.tif": "tma.tif", "tma_map.csv": "map.csv", "tma_truth.csv": "readers.csv"}
SYNTHETIC = (
    " Synthetic besides: a microarray of 64 cores, scored core by core, and a whole section of a million nuclei; their "
    "tissue is computed."
)
PREPARING = " Being prepared, and here in some minutes: {what}."


def folder() -> Path:
    """Where the demo's own files lie: the microarray's map (``map.csv``) and its readers' truth (``readers.csv``)."""
    return Path(settings.HOME) / "demo"


def load(*, cores: int = CORES, nuclei: int = NUCLEI, processes: int = 2) -> None:
    """Paint, register, map and score, as far as this has not been done.

    Raises:
        NotLoadedError: a step did not come to its end; the message says which.
    """
    study = Study.objects.filter(name=loader.NAME).first()
    if study is None:
        raise loader.NotLoadedError("The demo study is not there yet: run load_demo_study first.")
    technician = User.objects.get(username=people.TECHNICIAN.username)
    administrator = User.objects.get(username=people.STUDY_ADMINISTRATOR.username)

    def say(preparing: str) -> None:
        rest = PREPARING.format(what=preparing) if preparing else SYNTHETIC
        describe_study(administrator, study, loader.DESCRIPTION + rest)

    if not _is_ready(study, TMA):
        say("a synthetic microarray of 64 cores, then a whole section of a million nuclei")
    load_microarray(study, technician, cores=cores, processes=processes)
    if not _is_ready(study, SECTION):
        say("a synthetic whole section of a million nuclei")
    double_reading.load_microarray(double_reading.load_fields(), folder() / "microarray")
    reader_study.load(folder() / "microarray", SEED)
    load_section(study, technician, nuclei=nuclei, processes=processes)
    say("")


def load_microarray(study: Study, technician: User, *, cores: int, processes: int) -> Batch:
    """The microarray with its cores mapped to cases TMA-001 and on, and a batch over them that has been asked for."""

    def paint(into: Path) -> None:
        write_tma(into, cores, SEED, processes=processes, prefix="TMA-")
        for made, name in TMA_FILES.items():
            (into / made).rename(into / name)

    made = _painted("microarray", paint)
    slide = loader.registered(study, technician, made / "tma.tif", Particulars(marker="ER", name=TMA, tma=True))
    if not Specimen.objects.filter(slide=slide).exists():
        apply_tma_map(technician, slide.pk, (made / "map.csv").read_text(encoding="utf-8"))
    present = Specimen.objects.filter(slide=slide, is_missing=False).order_by("row", "column")
    batch, _, _ = request_batch(
        technician,
        specimen_ids=list(present.values_list("pk", flat=True)),
        asked=RunRequest(),
        idempotency_key=f"demo-microarray-{DEFAULT_METHOD}-{CARDS[DEFAULT_METHOD].version}",
    )
    return batch


def load_section(study: Study, technician: User, *, nuclei: int, processes: int) -> Slide:
    """The whole section, ready to be opened and scored."""

    def paint(into: Path) -> None:
        write_whole_slide(into / "section.tif", SEED, nuclei=nuclei, processes=processes)

    if _is_ready(study, SECTION):
        return Slide.objects.get(study=study, name=SECTION)
    made = _painted("section", paint)
    slide = loader.registered(
        study, technician, made / "section.tif", Particulars(marker="ER", name=SECTION, case_code="DEMO-06")
    )
    # The slide folder has its own copy by now, and this one is large.
    shutil.rmtree(made)
    return slide


def _is_ready(study: Study, name: str) -> bool:
    return Slide.objects.filter(study=study, name=name, state=Slide.State.READY).exists()


def _painted(name: str, paint: Callable[[Path], None]) -> Path:
    """The folder with what ``paint`` writes: painted beside and renamed, so that it is whole or not there."""
    done = folder() / name
    if done.is_dir():
        return done
    folder().mkdir(parents=True, exist_ok=True)
    for left in folder().glob(f".{name}-*"):
        shutil.rmtree(left)
    beside = Path(tempfile.mkdtemp(dir=folder(), prefix=f".{name}-"))
    try:
        paint(beside)
        beside.rename(done)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return done
