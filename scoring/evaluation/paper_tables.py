"""Tables II to V of Liu et al. 2019 and those behind Figs 10 and 11, from the records of the test cores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scoring.agreement import Correlation, Statistic, bootstrap_items, mae, pearson, sd_of_signed_error
from scoring.evaluation import methods
from scoring.evaluation.methods import Row
from scoring.evaluation.records import GROUPS, Measured, Overlap, Series, group_name, group_of, series
from scoring.evaluation.tables import Table, interval, number, p_value

TIER_NAMES = {"": "all", "realistic": "realistic", "hard": "hard", "easy": "easy"}


@dataclass(frozen=True)
class Summary:
    """MAE, SD and CC of one line."""

    mae: Statistic
    sd: Statistic
    cc: Correlation


def summarise(found: Series) -> Summary:
    """MAE, SD of the signed error and CC; of several seeds the mean of each seed's figure.

    Intervals of a mean over seeds: cores are drawn once for all seeds (bootstrap); that of CC is the mean of the seeds'
    Fisher intervals, P the largest of the seeds'.
    """
    if len(found.scores) == 1:
        scores = found.scores[0]
        return Summary(
            mae(scores, found.labels), sd_of_signed_error(scores, found.labels), pearson(scores, found.labels)
        )
    each = [summarise(Series(scores[None], found.labels)) for scores in found.scores]
    n = len(found)
    errors = found.scores - found.labels
    drawn = bootstrap_items(n) if n >= 2 else None
    absolute = None if drawn is None else np.abs(errors).mean(axis=0)[drawn].mean(axis=1)
    spread = None if drawn is None else np.mean([row[drawn].std(axis=1, ddof=1) for row in errors], axis=0)
    worst = [one.cc.p for one in each if one.cc.p is not None]
    together = _averaged([one.cc for one in each], None)
    reached = [one.cc.ci95 for one in each if one.cc.ci95 is not None]
    low_high = (float(np.mean([r[0] for r in reached])), float(np.mean([r[1] for r in reached]))) if reached else None
    return Summary(
        _averaged([one.mae for one in each], absolute),
        _averaged([one.sd for one in each], spread),
        Correlation(together.value, low_high, n, together.undefined_reason, max(worst, default=None)),
    )


def _averaged(each: Sequence[Statistic], drawn: np.ndarray | None) -> Statistic:
    values = [one.value for one in each if one.value is not None]
    if len(values) < len(each):
        return Statistic(None, None, each[0].n, next(one.undefined_reason for one in each if one.value is None))
    ci95 = None
    if drawn is not None:
        low, high = np.percentile(drawn, [2.5, 97.5])
        ci95 = (float(low), float(high))
    return Statistic(float(np.mean(values)), ci95, each[0].n)


def plain(summary: Summary) -> dict[str, Any]:
    """A summary as plain data for JSON."""
    figures = {"mae": summary.mae, "sd": summary.sd, "pearson": summary.cc}
    plain: dict[str, Any] = {
        name: {"value": one.value, "ci95": one.ci95, "n": one.n, "undefined": one.undefined_reason or None}
        for name, one in figures.items()
    }
    plain["pearson"]["p"] = summary.cc.p
    return plain


def of_tier(measured: Sequence[Measured], tier: str) -> list[Measured]:
    """Cores of a tier; of every tier for ``""``."""
    return [one for one in measured if tier in ("", one.core.tier)]


def tiers_of(measured: Sequence[Measured]) -> list[str]:
    """All first, then each tier that occurs, the easier first."""
    present = {one.core.tier for one in measured}
    return ["", *(tier for tier in ("easy", "realistic", "hard") if tier in present)] if len(present) > 1 else [""]


def table_2(measured: Sequence[Measured]) -> Table:
    """Dice and pixel accuracy of every segmentation network, by tier."""
    table = Table(
        "table-2-segmentation",
        "Table II. Segmentation against the scene's own masks",
        ("network", "task", "cores", "n", "Dice", "pooled Dice", "pixel accuracy"),
        notes=[
            "Dice: mean over the cores whose true mask is not empty, with its 95 % bootstrap interval. Pooled Dice: of "
            "the pixels of all cores together, so false tumour in a core without any counts. The watershed is the "
            "product's unsupervised method (`scoring.nuclei`); like the paper's tools it cannot tell tumour from other "
            "nuclei. The paper's values of this table are lost."
        ],
    )
    named = {
        **{f"nuclei:{key}": (label, "nuclei") for key, label in methods.NUCLEI_NETWORKS.items()},
        f"nuclei:{methods.WATERSHED}": ("watershed", "nuclei"),
        **{f"tumour:{key}": (label, "tumour nuclei") for key, label in methods.TUMOUR_NETWORKS.items()},
        f"tumour:{methods.WATERSHED}": ("watershed", "tumour nuclei"),
    }
    for key, (label, task) in named.items():
        for tier in tiers_of(measured):
            found = [one.overlaps[key] for one in of_tier(measured, tier) if key in one.overlaps]
            if found:
                table.add(label, task, TIER_NAMES.get(tier, tier), *_overlap_cells(found))
    return table


def _overlap_cells(found: Sequence[Overlap]) -> list[str]:
    dices = [overlap.dice or 0.0 for overlap in found if overlap.truth]
    pooled = sum(found[1:], start=found[0])
    accuracy = float(np.mean([overlap.accuracy for overlap in found]))
    described = mae(dices, np.zeros(len(dices)))
    return [str(len(found)), interval(described, 3), number(pooled.dice, 3), number(accuracy, 3)]


def table_3(measured: Sequence[Measured], scored: Sequence[str], tier: str) -> Table:
    """MAE, SD, CC and P of every method against the mean of the two readers, and the line of the readers."""
    name = TIER_NAMES.get(tier, tier)
    table = Table(
        f"table-3-{name}",
        f"Table III ({name} cores). H-score of each method against the mean of the two simulated readers",
        ("method", "MAE", "SD", "CC", "P", "n"),
    )
    chosen = of_tier(measured, tier)
    for row in methods.table_rows(scored):
        _add_summary(table, row.label, summarise(series(chosen, row.keys)))
    _add_summary(table, "Human (reader A against reader B)", human(chosen))
    return table


def human(measured: Sequence[Measured]) -> Summary:
    """The two readers against each other."""
    first = np.array([[one.core.row.reader_a for one in measured]], dtype=np.float64)
    second = np.array([one.core.row.reader_b for one in measured], dtype=np.float64)
    return summarise(Series(first.reshape(1, len(measured)), second))


def _add_summary(table: Table, label: str, summary: Summary) -> None:
    table.add(
        label,
        interval(summary.mae, 2),
        interval(summary.sd, 2),
        interval(summary.cc, 3),
        p_value(summary.cc),
        str(summary.mae.n),
    )


def table_4(measured: Sequence[Measured], masks: Mapping[str, tuple[str, str]]) -> Table:
    """MAE of RAM-CNN with the masks of each network. ``masks``: score key -> (nuclei network, tumour network)."""
    table = Table(
        "table-4-masks",
        "Table IV. RAM-CNN with masks of each segmentation network",
        ("nuclei masks", "tumour masks", "MAE", "SD", "CC", "n"),
        notes=[
            "RAM-CNN is not retrained for each network: it was trained on the masks of the two U-Nets, which favours "
            "them. Exact masks are those of the scene."
        ],
    )
    for key, (nuclei, tumour) in masks.items():
        found = series(measured, (key,))
        if len(found):
            summary = summarise(found)
            cells = (interval(summary.mae, 2), interval(summary.sd, 2), interval(summary.cc, 3))
            table.add(nuclei, tumour, *cells, str(len(found)))
    return table


def table_5(measured: Sequence[Measured], scored: Sequence[str]) -> Table:
    """MAE of every method by marker."""
    markers = sorted({one.core.marker for one in measured})
    by_marker = {marker: [one for one in measured if one.core.marker == marker] for marker in markers}
    table = Table(
        "table-5-markers",
        "Table V. MAE by marker",
        ("method", *(f"{marker} (n = {len(by_marker[marker])})" for marker in markers)),
    )
    for row in methods.main_rows(scored):
        table.add(row.label, *(interval(_mae_of(by_marker[marker], row)) for marker in markers))
    table.add("Human (A against B)", *(interval(human(by_marker[marker]).mae) for marker in markers))
    return table


def _mae_of(measured: Sequence[Measured], row: Row) -> Statistic:
    return summarise(series(measured, row.keys)).mae


def error_counts(measured: Sequence[Measured], row: Row) -> np.ndarray:
    """Cores of each H-score group with absolute error < 10, 10 to 30, > 30: (6, 3); mean over seeds."""
    found = series(measured, row.keys)
    errors = np.abs(found.scores - found.labels)
    groups = np.array([group_of(label) for label in found.labels], dtype=int)
    bands = (errors < 10, (errors >= 10) & (errors <= 30), errors > 30)
    return np.array(
        [[band[:, groups == group].sum() / len(row.keys) for band in bands] for group in range(len(GROUPS))]
    )


def tables_of_groups(measured: Sequence[Measured], scored: Sequence[str]) -> list[Table]:
    """Numbers of Fig. 11: cores by absolute error, and MAE, for each H-score group."""
    sizes = np.bincount([group_of(one.label) for one in measured], minlength=len(GROUPS))
    heads = [f"{group_name(group)} (n = {size})" for group, size in enumerate(sizes)]
    counts = Table(
        "figure-11-counts",
        "Cores with absolute error below 10 / 10 to 30 / above 30, by H-score group",
        ("method", *heads),
        notes=["Of several seeds the counts are means over the seeds."],
    )
    errors = Table("figure-11-mae", "MAE by H-score group", ("method", *heads))
    for row in methods.main_rows(scored):
        digits = 1 if len(row.keys) > 1 else 0
        found = error_counts(measured, row)
        counts.add(row.label, *(" / ".join(number(float(v), digits) for v in bands) for bands in found))
        groups = [[one for one in measured if group_of(one.label) == group] for group in range(len(GROUPS))]
        errors.add(row.label, *(interval(_mae_of(chosen, row)) for chosen in groups))
    return [counts, errors]


def table_of_augmentation(measured: Sequence[Measured], with_keys: Sequence[str], without_keys: Sequence[str]) -> Table:
    """Numbers of Fig. 10: RAM-CNN trained with and without label augmentation."""
    table = Table(
        "figure-10-augmentation",
        "RAM-CNN with and without label augmentation",
        ("training", "cores", "MAE", "SD", "CC", "n"),
    )
    for label, keys in (("with label augmentation", with_keys), ("without", without_keys)):
        for tier in tiers_of(measured):
            found = series(of_tier(measured, tier), tuple(keys)) if keys else Series(np.zeros((0, 0)), np.zeros(0))
            if len(found):
                summary = summarise(found)
                cells = (interval(summary.mae, 2), interval(summary.sd, 2), interval(summary.cc, 3))
                table.add(label, TIER_NAMES.get(tier, tier), *cells, str(len(found)))
    return table


def table_of_quality(measured: Sequence[Measured], scored: Sequence[str]) -> Table:
    """MAE with and without the cores that quality control flagged or refused."""
    good = [one for one in measured if not one.flags and not one.refused]
    table = Table(
        "quality",
        "MAE without the cores that quality control flagged",
        ("method", "all cores", "n", "without flagged cores", "n left", "flagged cores only", "n flagged"),
        notes=["The paper: 21.33 for its 105 cores, 18.79 without the 9 of poorest quality."],
    )
    poor = [one for one in measured if one.flags or one.refused]
    for row in methods.main_rows(scored):
        cells: list[str] = []
        for chosen in (measured, good, poor):
            found = summarise(series(chosen, row.keys)).mae
            cells += [interval(found), str(found.n)]
        table.add(row.label, *cells)
    return table


def table_of_flags(measured: Sequence[Measured], keys: Sequence[str]) -> Table:
    """How often each quality flag was raised, and RAM-CNN's MAE on those cores."""
    table = Table("quality-flags", "Quality flags", ("flag", "cores", "RAM-CNN MAE on them"))
    for flag in sorted({flag for one in measured for flag in one.flags}):
        chosen = [one for one in measured if flag in one.flags]
        found = summarise(series(chosen, tuple(keys))).mae if keys else Statistic(None, None, len(chosen))
        table.add(flag, str(len(chosen)), interval(found))
    refused = [one for one in measured if one.refused]
    if refused:
        found = summarise(series(refused, tuple(keys))).mae if keys else Statistic(None, None, len(refused))
        table.add("refused", str(len(refused)), interval(found))
    return table
