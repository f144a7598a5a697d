"""Specimens and readers: everybody fit, even loads, even pairs, no cap broken, the same again by the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from uuid import UUID

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from webapp.reading.allocation import Allocation, Reader, Wanted, balanced, crossed, split_plot


def ids(start: int, count: int) -> list[UUID]:
    return [UUID(int=start + number) for number in range(count)]


def pairs_of(found: Allocation, readers: Sequence[Reader]) -> list[int]:
    together = Counter(frozenset(pair) for chosen in found.given.values() for pair in combinations(chosen, 2))
    return [together[frozenset(pair)] for pair in combinations([reader.id for reader in readers], 2)]


@st.composite
def free_plans(draw: st.DrawFn) -> tuple[list[Wanted], list[Reader]]:
    """Readers who hold nothing, without caps, all of them fit."""
    readers = [Reader(reader) for reader in ids(1, draw(st.integers(1, 8)))]
    needed = draw(st.integers(1, min(len(readers), 5)))
    return [Wanted(specimen, needed) for specimen in ids(1000, draw(st.integers(0, 60)))], readers


@st.composite
def bound_plans(draw: st.DrawFn) -> tuple[list[Wanted], list[Reader]]:
    """Readers with work at hand and caps; specimens that some may not read or read already."""
    names = ids(1, draw(st.integers(1, 6)))
    readers = [
        Reader(name, draw(st.integers(0, 5)), draw(st.none() | st.integers(0, 15)))
        for name in names
    ]  # fmt: skip
    some = st.frozensets(st.sampled_from(names), max_size=3)
    specimens = []
    for specimen in ids(1000, draw(st.integers(0, 25))):
        unfit, present = draw(some), draw(some)
        specimens.append(Wanted(specimen, draw(st.integers(1, 3)), unfit, present - unfit))
    return specimens, readers


seeds = st.integers(0, 2**62)


@settings(deadline=None, max_examples=60)
@given(free_plans(), seeds)
def test_where_everybody_may_read_everything_loads_differ_by_at_most_one(
    plan: tuple[list[Wanted], list[Reader]], seed: int
) -> None:
    specimens, readers = plan
    found = balanced(specimens, readers, seed=seed)
    assert not found.unassignable
    assert all(len(set(found.given[wanted.id])) == wanted.needed for wanted in specimens)
    loads = found.loads(readers).values()
    assert max(loads) - min(loads) <= 1


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 8), st.integers(0, 60), seeds)
def test_no_two_readers_meet_more_often_than_any_other_two_by_more_than_one(
    count: int, specimens: int, seed: int
) -> None:
    readers = [Reader(reader) for reader in ids(1, count)]
    found = balanced([Wanted(specimen, 2) for specimen in ids(1000, specimens)], readers, seed=seed)
    met = pairs_of(found, readers)
    assert max(met) - min(met) <= 1


@settings(deadline=None, max_examples=60)
@given(bound_plans(), seeds)
def test_nobody_is_given_what_they_may_not_read_nor_more_than_their_cap(
    plan: tuple[list[Wanted], list[Reader]], seed: int
) -> None:
    specimens, readers = plan
    found = balanced(specimens, readers, seed=seed)
    for wanted in specimens:
        chosen = found.given.get(wanted.id, ())
        assert len(chosen) == len(set(chosen)) == (0 if wanted.id in found.unassignable else wanted.needed)
        assert not set(chosen) & (wanted.unfit | wanted.present)
    loads = found.loads(readers)
    for reader in readers:
        assert loads[reader.id] <= reader.room


@settings(deadline=None, max_examples=60)
@given(bound_plans(), seeds)
def test_nothing_can_be_handed_on_to_make_loads_more_even(plan: tuple[list[Wanted], list[Reader]], seed: int) -> None:
    specimens, readers = plan
    found = balanced(specimens, readers, seed=seed)
    new = found.loads(readers)
    total = {reader.id: reader.held + new[reader.id] for reader in readers}
    by_id = {wanted.id: wanted for wanted in specimens}
    for specimen, chosen in found.given.items():
        wanted = by_id[specimen]
        for giver in chosen:
            for taker in readers:
                if taker.id in wanted.unfit | wanted.present | set(chosen) or new[taker.id] >= taker.room:
                    continue
                assert total[giver] - total[taker.id] <= 1


@settings(deadline=None, max_examples=60)
@given(bound_plans(), seeds)
def test_the_same_seed_gives_the_same_whatever_order_things_come_in(
    plan: tuple[list[Wanted], list[Reader]], seed: int
) -> None:
    specimens, readers = plan
    found = balanced(specimens, readers, seed=seed)
    assert balanced(specimens[::-1], readers[::-1], seed=seed) == found


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 6), st.integers(1, 20), seeds)
def test_a_single_reader_too_many_specimens_fills_every_cap_to_the_last(count: int, cap: int, seed: int) -> None:
    readers = [Reader(reader, 0, cap) for reader in ids(1, count)]
    found = balanced([Wanted(specimen, 1) for specimen in ids(1000, count * cap + 3)], readers, seed=seed)
    assert set(found.loads(readers).values()) == {cap}
    assert len(found.unassignable) == 3
    assert all("no cap leaves room" in why for why in found.unassignable.values())


def test_a_full_reader_is_relieved_of_what_another_can_take() -> None:
    """Only the first may read the second specimen; whatever the seed, it is not turned away for the first one."""
    one, two = ids(1, 2)
    readers = [Reader(one, 0, 1), Reader(two, 0, 1)]
    specimens = [Wanted(UUID(int=1000), 1), Wanted(UUID(int=1001), 1, unfit=frozenset({two}))]
    for seed in range(20):
        found = balanced(specimens, readers, seed=seed)
        assert found.given == {UUID(int=1000): (two,), UUID(int=1001): (one,)}


def test_what_readers_hold_already_counts() -> None:
    one, two = ids(1, 2)
    found = balanced([Wanted(specimen, 1) for specimen in ids(1000, 4)], [Reader(one, 4), Reader(two, 0)], seed=1)
    assert found.loads([Reader(one), Reader(two)]) == {one: 0, two: 4}


def test_a_specimen_that_too_few_may_read_goes_to_nobody_and_says_why() -> None:
    one, two, three = ids(1, 3)
    wanted = Wanted(UUID(int=1000), 2, unfit=frozenset({one, two}))
    found = balanced([wanted], [Reader(one), Reader(two), Reader(three)], seed=1)
    assert found.given == {}
    assert found.unassignable == {wanted.id: "Too few of these readers may read it: it needs 2 more, 1 may."}


@settings(deadline=None, max_examples=60)
@given(bound_plans())
def test_crossed_means_every_reader_or_nobody(plan: tuple[list[Wanted], list[Reader]]) -> None:
    specimens, readers = plan
    everybody = {reader.id for reader in readers}
    found = crossed(specimens, readers)
    loads = found.loads(readers)
    assert all(loads[reader.id] <= reader.room for reader in readers)
    for wanted in specimens:
        asked = everybody - wanted.present
        assume(asked)
        if wanted.id in found.unassignable:
            assert wanted.id not in found.given
        else:
            assert set(found.given[wanted.id]) == asked
            assert not asked & wanted.unfit


def test_relieving_one_reader_does_not_fill_another_beyond_their_cap() -> None:
    """Of two who are full only one is relieved for a specimen: the second would hand on to the first."""
    capped = [Reader(UUID(int=number), cap=1) for number in (3, 4)]
    readers = [Reader(UUID(int=1)), Reader(UUID(int=2)), *capped]
    specimens = [*(Wanted(UUID(int=1000 + n), needed=1) for n in range(7)), Wanted(UUID(int=1007), needed=3)]
    for seed in range(20):
        loads = balanced(specimens, readers, seed=seed).loads(readers)
        assert all(loads[reader.id] <= 1 for reader in capped)
        assert sum(loads.values()) == 10


@settings(deadline=None, max_examples=60)
@given(free_plans(), seeds)
def test_split_plot_gives_each_specimen_to_one_whole_group_evenly(
    plan: tuple[list[Wanted], list[Reader]], seed: int
) -> None:
    specimens, readers = plan
    assume(specimens)
    size = specimens[0].needed
    found = split_plot(specimens, readers, size=size, seed=seed)
    assert not found.unassignable
    groups = Counter(frozenset(chosen) for chosen in found.given.values())
    assert all(len(group) == size for group in groups)
    assert sum(groups.values()) == len(specimens)
    for one, other in combinations(groups, 2):
        assert not one & other  # nobody is in two groups
    assert len(groups) == min(len(readers) // size, len(specimens))
    assert max(groups.values()) - min(groups.values()) <= 1
    assert split_plot(specimens[::-1], readers[::-1], size=size, seed=seed) == found


@settings(deadline=None, max_examples=60)
@given(bound_plans(), seeds, st.integers(1, 3))
def test_split_plot_breaks_no_cap_and_asks_nobody_unfit(
    plan: tuple[list[Wanted], list[Reader]], seed: int, size: int
) -> None:
    specimens, readers = plan
    found = split_plot(specimens, readers, size=size, seed=seed)
    loads = found.loads(readers)
    assert all(loads[reader.id] <= reader.room for reader in readers)
    for wanted in specimens:
        chosen = set(found.given.get(wanted.id, ()))
        assert not chosen & (wanted.unfit | wanted.present)
        if chosen:
            assert len(chosen | wanted.present) == size


def test_a_reader_left_over_gets_nothing_and_a_group_that_may_not_read_is_left_out() -> None:
    readers = [Reader(reader) for reader in ids(1, 5)]
    found = split_plot([Wanted(specimen, 2) for specimen in ids(1000, 20)], readers, size=2, seed=3)
    assert sorted(found.loads(readers).values()) == [0, 10, 10, 10, 10]
    group = next(iter(found.given.values()))
    elsewhere = split_plot([Wanted(ids(1000, 1)[0], 2, frozenset(group))], readers, size=2, seed=3)
    assert not set(next(iter(elsewhere.given.values()))) & set(group)
    alone = split_plot([Wanted(ids(1000, 1)[0], 2, frozenset(group))], [Reader(one) for one in group], size=2, seed=3)
    assert list(alone.unassignable.values()) == ["Too few of these readers may read it: it needs 2 more, 0 may."]
