"""Sessions, assignments, readings and what is decided of them.

Readings, amendments and consensuses are immutable: PostgreSQL refuses to change or delete one, whoever asks
(migration ``0002``).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from webapp.core.models import Record
from webapp.slides.models import Specimen
from webapp.studies.models import Protocol, Study


class Purpose(models.TextChoices):
    """Why a person reads a specimen."""

    PRIMARY = "primary", "Reading"
    RE_READ = "re_read", "Re-read"
    QA = "qa", "QA second read"
    ADJUDICATION = "adjudication", "Adjudication"
    QUALIFICATION = "qualification", "Qualification"


class ReadingSession(Record):
    """One reader's series of specimens. Order and aliases follow from ``seed``; neither tells another session's."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+")
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=16, choices=Purpose)
    series = models.PositiveSmallIntegerField(default=1, help_text="1 for the first reading, 2 for the first re-read.")
    seed = models.BigIntegerField()
    opens_at = models.DateTimeField(help_text="Not before: the end of the washout, for a re-read.")
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # A new version of the protocol begins new sessions; those of the former go on under theirs.
            models.UniqueConstraint(
                fields=["study", "reader", "purpose", "series", "protocol"], name="reading_one_session_each"
            ),
        ]


class Absence(Record):
    """A reader of a study is away; nothing is given to them meanwhile. Both days are within it."""

    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")), name="reading_absence_ends_after_it_begins"
            ),
        ]


class Round(Record):
    """One series of readings of one specimen, out of which one consensus is made. Lock it before deciding anything."""

    class State(models.TextChoices):
        OPEN = "open"
        DISCORDANT = "discordant", "Waiting for an adjudicator"
        DECIDED = "decided"
        CLOSED = "closed", "Without consensus (a re-read, or withdrawn)"

    TRANSITIONS = {
        State.OPEN: {State.DISCORDANT, State.DECIDED, State.CLOSED},
        State.DISCORDANT: {State.DECIDED, State.CLOSED},
        State.DECIDED: set(),
        State.CLOSED: set(),
    }

    specimen = models.ForeignKey(Specimen, on_delete=models.PROTECT, related_name="+")
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="+")
    series = models.PositiveSmallIntegerField(default=1)
    scheme = models.CharField(max_length=24, help_text="Key of scoring.schemes, by the protocol's marker.")
    readers_required = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["specimen", "series"], name="reading_one_round_per_series")]


