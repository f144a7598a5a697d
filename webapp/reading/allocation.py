"""Which reader is given which specimen. No database, no HTTP; the same seed gives the same answer.

*Crossed*: every reader gets every specimen. *Balanced*: each specimen goes to some of the readers, chosen such that

1. as many specimens as possible find their readers (a reader who is full is relieved of one that another can take),
2. the readers' loads differ by at most one, unless who is unfit, a cap or what they hold already forbids it,
3. the pairs of readers who read the same specimens are as even as that allows.

*Split-plot*: readers are dealt into groups of as many as read a specimen, specimens among the groups, and each group
reads its own specimens crossed (Obuchowski 2009): fewer readings than crossed for nearly the same power, and no reader
meets one of another group.

Nobody is given what they are unfit for, nor more than their cap. A specimen that does not find all the readers it needs
is given to nobody, with the reason.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from typing import Final, NamedTuple
from uuid import UUID

#: Rounds over all specimens in which pairs are made more even; far more than it takes.
_PAIR_ROUNDS: Final = 20
#: With five of twenty readers there are thousands of sets; their pairs are even by then.
_MOST_KINDS: Final = 60
TOO_FEW: Final = "Too few of these readers may read it: it needs {needed} more, {fit} may."
FULL: Final = "Its readers are full: no cap leaves room for {needed} more."


class Reader(NamedTuple):
    """A reader, how many specimens of the series they hold already, and how many they take at most."""

    id: UUID
    held: int = 0
    cap: int | None = None

    @property
    def room(self) -> float:
        return float("inf") if self.cap is None else max(self.cap - self.held, 0)


@dataclass(frozen=True)
class Wanted:
    """A specimen that needs ``needed`` more readers, none of them ``unfit``; ``present`` read it already."""

    id: UUID
    needed: int
    unfit: frozenset[UUID] = frozenset()
    present: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Allocation:
    """Specimen to its new readers, and specimen to why it has none."""

    given: Mapping[UUID, tuple[UUID, ...]]
    unassignable: Mapping[UUID, str]

    def loads(self, readers: Iterable[Reader]) -> dict[UUID, int]:
        """What each reader is given anew."""
        counts = Counter(reader for chosen in self.given.values() for reader in chosen)
        return {reader.id: counts[reader.id] for reader in readers}


@dataclass
class _State:
    """An allocation in the making."""

    readers: dict[UUID, Reader]
    rank: dict[UUID, int]
    wanted: dict[UUID, Wanted]
    chosen: dict[UUID, set[UUID]] = field(default_factory=dict)
    of: dict[UUID, dict[UUID, None]] = field(default_factory=dict)  # in the order given
    pairs: Counter[frozenset[UUID]] = field(default_factory=Counter)

    def load(self, reader: UUID) -> int:
        return self.readers[reader].held + len(self.of[reader])

    def is_free(self, reader: UUID) -> bool:
        return len(self.of[reader]) < self.readers[reader].room

    def fits(self, reader: UUID, specimen: UUID) -> bool:
        wanted = self.wanted[specimen]
        return reader not in self.chosen[specimen] and reader not in wanted.unfit and reader not in wanted.present

    def fit(self, specimen: UUID) -> list[UUID]:
        return [reader for reader in self.readers if self.fits(reader, specimen)]

    def company(self, reader: UUID, specimen: UUID) -> int:
        """How often the reader has read with those the specimen has."""
        others = (self.chosen[specimen] | self.wanted[specimen].present) - {reader}
        return sum(self.pairs[frozenset((reader, other))] for other in others)

    def give(self, specimen: UUID, reader: UUID) -> None:
        self._count(specimen, reader, 1)
        self.chosen[specimen].add(reader)
        self.of[reader][specimen] = None

    def take(self, specimen: UUID, reader: UUID) -> None:
        self.chosen[specimen].discard(reader)
        del self.of[reader][specimen]
        self._count(specimen, reader, -1)

    def _count(self, specimen: UUID, reader: UUID, step: int) -> None:
        for other in self.chosen[specimen] | self.wanted[specimen].present:
            self.pairs[frozenset((reader, other))] += step


def crossed(specimens: Sequence[Wanted], readers: Sequence[Reader]) -> Allocation:
    """Every reader gets every specimen; one that somebody may not read, or has no room for, is given to nobody."""
    given: dict[UUID, tuple[UUID, ...]] = {}
    why: dict[UUID, str] = {}
    left = {reader.id: reader.room for reader in readers}
    for wanted in sorted(specimens, key=lambda specimen: specimen.id):
        asked = [reader.id for reader in readers if reader.id not in wanted.present]
        fit = [reader for reader in asked if reader not in wanted.unfit]
        if len(fit) < len(asked):
            why[wanted.id] = TOO_FEW.format(needed=len(asked), fit=len(fit))
        elif any(left[reader] < 1 for reader in fit):
            why[wanted.id] = FULL.format(needed=len(asked))
        elif fit:
            given[wanted.id] = tuple(fit)
            for reader in fit:
                left[reader] -= 1
    return Allocation(given, why)


def balanced(specimens: Sequence[Wanted], readers: Sequence[Reader], *, seed: int) -> Allocation:
    """Each specimen goes to the readers it needs, evenly (see above)."""
    generator = random.Random(seed)  # noqa: S311 (an even choice, no secret)
    order = sorted(readers)
    generator.shuffle(order)
    state = _State(
        readers={reader.id: reader for reader in order},
        rank={reader.id: number for number, reader in enumerate(order)},
        wanted={specimen.id: specimen for specimen in sorted(specimens, key=lambda specimen: specimen.id)},
    )
    state.chosen = {specimen: set() for specimen in state.wanted}
    state.of = {reader: {} for reader in state.readers}
    # Those that fewer may read choose first; in the order of the seed besides.
    queue = list(state.wanted.values())
    generator.shuffle(queue)
    queue.sort(key=lambda wanted: len(state.readers) - len(wanted.unfit & set(state.readers)))
    why = {wanted.id: reason for wanted in queue if (reason := _place(state, wanted))}
    _even_loads(state)
    _even_pairs(state)
    rank = state.rank
    given = {
        specimen: tuple(sorted(chosen, key=lambda reader: rank[reader]))
        for specimen, chosen in state.chosen.items()
        if chosen
    }
    return Allocation(given, why)


def split_plot(specimens: Sequence[Wanted], readers: Sequence[Reader], *, size: int, seed: int) -> Allocation:
    """Groups of ``size`` readers, of whom each specimen goes to one whole group: to the one that has the fewest.
    Readers who are too few for a further group get nothing. A specimen that somebody reads already stays with their
    group, if it has the others to give."""
    generator = random.Random(seed)  # noqa: S311 (an even choice, no secret)
    order = sorted(readers)
    generator.shuffle(order)
    groups = [order[start : start + size] for start in range(0, len(order) - size + 1, size)]
    left = {reader.id: reader.room for reader in readers}
    counts = [0] * len(groups)
    queue = sorted(specimens, key=lambda specimen: specimen.id)
    generator.shuffle(queue)
    given: dict[UUID, tuple[UUID, ...]] = {}
    why: dict[UUID, str] = {}
    for wanted in queue:
        whole = [
            number
            for number, group in enumerate(groups)
            if wanted.present <= {reader.id for reader in group}
            and not any(reader.id in wanted.unfit for reader in group)
        ]
        able = [number for number in whole if all(left[reader] >= 1 for reader in _others(groups[number], wanted))]
        if not able:
            fit = max((len(_others(groups[number], wanted)) for number in whole), default=0)
            why[wanted.id] = (FULL if whole else TOO_FEW).format(needed=wanted.needed, fit=fit)
            continue
        chosen = min(able, key=lambda number: (counts[number], number))
        asked = _others(groups[chosen], wanted)
        counts[chosen] += 1
        if asked:
            given[wanted.id] = tuple(asked)
            for reader in asked:
                left[reader] -= 1
    return Allocation(given, why)


def _others(group: Sequence[Reader], wanted: Wanted) -> list[UUID]:
    return [reader.id for reader in group if reader.id not in wanted.present]


def _place(state: _State, wanted: Wanted) -> str:
    """Give the specimen its readers; or say why it has none."""
    fit = state.fit(wanted.id)
    if len(fit) < wanted.needed:
        return TOO_FEW.format(needed=wanted.needed, fit=len(fit))
    for _ in range(wanted.needed):
        able = state.fit(wanted.id)
        free = [reader for reader in able if state.is_free(reader)]
        if not free:
            relieved = next((reader for reader in able if _relieve(state, reader, wanted.id)), None)
            free = [relieved] if relieved else []
        if not free:
            for reader in list(state.chosen[wanted.id]):
                state.take(wanted.id, reader)
            return FULL.format(needed=wanted.needed)
        state.give(
            wanted.id,
            min(free, key=lambda reader: (state.load(reader), state.company(reader, wanted.id), state.rank[reader])),
        )
    return ""


def _relieve(state: _State, reader: UUID, placing: UUID) -> bool:
    """Make room for one more at a reader who is full, by handing something of theirs on, from reader to reader; the
    specimen that the room is for stays where it is."""
    return _hand_on(state, reader, state.is_free, staying=placing)


def _even_loads(state: _State) -> None:
    """Hand specimens on from the fullest reader to one with at least two fewer, until nobody can."""
    stuck: set[UUID] = set()
    while True:
        fullest = [reader for reader in state.readers if reader not in stuck and state.of[reader]]
        if not fullest:
            return
        most = max(fullest, key=lambda reader: (state.load(reader), state.rank[reader]))
        if not _hand_on(state, most, partial(_has_two_fewer, state, state.load(most))):
            stuck.add(most)


def _has_two_fewer(state: _State, load: int, reader: UUID) -> bool:
    return state.is_free(reader) and state.load(reader) <= load - 2


def _hand_on(state: _State, start: UUID, is_goal: Callable[[UUID], bool], *, staying: UUID | None = None) -> bool:
    """Move one specimen along the shortest way of readers from ``start`` to one that is a goal."""
    came: dict[UUID, tuple[UUID, UUID]] = {}
    seen, queue = {start}, deque([start])
    while queue:
        reader = queue.popleft()
        for other in state.readers:
            if other in seen:
                continue
            specimen = next((mine for mine in state.of[reader] if mine != staying and state.fits(other, mine)), None)
            if specimen is None:
                continue
            seen.add(other)
            came[other] = (reader, specimen)
            if is_goal(other):
                _walk_back(state, came, start, other)
                return True
            queue.append(other)
    return False


def _walk_back(state: _State, came: Mapping[UUID, tuple[UUID, UUID]], start: UUID, end: UUID) -> None:
    while end != start:
        before, specimen = came[end]
        state.take(specimen, before)
        state.give(specimen, end)
        end = before


def _even_pairs(state: _State) -> None:
    """Exchange readers between specimens where it makes the pairs more even; loads stay as they are."""
    for _ in range(_PAIR_ROUNDS):
        exchanged = [_exchange(state, first, second) for first, second in _kinds(state)]
        if not any(exchanged):
            return


def _kinds(state: _State) -> list[tuple[UUID, UUID]]:
    """One specimen for each set of readers: exchanging between sets is all that can matter."""
    kinds: dict[frozenset[UUID], UUID] = {}
    for specimen, chosen in state.chosen.items():
        if chosen:
            kinds.setdefault(frozenset(chosen | state.wanted[specimen].present), specimen)
    return list(combinations(list(kinds.values())[:_MOST_KINDS], 2))


def _exchange(state: _State, first: UUID, second: UUID) -> bool:
    """Exchange a reader of the first specimen with one of the second, if that makes pairs more even."""
    with_first = state.chosen[first] | state.wanted[first].present
    with_second = state.chosen[second] | state.wanted[second].present
    for mine in sorted(state.chosen[first], key=lambda reader: state.rank[reader]):
        for theirs in sorted(state.chosen[second], key=lambda reader: state.rank[reader]):
            if not (state.fits(theirs, first) and state.fits(mine, second)):
                continue
            if _gain(state.pairs, mine, with_first - {mine}, theirs, with_second - {theirs}) > 0:
                state.take(first, mine)
                state.take(second, theirs)
                state.give(first, theirs)
                state.give(second, mine)
                return True
    return False


def _gain(
    pairs: Counter[frozenset[UUID]], mine: UUID, my_others: set[UUID], theirs: UUID, their_others: set[UUID]
) -> int:
    """By how much the sum of the pairs' squares falls (it is least where pairs are even) if the two change places."""
    change: Counter[frozenset[UUID]] = Counter()
    for person, old, new in ((mine, my_others, their_others), (theirs, their_others, my_others)):
        for other in old:
            change[frozenset((person, other))] -= 1
        for other in new:
            change[frozenset((person, other))] += 1
    return sum(pairs[pair] ** 2 - (pairs[pair] + step) ** 2 for pair, step in change.items())
