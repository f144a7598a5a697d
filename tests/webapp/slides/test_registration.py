from __future__ import annotations

import os
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests import factories
from webapp.audit.models import Event
from webapp.core.errors import Conflict, Invalid, NoRoom, NotAllowed, NotVisible, TooLarge
from webapp.slides import services
from webapp.slides.models import Slide, Specimen
from webapp.slides.services import Particulars, files
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db

HOSTILE = [
    "../../x",
    "/etc/passwd",
    "a\x00b.svs",
    "x" * 4096,
    "evil\u202egnp.svs",
    "CON",
    "a.svs/../../b",
    "..",
    ".",
    "",
    "\n",
    "<img src=x onerror=alert(1)>.svs",
]


@pytest.fixture
def inbox(settings: Any) -> Path:
    folder = Path(settings.INBOX_FOLDER)
    (folder / "H23-4711 Smith.svs").write_bytes(b"II*\0" * 10)
    return folder


def register(person: Any, study: Study, inbox_name: str = "H23-4711 Smith.svs", **particulars: Any) -> Slide:
    return services.register_slide_from_inbox(
        person, study.pk, inbox_name=inbox_name, particulars=Particulars(**{"marker": "ER", **particulars})
    )


def test_a_whole_section_gets_a_neutral_name_a_case_and_its_specimen(study: Study, inbox: Path, tina: Any) -> None:
    slide = register(tina, study)
    assert (slide.name, slide.state, slide.original_name) == ("ER-0001", "registered", "H23-4711 Smith.svs")
    specimen = Specimen.objects.get(slide=slide)
    assert (specimen.kind, specimen.case.code) == ("whole_section", "C-0001")
    assert register(tina, study).name == "ER-0002"
    assert register(tina, study, marker="H&E").name == "HE-0001"
    event = Event.objects.filter(verb="slide.registered").first()
    assert event is not None
    assert "Smith" not in str(event.details)


def test_two_sections_of_one_case(study: Study, inbox: Path, tina: Any) -> None:
    er, pr = register(tina, study, case_code="A-1"), register(tina, study, marker="PR", case_code="A-1")
    assert {specimen.case.code for specimen in Specimen.objects.filter(slide__in=[er, pr])} == {"A-1"}
    assert len({specimen.case_id for specimen in Specimen.objects.all()}) == 1


def test_a_tma_gets_no_specimen_of_its_own(study: Study, inbox: Path, tina: Any) -> None:
    register(tina, study, tma=True)
    assert Specimen.objects.count() == 0
    with pytest.raises(Invalid) as refused:
        register(tina, study, tma=True, case_code="A-1")
    assert set(refused.value.fields) == {"case_code"}


def test_what_the_technician_says_of_the_pixel_size_is_recorded_as_theirs(study: Study, inbox: Path, tina: Any) -> None:
    slide = register(tina, study, um_per_px=Decimal("0.25"))
    assert (slide.um_per_px, slide.um_per_px_source) == (Decimal("0.25"), "technician")


