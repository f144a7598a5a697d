"""reliability.md I1 and I2: what each role can do to the trail, and what ``verify`` says of what was done."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from tests.factories import StudyFactory
from webapp.audit import anchors, services
from webapp.audit.models import Event

Database = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(autouse=True)
def anchor_file(settings: Any, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchors.jsonl"
    return tmp_path / "anchors.jsonl"


@pytest.fixture
def trail(transactional_db: None) -> list[int]:
    """Ten events, really committed."""
    study = StudyFactory()
    return [services.record(None, "study.created", obj=study, study_id=study.pk, number=n) for n in range(10)]


FORBIDDEN = {
    "update": "UPDATE audit_event SET actor = 'somebody else' WHERE seq = 3",
    "delete": "DELETE FROM audit_event WHERE seq = 3",
    "truncate": "TRUNCATE audit_event",
    "delete everything": "DELETE FROM audit_event",
    "as a replica": "SET session_replication_role = replica; UPDATE audit_event SET actor = 'x' WHERE seq = 3",
}
ALSO_TO_THE_APP = {
    "move the head": "UPDATE audit_head SET seq = 1",
    "read the head": "SELECT * FROM audit_head",
    "switch off": "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "drop a trigger": "DROP TRIGGER a_no_update ON audit_event",
    "drop the table": "DROP TABLE audit_event CASCADE",
    "replace the function": "CREATE OR REPLACE FUNCTION audit_deny() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RETURN OLD; END $$",
    "grant": "GRANT ALL ON audit_event TO duoscope_app",
    "become the owner": "SET ROLE duoscope_owner",
    "rule": "CREATE RULE quiet AS ON INSERT TO audit_event DO INSTEAD NOTHING",
    "another table of the name": "CREATE TABLE public.audit_event_2 (n int)",
}


@pytest.mark.parametrize("statement", [*FORBIDDEN.values(), *ALSO_TO_THE_APP.values()],
                         ids=[*FORBIDDEN, *ALSO_TO_THE_APP])  # fmt: skip
def test_the_app_role_cannot(trail: list[int], statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:  # noqa: PT012 - see below
        # GRANT by somebody without the right is a warning, not an error: what counts is what it changed.
        cursor.execute(statement)
        if statement.startswith("GRANT"):
            cursor.execute(FORBIDDEN["update"])
    assert Event.objects.count() == 10
    assert services.verify() is None


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_the_owner_and_a_superuser_cannot_while_the_triggers_stand(
    trail: list[int], owner_database: Database, superuser_database: Database, statement: str
) -> None:
    for database in (owner_database, superuser_database):
        with pytest.raises(psycopg.Error, match=r"append-only|permission denied"):
            database.execute(statement.encode())
    assert services.verify() is None


def test_forged_columns_are_overwritten(
    trail: list[int], owner_database: Database, superuser_database: Database
) -> None:
    columns = "(seq, at, actor, verb, object_kind, object_id, details, prev, hash)"
    forged = (
        f"INSERT INTO audit_event {columns} VALUES (99, '2000-01-01', 'forger', 'study.created', 'study', 'x', '{{}}',"
        " '\\x00', '\\x11') RETURNING seq, at > now() - interval '1 minute', hash <> '\\x11'"
    )
    with connection.cursor() as cursor:
        cursor.execute(forged)
        assert cursor.fetchone() == (11, True, True)
    for expected, database in ((12, owner_database), (13, superuser_database)):
        assert database.execute(forged.encode()).fetchone() == (expected, True, True)
    assert services.verify() is None


UNGUARD = "ALTER TABLE audit_event DISABLE TRIGGER ALL; "
GUARD = (
    "; ALTER TABLE audit_event ENABLE ALWAYS TRIGGER a_chain, ENABLE ALWAYS TRIGGER a_no_update,"
    " ENABLE ALWAYS TRIGGER a_no_truncate"
)
TAMPERINGS = {
    "edit": ("UPDATE audit_event SET actor = 'somebody else' WHERE seq = 4", 4, "not what was recorded"),
    "edit details": ("UPDATE audit_event SET details = '{\"number\": 33}' WHERE seq = 4", 4, "not what was recorded"),
    "date back": ("UPDATE audit_event SET at = at - interval '1 day' WHERE seq = 5", 5, "not what was recorded"),
    "hide from its study": ("UPDATE audit_event SET study_id = NULL WHERE seq = 6", 6, "not what was recorded"),
    "veil off": (
        f"UPDATE audit_event SET specimen_id = '{uuid.UUID(int=1)}' WHERE seq = 6",
        6,
        "not what was recorded",
    ),
    "delete in the middle": ("DELETE FROM audit_event WHERE seq = 7", 8, "missing"),
    "delete the first": ("DELETE FROM audit_event WHERE seq = 1", 2, "missing"),
    "swap": (
        "UPDATE audit_event SET seq = -1 WHERE seq = 3; UPDATE audit_event SET seq = 3 WHERE seq = 4;"
        " UPDATE audit_event SET seq = 4 WHERE seq = -1",
        3,
        "not what was recorded",
    ),
    "insert": (
        "UPDATE audit_event SET seq = -seq - 1 WHERE seq >= 5; UPDATE audit_event SET seq = -seq WHERE seq < 0;"
        " INSERT INTO audit_event (seq, at, actor, verb, object_kind, object_id, details, prev, hash)"
        " SELECT 5, at, 'forger', verb, object_kind, object_id, details, hash, '\\x22' FROM audit_event WHERE seq = 4",
        5,
        "not what was recorded",
    ),
    "edit and hash that one anew": (
        "UPDATE audit_event SET actor = 'x' WHERE seq = 4;"
        " UPDATE audit_event e SET hash = audit_digest(e) WHERE seq = 4",
        5,
        "does not follow",
    ),
}


@pytest.mark.parametrize(("statement", "seq", "why"), TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_what_is_done_with_the_triggers_off_is_found_at_its_place(
    trail: list[int], superuser_database: Database, statement: str, seq: int, why: str
) -> None:
    assert services.verify() is None
    superuser_database.execute((UNGUARD + statement + GUARD).encode())
    found = services.verify()
    assert found is not None
    assert found.seq == seq
    assert why in found.why


def test_the_owner_can_switch_off_and_is_found(trail: list[int], owner_database: Database) -> None:
    owner_database.execute(
        b"ALTER TABLE audit_event DISABLE TRIGGER USER; UPDATE audit_event SET verb = 'x' WHERE seq = 9"
    )
    assert services.verify() == services.Break(9, "Event 9: it is not what was recorded.")


def cut_the_tail(database: Database) -> None:
    database.execute(
        (
            UNGUARD + "DELETE FROM audit_event WHERE seq > 6;"
            " UPDATE audit_head SET seq = 6, hash = (SELECT hash FROM audit_event WHERE seq = 6)" + GUARD
        ).encode()
    )


def hash_all_anew(database: Database) -> None:
    """Change event 4 and compute everything behind it as if it had always been so."""
    database.execute(
        (
            UNGUARD + "UPDATE audit_event SET actor = 'x' WHERE seq = 4; DO $$ DECLARE one record; BEGIN"
            " FOR one IN SELECT seq FROM audit_event WHERE seq >= 4 ORDER BY seq LOOP"
            "  UPDATE audit_event SET prev = (SELECT hash FROM audit_event WHERE seq = one.seq - 1)"
            "  WHERE seq = one.seq;"
            "  UPDATE audit_event e SET hash = audit_digest(e) WHERE seq = one.seq; END LOOP;"
            " UPDATE audit_head SET hash = (SELECT hash FROM audit_event ORDER BY seq DESC LIMIT 1); END $$" + GUARD
        ).encode()
    )


@pytest.mark.parametrize("tamper", [cut_the_tail, hash_all_anew])
def test_a_chain_that_fits_itself_is_found_through_the_anchors_alone(
    trail: list[int], superuser_database: Database, tamper: Callable[[Database], None]
) -> None:
    tamper(superuser_database)
    assert services.verify() is None  # without an anchor nobody can know


@pytest.mark.parametrize(("tamper", "seq"), [(cut_the_tail, 10), (hash_all_anew, 10)])
def test_an_anchor_finds_a_cut_tail_and_a_chain_computed_anew(
    trail: list[int], superuser_database: Database, tamper: Callable[[Database], None], seq: int
) -> None:
    made = services.anchor()
    assert made is not None
    assert made.seq == 10
    assert services.anchor() is None  # nothing happened since
    tamper(superuser_database)
    found = services.verify()
    assert found is not None
    assert found.seq == seq
    with pytest.raises(CommandError, match="The audit trail was changed"):
        call_command("verify_audit")


def test_the_earliest_anchor_that_disagrees_is_named(trail: list[int], superuser_database: Database) -> None:
    event = Event.objects.get(seq=5)
    anchors.append(5, bytes(event.hash).hex())
    services.anchor()
    hash_all_anew(superuser_database)
    found = services.verify()
    assert found is not None
    assert found.seq == 5


def test_events_after_a_cut_tail_do_not_hide_it(trail: list[int], superuser_database: Database) -> None:
    services.anchor()
    cut_the_tail(superuser_database)
    study = StudyFactory()
    for _ in range(6):
        services.record(None, "study.created", obj=study)
    found = services.verify()
    assert found is not None
    assert found.seq == 10


def _rewrite(file: Path, change: Callable[[list[str]], list[str]]) -> None:
    file.write_text("".join(change(file.read_text().splitlines(keepends=True))))


def _edited(lines: list[str]) -> list[str]:
    entry = json.loads(lines[1])
    return [lines[0], json.dumps({**entry, "hash": hashlib.sha256(b"x").hexdigest()}) + "\n", *lines[2:]]


@pytest.mark.parametrize(
    "change",
    [_edited, lambda lines: lines[1:], lambda lines: [lines[0], *lines[2:]],
     lambda lines: [lines[1], lines[0], lines[2]], lambda lines: [*lines, "not JSON\n"]],
    ids=["edited", "first line gone", "middle line gone", "swapped", "rubbish"],
)  # fmt: skip
def test_a_changed_file_of_anchors_is_found(
    trail: list[int], anchor_file: Path, change: Callable[[list[str]], list[str]]
) -> None:
    for seq in (3, 6, 9):
        anchors.append(seq, bytes(Event.objects.get(seq=seq).hash).hex())
    assert services.verify() is None
    _rewrite(anchor_file, change)
    found = services.verify()
    assert found is not None
    assert "file of anchors" in found.why


def test_a_line_cut_by_a_crash_is_forgotten_and_written_again(trail: list[int], anchor_file: Path) -> None:
    anchors.append(3, bytes(Event.objects.get(seq=3).hash).hex())
    with anchor_file.open("a") as stream:
        stream.write('{"seq": 6, "ha')
    assert services.verify() is None
    services.anchor()
    assert [anchor.seq for anchor in anchors.read()] == [3, 10]


def test_an_anchor_signed_by_another_key_is_refused(trail: list[int], settings: Any) -> None:
    services.anchor()
    settings.AUDIT_SIGNING_KEY = "ab" * 32
    assert services.verify() is not None


def test_verifying_says_what_it_looked_at(trail: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    services.anchor()
    call_command("verify_audit")
    assert capsys.readouterr().out == "10 events and 1 anchors: nothing was changed.\n"


def test_what_is_rolled_back_leaves_neither_event_nor_gap(trail: list[int]) -> None:
    study = StudyFactory()
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - both belong to the transaction
        services.record(None, "study.created", obj=study)
        raise ZeroDivisionError
    assert services.record(None, "study.created", obj=study) == 11
    assert services.verify() is None
