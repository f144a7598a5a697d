"""Every statistic against a second implementation: plain loops over the definition, written without the first."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from scoring import agreement
from scoring.agreement import Resamples


def value_of(counted: agreement.Counted) -> float | None:
    with np.errstate(all="ignore"):  # as ``describe`` does: undefined is NaN here, a reason there
        found = counted.reduce(counted.rows.sum(axis=0)[None])[0]
    return float(found) if np.isfinite(found) else None


def random_table(seed: int, items: int, readers: int, categories: int, gaps: float = 0.2) -> np.ndarray:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, categories, items)
    noise = rng.integers(-1, 2, (items, readers))
    values = np.clip(truth[:, None] + noise, 0, categories - 1).astype(float)
    values[rng.random(values.shape) < gaps] = np.nan
    return values


SEEDS = range(6)


# Two readers


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("weights", "power"), [("none", None), ("linear", 1), ("quadratic", 2)])
def test_kappa(seed: int, weights: str, power: int | None) -> None:
    a, b = random_table(seed, 60, 2, 4, gaps=0).T
    n, observed, expected = len(a), 0.0, 0.0
    for i in range(4):
        for j in range(4):
            apart = float(i != j) if power is None else (abs(i - j) / 3) ** power
            observed += apart * sum(x == i and y == j for x, y in zip(a, b, strict=True)) / n
            expected += apart * sum(x == i for x in a) * sum(y == j for y in b) / n**2
    ours = value_of(agreement.count_kappa(a, b, np.arange(n), 4, weights))
    assert ours == pytest.approx(1 - observed / expected, abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_concordance_and_limits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a = rng.normal(100, 30, 40)
    b = a + rng.normal(5, 10, 40)
    ours = value_of(agreement.count_ccc(a, b, np.arange(40)))
    theirs = 2 * np.cov(a, b, ddof=0)[0, 1] / (a.var() + b.var() + (a.mean() - b.mean()) ** 2)
    assert ours == pytest.approx(theirs, abs=1e-12)
    limits = agreement.bland_altman(a, b, np.arange(40), Resamples(40))
    assert limits.bias.value == pytest.approx((a - b).mean(), abs=1e-12)
    half = stats.norm.ppf(0.975) * (a - b).std(ddof=1)
    assert limits.lower.value == pytest.approx((a - b).mean() - half, abs=1e-9)
    assert limits.upper.value == pytest.approx((a - b).mean() + half, abs=1e-9)
    assert value_of(agreement.count_pearson(a, b, np.arange(40))) == pytest.approx(stats.pearsonr(a, b).statistic)


def test_specific_agreement_is_that_of_one_category() -> None:
    a, b = np.array([1.0, 1, 1, 0, 0]), np.array([1.0, 1, 0, 0, 1])
    positive = agreement.count_specific(a, b, np.arange(5), 2, 1)
    negative = agreement.count_specific(a, b, np.arange(5), 2, 0)
    assert (value_of(positive), value_of(negative)) == (2 * 2 / 6, 2 * 1 / 4)


# Many readers, with gaps


@pytest.mark.parametrize("seed", SEEDS)
def test_fleiss(seed: int) -> None:
    values = random_table(seed, 40, 5, 3)
    agreed, shares, total, items = 0.0, np.zeros(3), 0, 0
    for row in values:
        said = [int(x) for x in row if np.isfinite(x)]
        if len(said) < 2:
            continue
        items += 1
        pairs = list(combinations(said, 2))
        agreed += sum(x == y for x, y in pairs) / len(pairs)
        for x in said:
            shares[x] += 1
            total += 1
    expected = ((shares / total) ** 2).sum()
    ours = value_of(agreement.count_fleiss(values, np.arange(40), 3))
    assert ours == pytest.approx((agreed / items - expected) / (1 - expected), abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weights", ["none", "linear", "quadratic"])
def test_gwet(seed: int, weights: str) -> None:
    values = random_table(seed, 40, 4, 4)
    power = {"linear": 1, "quadratic": 2}.get(weights)
    weight = [
        [float(i == j) if power is None else 1 - (abs(i - j) / 3) ** power for j in range(4)] for i in range(4)
    ]  # fmt: skip
    agreed, several, shares, read = 0.0, 0, np.zeros(4), 0
    for row in values:
        said = [int(x) for x in row if np.isfinite(x)]
        if not said:
            continue
        read += 1
        for x in said:
            shares[x] += 1 / len(said)
        if len(said) > 1:
            several += 1
            pairs = [(x, y) for n, x in enumerate(said) for m, y in enumerate(said) if n != m]
            agreed += sum(weight[x][y] for x, y in pairs) / len(pairs)
    pi = shares / read
    expected = np.sum(weight) / (4 * 3) * sum(pi * (1 - pi))
    ours = value_of(agreement.count_gwet(values, np.arange(40), 4, weights))
    assert ours == pytest.approx((agreed / several - expected) / (1 - expected), abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_alpha(seed: int, level: str) -> None:
    values = random_table(seed, 30, 4, 5) + (1 if level == "ratio" else 0)
    units = [[x for x in row if np.isfinite(x)] for row in values]
    units = [unit for unit in units if len(unit) > 1]
    every = sorted(x for unit in units for x in unit)

    def squared(x: float, y: float) -> float:
        if level == "nominal":
            return float(x != y)
        if level == "interval":
            return (x - y) ** 2
        if level == "ratio":
            return ((x - y) / (x + y)) ** 2
        low, high = min(x, y), max(x, y)
        between = sum(low <= z <= high for z in every)
        return (between - (every.count(x) + every.count(y)) / 2) ** 2

    n = len(every)
    observed = sum(
        squared(x, y) / (len(unit) - 1)
        for unit in units
        for i, x in enumerate(unit)
        for j, y in enumerate(unit)
        if i != j
    )
    expected = sum(squared(x, y) for i, x in enumerate(every) for j, y in enumerate(every) if i != j)
    ours = value_of(agreement.count_alpha(values, np.arange(30), level))
    assert ours == pytest.approx(1 - (observed / n) / (expected / (n * (n - 1))), abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_intraclass_correlation(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 20, (25, 1)) + rng.normal(0, 5, (1, 3)) + rng.normal(0, 8, (25, 3))
    n, k = x.shape
    grand = x.mean()
    ssb = k * sum((x[i].mean() - grand) ** 2 for i in range(n))
    ssj = n * sum((x[:, j].mean() - grand) ** 2 for j in range(k))
    sst = ((x - grand) ** 2).sum()
    msb, msw = ssb / (n - 1), (sst - ssb) / (n * (k - 1))
    msj, mse = ssj / (k - 1), (sst - ssb - ssj) / ((n - 1) * (k - 1))
    answers = {
        "icc1": (msb - msw) / (msb + (k - 1) * msw),
        "icc2": (msb - mse) / (msb + (k - 1) * mse + k * (msj - mse) / n),
        "icc3": (msb - mse) / (msb + (k - 1) * mse),
        "icc1k": (msb - msw) / msb, "icc2k": (msb - mse) / (msb + (msj - mse) / n), "icc3k": (msb - mse) / msb,
    }  # fmt: skip
    for form, answer in answers.items():
        assert value_of(agreement.count_icc(x, np.arange(n), form)) == pytest.approx(answer, abs=1e-12), form


# Whatever the order, the names and the number of times a table is told


def everything(values: np.ndarray, categories: int) -> dict[str, float | None]:
    items = np.arange(len(values))
    both = np.isfinite(values[:, :2]).all(axis=1)
    a, b = values[both, 0], values[both, 1]
    found = {
        "fleiss": agreement.count_fleiss(values, items, categories),
        "ac1": agreement.count_gwet(values, items, categories),
        "ac2": agreement.count_gwet(values, items, categories, "quadratic"),
        "kappa": agreement.count_kappa(a, b, items[both], categories),
        "quadratic": agreement.count_kappa(a, b, items[both], categories, "quadratic"),
        "mae": agreement.count_mae(a, b, items[both]),
        "ccc": agreement.count_ccc(a, b, items[both]),
        "pearson": agreement.count_pearson(a, b, items[both]),
    }
    return {name: value_of(counted) for name, counted in found.items() if len(counted.items)}


def same(first: dict[str, float | None], second: dict[str, float | None]) -> None:
    assert first.keys() == second.keys()
    for name, value in first.items():
        if value is None:
            assert second[name] is None, name
        else:
            assert second[name] == pytest.approx(value, abs=1e-9), name


tables = st.builds(
    random_table, seed=st.integers(0, 10_000), items=st.integers(3, 25), readers=st.integers(2, 4),
    categories=st.just(4), gaps=st.sampled_from([0.0, 0.3]),
)  # fmt: skip


@settings(max_examples=40)
@given(values=tables, seed=st.integers(0, 1000))
def test_the_order_of_items_does_not_matter(values: np.ndarray, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(values))
    same(everything(values, 4), everything(values[order], 4))


@settings(max_examples=40)
@given(values=tables)
def test_a_table_told_twice_says_the_same(values: np.ndarray) -> None:
    same(everything(values, 4), everything(np.concatenate([values, values]), 4))


@settings(max_examples=40)
@given(values=tables, seed=st.integers(0, 1000))
def test_names_of_readers_and_of_nominal_categories_do_not_matter(values: np.ndarray, seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = rng.permutation(4).astype(float)
    renamed = np.where(np.isfinite(values), names[np.nan_to_num(values).astype(int)], np.nan)
    nominal = ("fleiss", "ac1", "kappa")
    before, after = everything(values, 4), everything(renamed, 4)
    same(
        {name: before[name] for name in nominal if name in before},
        {name: after[name] for name in nominal if name in after},
    )
    items = np.arange(len(values))
    readers = rng.permutation(values.shape[1])
    for level in ("nominal", "ordinal", "interval"):
        one, other = (value_of(agreement.count_alpha(table, items, level)) for table in (values, values[:, readers]))
        assert (one is None) == (other is None)
        assert one is None or other == pytest.approx(one, abs=1e-9)