@pytest.mark.parametrize(
    ("particulars", "field"),
    [
        ({"marker": "CD3"}, "marker"),
        ({"name": "x" * 81}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"case_code": "=1+1"}, "code"),
        ({"um_per_px": Decimal(0)}, "um_per_px"),
        ({"um_per_px": Decimal("NaN")}, "um_per_px"),
        ({"um_per_px": Decimal("1e30")}, "um_per_px"),
    ],
)
def test_unacceptable_particulars_register_nothing(
    study: Study, inbox: Path, tina: Any, particulars: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        register(tina, study, **particulars)
    assert set(refused.value.fields) == {field}
    assert Slide.objects.count() == 0


def test_a_batch_of_another_study_is_none(study: Study, other_study: Study, inbox: Path, tina: Any) -> None:
    theirs = factories.StainingBatchFactory(study=other_study)
    own = factories.StainingBatchFactory(study=study)
    with pytest.raises(Invalid) as refused:
        register(tina, study, staining_batch=theirs.pk)
    assert set(refused.value.fields) == {"staining_batch"}
    assert register(tina, study, staining_batch=own.pk).staining_batch == own


@pytest.mark.parametrize("name", [*HOSTILE, "folder/nested.svs", ".hidden.svs", "link.svs", "missing.svs"])
def test_only_plain_names_of_the_inbox_are_registered(study: Study, inbox: Path, tina: Any, name: str) -> None:
    (inbox / "folder").mkdir()
    (inbox / "folder" / "nested.svs").write_bytes(b"II*\0")
    (inbox / ".hidden.svs").write_bytes(b"II*\0")
    (inbox.parent / "secret").write_bytes(b"secret")
    (inbox / "link.svs").symlink_to(inbox.parent / "secret")
    with pytest.raises(Invalid) as refused:
        register(tina, study, name)
    assert set(refused.value.fields) == {"inbox_name"}
    assert {entry.name for entry in services.inbox_entries()} == {"H23-4711 Smith.svs", "folder"}


def test_others_register_nothing(study: Study, inbox: Path, alice: Any, dora: Any, carol: Any, root: Any) -> None:
    for person, error in ((alice, NotAllowed), (dora, NotAllowed), (carol, NotVisible), (root, NotVisible)):
        with pytest.raises(error):
            register(person, study)
    assert Slide.objects.count() == 0


def test_the_same_file_in_two_studies_tells_neither_of_the_other(
    study: Study, other_study: Study, inbox: Path, tina: Any, carol: Any
) -> None:
    assert register(tina, study).name == register(carol, other_study).name == "ER-0001"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_upload_name_touches_no_path(
    study: Study, tina: Any, slide_store: Path, tmp_path: Path, name: str
) -> None:
    taken = services.incoming_folder() / "taken"
    taken.write_bytes(b"II*\0")
    before = {path for path in tmp_path.rglob("*") if slide_store not in path.parents}
    slide = services.register_uploaded_slide(
        tina, study.pk, taken=taken, original_name=name, size_bytes=4, particulars=Particulars(marker="ER")
    )
    assert {path for path in tmp_path.rglob("*") if slide_store not in path.parents} == before
    stored = slide_store / slide.stored_path
    assert stored.read_bytes() == b"II*\0"
    assert stored.parent == slide_store / str(slide.pk)
    assert stored.stem == "source"
    assert slide.original_name.isprintable()
    assert "/" not in slide.original_name
    assert 1 <= len(slide.original_name) <= 255


def test_a_refused_upload_leaves_no_file(study: Study, alice: Any, tina: Any, slide_store: Path) -> None:
    for person, particulars in ((tina, Particulars(marker="CD3")), (alice, Particulars(marker="ER"))):
        taken = services.incoming_folder() / "taken"
        taken.write_bytes(b"II*\0")
        with pytest.raises((Invalid, NotAllowed)):
            services.register_uploaded_slide(
                person, study.pk, taken=taken, original_name="a.svs", size_bytes=4, particulars=particulars
            )
        assert [path.name for path in slide_store.iterdir()] == [".incoming"]
    assert Slide.objects.count() == 0


def test_a_full_disk_and_a_large_file_are_refused_before_anything_is_written(
    study: Study, inbox: Path, tina: Any, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 10
    with pytest.raises(TooLarge):
        files.check_upload_size(11)
    files.check_upload_size(10)
    settings.DISK_WATERMARK_PERCENT = 0
    with pytest.raises(NoRoom):
        register(tina, study)
    assert Slide.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_technicians_who_register_the_same_name_at_once(study: Study, inbox: Path, tina: Any) -> None:
    tom = factories.MembershipFactory(study=study, role="technician").user
    start = threading.Barrier(2)
    ends: list[str] = []

    def go(person: Any) -> None:
        start.wait()
        try:
            ends.append(register(person, study).name)
            register(person, study, name="Control")
            ends.append("named")
        except Conflict:
            ends.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(person,)) for person in (tina, tom)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["ER-0001", "ER-0002", "conflict", "named"]
    assert Slide.objects.filter(name="Control").count() == 1
    assert Slide.objects.count() == Specimen.objects.count() == 3


def test_what_interrupted_uploads_left_is_removed_after_a_day() -> None:
    for name, age_s in (("old", 25 * 3600), ("new", 0)):
        left = services.incoming_folder() / f"{name}.upload"
        left.write_bytes(b"x")
        os.utime(left, (time.time() - age_s,) * 2)
    assert services.sweep_incoming() == 1
    assert [path.name for path in services.incoming_folder().iterdir()] == ["new.upload"]
