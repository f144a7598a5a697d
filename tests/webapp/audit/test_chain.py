"""Nobody changes the record unseen: the app and the owner cannot; what a database administrator does shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from tests import factories
from webapp.audit import anchors, services
from webapp.audit.models import Event
from webapp.audit.tasks import anchor_audit_task

Database = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(autouse=True)
def anchor_file(settings: Settings, tmp_path: Path) -> Path:
    settings.AUDIT_ANCHOR_FILE = tmp_path / "anchors.jsonl"
    return tmp_path / "anchors.jsonl"


@pytest.fixture
def events(transactional_db: None) -> None:
    """Six events."""
    study = factories.StudyFactory()
    for number in range(1, 7):
        services.record(None, "slide.changed", obj=study, study_id=study.id, number=number)


CHANGES = [
    "UPDATE audit_event SET actor = 'nobody' WHERE seq = 3",
    "DELETE FROM audit_event WHERE seq = 3",
    "TRUNCATE audit_event",
]
BEYOND_THE_APP = [
    *CHANGES,
    "UPDATE audit_head SET seq = 1",
    "SELECT * FROM audit_head",
    "DELETE FROM audit_head",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "DROP TRIGGER a_chain ON audit_event",
    "SET session_replication_role = replica",
    "DROP TABLE audit_event",
    "CREATE TABLE mine (a int)",
    "GRANT ALL ON audit_event TO duoscope_app",
    "ALTER FUNCTION audit_chain() SECURITY INVOKER",
]


@pytest.mark.parametrize("statement", BEYOND_THE_APP)
def test_the_app_role_cannot(events: None, statement: str) -> None:
    if statement.startswith("GRANT"):
        with connection.cursor() as cursor:  # PostgreSQL only warns when nothing could be granted
            cursor.execute(statement)
            cursor.execute("SELECT has_table_privilege(current_user, 'audit_event', 'UPDATE, DELETE, TRUNCATE')")
            assert cursor.fetchone() == (False,)
        return
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert services.verify() is None


@pytest.mark.parametrize("statement", CHANGES)
def test_the_owner_cannot_while_the_triggers_stand(events: None, owner_database: Database, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        owner_database.execute(statement)


@pytest.mark.parametrize("statement", CHANGES)
def test_replica_mode_does_not_silence_the_triggers(events: None, superuser_database: Database, statement: str) -> None:
    superuser_database.execute("SET session_replication_role = replica")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        superuser_database.execute(statement)


def test_forged_numbers_dates_and_hashes_are_overwritten(events: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event (seq, at, prev, hash, actor, verb, object_kind, object_id, details) VALUES"
            r" (99, '2001-01-01', '\x01', '\x02', 'mallory', 'signed_in', 'user', '1', '{}') RETURNING seq, at"
        )
        seq, at = cursor.fetchone()
    assert seq == 7
    assert at.year > 2001
    assert services.verify() is None


# What only somebody with every right over the database can do: the triggers are switched off for it.


def _tamper(database: Database, *statements: str) -> None:
    database.execute("ALTER TABLE audit_event DISABLE TRIGGER ALL")
    for statement in statements:
        database.execute(statement)
    database.execute("ALTER TABLE audit_event ENABLE ALWAYS TRIGGER a_chain")
    database.execute("ALTER TABLE audit_event ENABLE ALWAYS TRIGGER a_no_update")
    database.execute("ALTER TABLE audit_event ENABLE ALWAYS TRIGGER a_no_truncate")


REHASH = """
DO $$
DECLARE event audit_event; before bytea;
BEGIN
    SELECT hash INTO before FROM audit_event WHERE seq = {first} - 1;
    FOR event IN SELECT * FROM audit_event WHERE seq >= {first} ORDER BY seq LOOP
        event.prev := coalesce(before, '\\x00');
        before := audit_digest(event);
        UPDATE audit_event SET prev = event.prev, hash = before WHERE seq = event.seq;
    END LOOP;
    UPDATE audit_head SET hash = before;
