"""What double reading does, once more and in plain Python: no database, no code of the application. The state machine
test holds the application against it after every step.

Answers are "ok" or the status an HTTP client gets. Scores are H-scores of ER: (weak, moderate, strong) in whole
percents, or None for what is not scoreable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

OK, BAD, FORBIDDEN, MISSING, CONFLICT, STALE = "ok", "400", "403", "404", "409", "412"
Parts = tuple[int, int, int] | None
READING_ROLES = {"pathologist", "adjudicator", "qa_reader"}
TOLERANCE = 40


@dataclass(eq=False)
class Said:
    """A signed reading, or a correction of one."""

    number: int
    reader: str
    specimen: int
    purpose: str
    stage: str
    parts: Parts
    at: int
    amendments: list[tuple[Parts, bool]] = field(default_factory=list)

    @property
    def counted(self) -> Parts:
        return next((parts for parts, counts in reversed(self.amendments) if counts), self.parts)


@dataclass(eq=False)
class Task:
    """An assignment."""

    number: int
    reader: str
    specimen: int
    purpose: str
    state: str = "waiting"
    version: int = 1
    first: Said | None = None
    revised: Said | None = None

    @property
    def is_unread(self) -> bool:
        return self.state in ("waiting", "deferred")


@dataclass(eq=False)
class Shown:
    """An exposure: of a reading or the consensus (by number), of the algorithm, or of the look of an unblinding."""

    source: str
    of: object
    planned: bool
    at: int


@dataclass
class Rules:
    """The protocol."""

    readers: int = 2
    mode: str = "independent"
    reveal: str = "after_all_readings"
    readings_shown: bool = False


class Model:
    """A study with its people, its specimens, and everything that happened to them."""

    def __init__(self, rules: Rules, roles: dict[str, set[str]], specimens: int) -> None:
        self.rules, self.roles, self.specimens = rules, roles, range(specimens)
        self.closed = False
        self.step = 0
        self.tasks: list[Task] = []
        self.readings: list[Said] = []
        self.rounds: dict[int, str] = {}
        self.consensus: dict[int, tuple[str, Fraction | None]] = {}
        self.opened: set[int] = set()
        self.veils: set[tuple[str, int]] = set()
        self.admitted: set[tuple[str, int, str]] = set()
        self.shown: dict[tuple[str, int], list[Shown]] = {}

    # who may see what

    def is_veiled(self, person: str, specimen: int) -> bool:
        reads = bool(self.roles[person] & READING_ROLES)
        return (person, specimen) in self.veils or (reads and specimen not in self.opened)

    def seen(self, person: str, specimen: int) -> list[Shown]:
        return self.shown.get((person, specimen), [])

    def saw_people(self, person: str, specimen: int) -> list[Shown]:
        return [shown for shown in self.seen(person, specimen) if shown.source != "algorithm"]

    def is_spoilt(self, person: str, specimen: int) -> bool:
        return any(not shown.planned for shown in self.seen(person, specimen))

    def is_finished(self, specimen: int) -> bool:
        unread = any(task.is_unread for task in self.tasks if task.specimen == specimen)
        return specimen in self.opened or (self.rounds.get(specimen) == "decided" and not unread)

    def is_revealable(self, person: str, specimen: int) -> bool:
        if specimen not in self.rounds or self.is_veiled(person, specimen):
            return False
        reads = bool(self.roles[person] & READING_ROLES)
        administers = "administrator" in self.roles[person]
        return (reads and specimen in self.opened) or (administers and self.is_finished(specimen))

    def is_unblinded(self, person: str, specimen: int) -> bool:
        forced = any(not shown.planned for shown in self.saw_people(person, specimen))
        return "administrator" in self.roles[person] and forced

    def own(self, person: str, task: Task) -> bool:
        return task.reader == person and task.state != "withdrawn"

    def signed_of(self, specimen: int) -> list[Said]:
        """All readings that were not taken back."""
        tasks = [task for task in self.tasks if task.specimen == specimen and task.state == "signed"]
        return [said for task in tasks for said in (task.first, task.revised) if said is not None]

    # acts

    def assign(self, person: str, specimen: int) -> str:
        if self.closed:
            return CONFLICT
        if "pathologist" not in self.roles[person]:
            return BAD
        own = [t for t in self.tasks if (t.reader, t.specimen, t.purpose) == (person, specimen, "primary")]
        if own:
            # As it was; but what was taken back is not given again.
            return CONFLICT if any(task.state == "withdrawn" for task in own) else OK
        there = [task for task in self.tasks if task.specimen == specimen]
        primary = [task for task in there if task.purpose == "primary" and task.state != "withdrawn"]
        if self.seen(person, specimen) or any(task.reader == person for task in there):
            return CONFLICT
        if self.rounds.get(specimen, "open") != "open" or len(primary) >= self.rules.readers:
            return CONFLICT
        self.rounds.setdefault(specimen, "open")
        self._give(person, specimen, "primary")
        if self.rules.mode == "concurrent":
            self.admitted.add((person, specimen, "algorithm"))
        return OK

    def open(self, person: str, task: Task) -> str:
        if not self.own(person, task):
            return MISSING
        return self._may_read(task) if task.is_unread else OK

    def draft(self, person: str, task: Task, version: int) -> str:
        if not self.own(person, task):
            return MISSING
        if not task.is_unread:
            return CONFLICT
        if (refused := self._may_read(task)) != OK:
            return refused
        if version != task.version:
            return STALE
        task.version += 1
        return OK

    def defer(self, person: str, task: Task) -> str:
        return self._put(person, task, "deferred")

    def resume(self, person: str, task: Task) -> str:
        return self._put(person, task, "waiting")

    def sign(self, person: str, task: Task, parts: Parts) -> str:
        if not self.own(person, task):
            return MISSING
        if task.first is not None:
            return OK if task.first.parts == parts else CONFLICT
        aided = self.rules.mode == "concurrent" and task.purpose == "primary"
        if not aided and any(shown.source == "algorithm" for shown in self.seen(person, task.specimen)):
            return FORBIDDEN
        if (refused := self._may_read(task)) != OK:
            return refused
        task.first = self._say(task, "aided" if aided else "unaided", parts)
        task.state = "signed"
        if self.rules.mode == "sequential" and task.purpose == "primary":
            self.admitted.add((person, task.specimen, "algorithm"))
        if task.purpose == "adjudication":
            self._conclude(task.specimen, "adjudicated", [task.first])
        else:
            self._settle(task.specimen)
        return OK

    def revise(self, person: str, task: Task, parts: Parts) -> str:
        if not self.own(person, task):
            return MISSING
        if task.revised is not None:
            return OK if task.revised.parts == parts else CONFLICT
        if self.rules.mode != "sequential" or task.state != "signed":
            return CONFLICT
        if self.saw_people(person, task.specimen):
            return FORBIDDEN
        if not self.seen(person, task.specimen):
            return CONFLICT
        if (refused := self._may_read(task)) != OK:
            return refused
        task.revised = self._say(task, "revised", parts)
        return OK

    def amend(self, person: str, said: Said, parts: Parts) -> str:
        task = next(task for task in self.tasks if said in (task.first, task.revised))
        if not self.own(person, task):
            return MISSING
        if self.closed:
            return CONFLICT
        since = [shown for shown in self.seen(person, said.specimen) if shown.at > said.at]
        if said.stage == "aided":
            since = [shown for shown in since if shown.source != "algorithm" or not shown.planned]
        counts = self.rounds[said.specimen] == "open" and said.stage != "revised" and not since
        said.amendments.append((parts, counts))
        return OK

    def withdraw(self, person: str, task: Task) -> str:
        if "administrator" not in self.roles[person] or self.is_veiled(person, task.specimen):
            return MISSING
        decided = task.state == "signed" and self.rounds[task.specimen] != "open"
        if task.state == "withdrawn" or decided:
            return CONFLICT
        task.state = "withdrawn"
        return OK

    def close(self, person: str, *, closed: bool) -> str:
        if "administrator" not in self.roles[person]:
            return FORBIDDEN
        self.closed = closed
        return OK

    def claim(self, person: str, specimen: int) -> str:
        there = [task for task in self.tasks if task.specimen == specimen]
        free = (
            "adjudicator" in self.roles[person]
            and self.rounds.get(specimen) == "discordant"
            and not self.closed
            and not any(task.reader == person for task in there)
            and not any(task.purpose == "adjudication" and task.state != "withdrawn" for task in there)
            and not self.seen(person, specimen)
        )
        if not free:
            return MISSING
        self._give(person, specimen, "adjudication")
        if self.rules.readings_shown:
            self.admitted.add((person, specimen, "reading"))
        return OK

    def reveal(self, person: str, specimen: int) -> str:
        if not self.is_revealable(person, specimen):
            follows = "administrator" in self.roles[person] and specimen in self.rounds
            return CONFLICT if follows and not self.is_veiled(person, specimen) else MISSING
        self._expose_all(person, specimen, planned=True)
        return OK

    def look(self, person: str, specimen: int) -> str:
        """The comparison again."""
        if not self.is_revealable(person, specimen) and not self.is_unblinded(person, specimen):
            return MISSING
        others = any(said.reader != person for said in self.signed_of(specimen)) or specimen in self.consensus
        return OK if self.saw_people(person, specimen) or not others else MISSING

    def compared(self, person: str, specimen: int) -> set[int]:
        """The numbers of the readings that the person sees there."""
        seen = {shown.of for shown in self.seen(person, specimen) if shown.source == "reading"}
        return {said.number for said in self.signed_of(specimen) if said.number in seen or said.reader == person}

    def unblind(self, person: str, specimen: int) -> str:
        if "administrator" not in self.roles[person]:
            return FORBIDDEN
        if self.is_revealable(person, specimen):
            return CONFLICT
        self._expose(person, specimen, [("reading", "the look")], planned=False)
        self._expose_all(person, specimen, planned=False)
        return OK

    def reveal_run(self, person: str, specimen: int) -> str:
        """By the run, as technicians and administrators look at results."""
        if not self.roles[person] & {"technician", "administrator"} or self.is_veiled(person, specimen):
            return MISSING
        planned = self.rules.mode == "concurrent" or self.is_finished(specimen)
        self._expose(person, specimen, [("algorithm", "run")], planned=planned)
        return OK

    def reveal_algorithm(self, person: str, task: Task) -> str:
        if not self.own(person, task):
            return MISSING
        if self.rules.mode == "sequential" and task.state != "signed":
            return CONFLICT
        if self.rules.mode == "independent" or (person, task.specimen, "algorithm") not in self.admitted:
            return CONFLICT
        self._expose(person, task.specimen, [("algorithm", "run")], planned=True)
        return OK

    def reveal_readings(self, person: str, task: Task) -> str:
        if not self.own(person, task):
            return MISSING
        if task.purpose != "adjudication" or (person, task.specimen, "reading") not in self.admitted:
            return CONFLICT
        counted = [("reading", said.number) for said in self._counted(task.specimen)]
        self._expose(person, task.specimen, counted, planned=True)
        return OK

    # what follows

    def _give(self, person: str, specimen: int, purpose: str) -> None:
        self.tasks.append(Task(len(self.tasks), person, specimen, purpose))
        self.veils.add((person, specimen))

    def _put(self, person: str, task: Task, state: str) -> str:
        if not self.own(person, task):
            return MISSING
        if not task.is_unread:
            return CONFLICT
        task.state = state
        return OK

    def _may_read(self, task: Task) -> str:
        if self.closed:
            return CONFLICT
        return FORBIDDEN if self.is_spoilt(task.reader, task.specimen) else OK

    def _say(self, task: Task, stage: str, parts: Parts) -> Said:
        said = Said(len(self.readings), task.reader, task.specimen, task.purpose, stage, parts, self.step)
        self.readings.append(said)
        return said

    def _counted(self, specimen: int) -> list[Said]:
        return [
            task.first
            for task in self.tasks
            if task.specimen == specimen and task.purpose == "primary" and task.state == "signed" and task.first
        ]

    def _settle(self, specimen: int) -> None:
        counted = self._counted(specimen)
        if self.rounds[specimen] != "open" or len(counted) < self.rules.readers:
            return
        kind = decide([said.counted for said in counted])
        if kind == "discordant":
            self.rounds[specimen] = "discordant"
        else:
            self._conclude(specimen, kind, counted)

    def _conclude(self, specimen: int, kind: str, made_of: list[Said]) -> None:
        self.rounds[specimen] = "decided"
        self.consensus[specimen] = (kind, mean_of(said.counted for said in made_of))
        if self.rules.reveal == "after_all_readings" and self.is_finished(specimen):
            self.opened.add(specimen)
            self.veils = {(person, veiled) for person, veiled in self.veils if veiled != specimen}

    def _expose_all(self, person: str, specimen: int, *, planned: bool) -> None:
        others: list[tuple[str, object]] = [
            ("reading", said.number) for said in self.signed_of(specimen) if said.reader != person
        ]
        if specimen in self.consensus:
            others.append(("consensus", "consensus"))
        self._expose(person, specimen, [*others, ("algorithm", "run")], planned=planned)

    def _expose(self, person: str, specimen: int, what: Iterable[tuple[str, object]], *, planned: bool) -> None:
        seen = self.shown.setdefault((person, specimen), [])
        for source, of in what:
            if not any((shown.source, shown.of) == (source, of) for shown in seen):
                seen.append(Shown(source, of, planned, self.step))


def category(parts: tuple[int, int, int]) -> str:
    positive = sum(parts)
    return "negative" if positive < 1 else "low" if positive <= 10 else "positive"


def value(parts: tuple[int, int, int]) -> int:
    weak, moderate, strong = parts
    return weak + 2 * moderate + 3 * strong


def decide(given: list[Parts]) -> str:
    """A kind of consensus, or "discordant"."""
    if len(given) == 1:
        return "provisional"
    scored = [parts for parts in given if parts is not None]
    if not scored:
        return "agreed"
    values = [value(parts) for parts in scored]
    apart = max(values) - min(values) > TOLERANCE
    flips = len({category(parts) for parts in scored}) > 1
    return "discordant" if len(scored) < len(given) or apart or flips else "mean"


def mean_of(given: Iterable[Parts]) -> Fraction | None:
    parts = list(given)
    values = [value(one) for one in parts if one is not None]
    return Fraction(sum(values), len(values)) if len(values) == len(parts) else None