class Assignment(Record):
    """One specimen for one reader to read, and the draft of it. ``state`` moves by ``TRANSITIONS``."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DEFERRED = "deferred"
        SIGNED = "signed"
        WITHDRAWN = "withdrawn", "Taken back by an administrator"

    TRANSITIONS = {
        State.WAITING: {State.DEFERRED, State.SIGNED, State.WITHDRAWN},
        State.DEFERRED: {State.WAITING, State.SIGNED, State.WITHDRAWN},
        State.SIGNED: {State.WITHDRAWN},
        State.WITHDRAWN: set(),
    }

    session = models.ForeignKey(ReadingSession, on_delete=models.PROTECT, related_name="assignments")
    round = models.ForeignKey(Round, null=True, on_delete=models.PROTECT, related_name="assignments")
    specimen = models.ForeignKey(Specimen, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=16, choices=Purpose)
    scheme = models.CharField(max_length=24)
    position = models.PositiveIntegerField(help_text="In the session's own shuffled order.")
    alias = models.CharField(max_length=12, help_text="What the reader knows it by.")
    rotation_deg = models.PositiveSmallIntegerField(default=0)
    flipped = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    draft = models.JSONField(default=dict, help_text="The form as it was left; nothing in it is checked yet.")
    version = models.PositiveIntegerField(default=1, help_text="Counts saves of the draft; If-Match compares it.")
    saved_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Signed or withdrawn.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "reader"], condition=models.Q(round__isnull=False), name="reading_one_reader_once"
            ),
            models.UniqueConstraint(fields=["session", "specimen"], name="reading_once_per_session"),
            models.UniqueConstraint(fields=["session", "alias"], name="reading_alias_once"),
        ]
        indexes = [
            models.Index(fields=["reader", "state", "position"], name="reading_worklist"),
        ]


class Reading(Record):
    """What one reader said of one specimen, signed. Never changed."""

    class Stage(models.TextChoices):
        UNAIDED = "unaided", "Without the algorithm"
        AIDED = "aided", "With the algorithm in view (concurrent)"
        REVISED = "revised", "After the algorithm was shown (sequential)"

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="readings")
    specimen = models.ForeignKey(Specimen, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=16, choices=Purpose)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.UNAIDED)
    scheme = models.CharField(max_length=24)
    scheme_version = models.CharField(max_length=24)
    scoreable = models.BooleanField()
    reason = models.CharField(max_length=24, blank=True, help_text="Why it is not scoreable.")
    inputs = models.JSONField(default=dict, help_text="What was entered, numbers as decimal text.")
    value = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    category = models.CharField(max_length=24, blank=True)
    rule = models.CharField(max_length=400, blank=True)
    flags = models.JSONField(default=list)
    comment = models.TextField(blank=True, max_length=4000)
    details = models.JSONField(default=dict, help_text="Confidence, internal control, magnification, seconds open.")
    signer = models.CharField(max_length=150, help_text="The name as it was when signing.")
    meaning = models.CharField(max_length=80)
    idempotency_key = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "stage"], name="reading_signed_once"),
            models.CheckConstraint(
                condition=models.Q(scoreable=True, reason="") | models.Q(scoreable=False, value=None, category=""),
                name="reading_scored_or_reasoned",
            ),
        ]


class Amendment(Record):
    """A correction beside a reading, with its reason. It counts if the round was still open; afterwards it is a note.
    Never changed."""

    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    counts = models.BooleanField()
    why = models.CharField(max_length=400)
    scoreable = models.BooleanField()
    reason = models.CharField(max_length=24, blank=True)
    inputs = models.JSONField(default=dict)
    value = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    category = models.CharField(max_length=24, blank=True)
    rule = models.CharField(max_length=400, blank=True)
    flags = models.JSONField(default=list)
    comment = models.TextField(blank=True, max_length=4000)
    signer = models.CharField(max_length=150)
    meaning = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reading", "number"], name="reading_amendment_number")]
        ordering = ["number"]


class Consensus(Record):
    """The final score of a round, and the rule that made it. One each; never changed."""

    class Kind(models.TextChoices):
        MEAN = "mean", "Mean of the readings"
        AGREED = "agreed", "The readings agree"
        PROVISIONAL = "provisional", "One reading alone"
        ADJUDICATED = "adjudicated", "The adjudicator's reading"

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="consensus")
    specimen = models.ForeignKey(Specimen, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    scheme = models.CharField(max_length=24)
    scheme_version = models.CharField(max_length=24)
    scoreable = models.BooleanField()
    reason = models.CharField(max_length=24, blank=True)
    inputs = models.JSONField(default=dict, help_text="Averaged percentages, as decimal text.")
    value = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    category = models.CharField(max_length=24, blank=True)
    rule = models.CharField(max_length=400)
    rule_version = models.CharField(max_length=24)
    spread = models.DecimalField(max_digits=9, decimal_places=4, null=True, help_text="max - min of the values.")
    tolerance = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    readings = models.JSONField(help_text="Ids of the readings it was made of.")

    class Meta:
        verbose_name_plural = "consensuses"


class QaReview(Record):
    """A single-read specimen chosen for a blinded second read, and what came of it."""

    class State(models.TextChoices):
        CHOSEN = "chosen"
        ASSIGNED = "assigned"
        READ = "read"
        DROPPED = "dropped"

    class Grade(models.TextChoices):
        CONCORDANT = "concordant"
        MINOR = "minor", "Minor: beyond tolerance, same category"
        MAJOR = "major", "Major: another category"

    TRANSITIONS = {
        State.CHOSEN: {State.ASSIGNED, State.DROPPED},
        State.ASSIGNED: {State.READ, State.DROPPED, State.CHOSEN},
        State.READ: set(),
        State.DROPPED: set(),
    }

    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.CHOSEN)
    targeted = models.BooleanField(default=False, help_text="Chosen by an administrator, not by lot.")
    first = models.ForeignKey(Reading, null=True, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Reading, null=True, on_delete=models.PROTECT, related_name="+")
    grade = models.CharField(max_length=12, choices=Grade, blank=True)


class SlideRequest(Record):
    """A reader asks the technician for another image or another cut of a specimen."""

    class Kind(models.TextChoices):
        RESCAN = "rescan"
        RECUT = "recut"
        RESTAIN = "restain", "Re-stain"

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="+")
    specimen = models.ForeignKey(Specimen, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    note = models.CharField(max_length=400, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(max_length=400, blank=True)


class QualificationItem(Record):
    """A specimen whose answer is known: a reader agrees with enough of them before the first reading."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+")
    specimen = models.OneToOneField(Specimen, on_delete=models.PROTECT, related_name="+")
    scoreable = models.BooleanField(default=True)
    value = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    category = models.CharField(max_length=24, blank=True)


class CaseSignOut(Record):
    """A pathologist closes a case across its markers. Immutable like a reading."""

    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    summary = models.JSONField(help_text="Marker to the consensus it was signed with.")
    comment = models.TextField(blank=True, max_length=4000)
    signer = models.CharField(max_length=150)
    meaning = models.CharField(max_length=80)