END $$
"""


@pytest.mark.parametrize(
    ("statements", "first_bad", "why"),
    [
        (["UPDATE audit_event SET details = '{\"number\": 4}' WHERE seq = 3"], 3, "not what was recorded"),
        (["UPDATE audit_event SET actor = 'alice' WHERE seq = 1"], 1, "not what was recorded"),
        (["UPDATE audit_event SET specimen_id = gen_random_uuid() WHERE seq = 2"], 2, "not what was recorded"),
        (["UPDATE audit_event SET at = at - interval '1 day' WHERE seq = 5"], 5, "not what was recorded"),
        (["DELETE FROM audit_event WHERE seq = 3"], 4, "missing"),
        (["DELETE FROM audit_event WHERE seq = 1"], 2, "missing"),
        (
            [
                "UPDATE audit_event SET seq = 103 WHERE seq = 3",
                "UPDATE audit_event SET seq = 3 WHERE seq = 4",
                "UPDATE audit_event SET seq = 4 WHERE seq = 103",
            ],
            3,
            "not what was recorded",
        ),
        (
            [
                "INSERT INTO audit_event SELECT 7, at, actor, actor_id, verb, study_id, specimen_id, object_kind,"
                " object_id, details, prev, sha256('forged') FROM audit_event WHERE seq = 6"
            ],
            7,
            "not what was recorded",
        ),
        # Consistent in itself from event 4 on, but hung onto nothing.
        (["UPDATE audit_event SET actor = 'alice' WHERE seq = 3", REHASH.format(first=4)], 3, "not what was recorded"),
    ],
    ids=[
        "content",
        "actor",
        "specimen",
        "back-dated",
        "deleted",
        "first deleted",
        "swapped",
        "inserted",
        "half rehash",
    ],
)
def test_tampering_is_found_at_the_first_bad_event(
    events: None, superuser_database: Database, statements: list[str], first_bad: int, why: str
) -> None:
    _tamper(superuser_database, *statements)
    broken = services.verify()
    assert broken is not None
    assert broken.seq == first_bad
    assert why in broken.why


CUT = [
    "DELETE FROM audit_event WHERE seq > 4",
    "UPDATE audit_head SET seq = 4, hash = e.hash FROM audit_event e WHERE e.seq = 4",
]
ANEW = ["UPDATE audit_event SET actor = 'alice' WHERE seq = 2", REHASH.format(first=2)]


@pytest.mark.parametrize("statements", [CUT, ANEW], ids=["tail cut", "computed anew"])
def test_a_chain_that_is_whole_in_itself_disagrees_with_its_anchors(
    events: None, superuser_database: Database, statements: list[str]
) -> None:
    _tamper(superuser_database, *statements)
    assert services.verify() is None, "without an anchor it cannot be seen: that is what anchors are for"


@pytest.mark.parametrize(
    ("statements", "why"),
    [(CUT, "no longer there"), (ANEW, "differs from what was anchored")],
    ids=["tail cut", "anew"],
)
def test_anchors_find_what_the_chain_alone_cannot_show(
    events: None, superuser_database: Database, statements: list[str], why: str
) -> None:
    anchor_audit_task()
    _tamper(superuser_database, *statements)
    broken = services.verify()
    assert broken is not None
    assert broken.seq == 6
    assert why in broken.why


def test_a_tail_cut_and_written_over_is_found(events: None, superuser_database: Database) -> None:
    services.anchor()
    _tamper(superuser_database, *CUT)
    study = factories.StudyFactory()
    for number in range(3):
        services.record(None, "slide.changed", obj=study, number=number)
    broken = services.verify()
    assert broken is not None
    assert broken.seq == 6


def test_anchors_are_added_only_when_something_happened(events: None, anchor_file: Path) -> None:
    anchor_audit_task()
    anchor_audit_task()
    assert [anchor.seq for anchor in anchors.read()] == [6]
    services.record(None, "slide.changed", obj=factories.StudyFactory())
    anchor_audit_task()
    assert [anchor.seq for anchor in anchors.read()] == [6, 7]
    assert services.verify() is None
    assert anchor_file.stat().st_mode & 0o077 == 0


def _three_anchors() -> None:
    for number in range(3):
        services.record(None, "slide.changed", obj=factories.StudyFactory(), number=number)
        services.anchor()


@pytest.mark.parametrize(
    ("change", "seq"),
    [
        (lambda lines: [lines[0], lines[2]], 1),
        (lambda lines: lines[1:], 0),
        (lambda lines: [lines[1], lines[0], lines[2]], 0),
        (lambda lines: [lines[0], lines[1].replace('"seq": 2', '"seq": 3'), lines[2]], 1),
        (lambda lines: [*lines[:2], json.dumps(json.loads(lines[2]) | {"signature": "00" * 64}) + "\n"], 2),
        (lambda lines: [*lines[:2], "gibberish\n"], 2),
    ],
    ids=["taken out", "beginning cut", "swapped", "edited", "signature", "not JSON"],
)
def test_a_changed_file_of_anchors_is_found(db: None, anchor_file: Path, change: Any, seq: int) -> None:
    _three_anchors()
    anchor_file.write_text("".join(change(anchor_file.read_text().splitlines(keepends=True))))
    broken = services.verify()
    assert broken is not None
    assert broken.seq == seq
    assert "anchors" in broken.why


def test_another_key_does_not_sign_for_this_one(db: None, settings: Settings) -> None:
    _three_anchors()
    settings.AUDIT_SIGNING_KEY = "11" * 32
    assert services.verify() is not None


def test_a_line_cut_by_a_crash_is_no_anchor_and_hides_none(db: None, anchor_file: Path) -> None:
    _three_anchors()
    with anchor_file.open("a") as file:
        file.write('{"seq": 4, "hash": "ab')
    assert [anchor.seq for anchor in anchors.read()] == [1, 2, 3]
    services.record(None, "slide.changed", obj=factories.StudyFactory())
    services.anchor()
    assert [anchor.seq for anchor in anchors.read()] == [1, 2, 3, 4]
    assert services.verify() is None


def test_the_command_says_that_nothing_was_changed(events: None, capsys: pytest.CaptureFixture[str]) -> None:
    services.anchor()
    call_command("verify_audit")
    assert "6 events and 1 anchors" in capsys.readouterr().out


def test_the_command_fails_with_the_first_bad_event(events: None, superuser_database: Database) -> None:
    _tamper(superuser_database, "UPDATE audit_event SET actor = 'alice' WHERE seq = 3")
    with pytest.raises(CommandError, match="Event 3"):
        call_command("verify_audit")


def test_the_migration_goes_back_and_forth(transactional_db: None, owner_database: Database) -> None:
    migration = __import__("webapp.audit.migrations.0002_chain", fromlist=["FORWARD"])
    owner_database.execute(migration.BACKWARD)
    owner_database.execute(migration.FORWARD)
    services.record(None, "slide.changed", obj=factories.StudyFactory())
    assert services.verify() is None
    assert Event.objects.count() == 1
