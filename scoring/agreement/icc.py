"""Intraclass correlation of readers on one set of items: Shrout & Fleiss 1979, named as there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scoring.agreement.statistic import TINY, Counted, Numbers, Places

FORMS = ("icc1", "icc2", "icc3", "icc1k", "icc2k", "icc3k")
"""One-way, two-way random and two-way mixed; of one reader, and (k) of the mean of all k readers."""


@dataclass(frozen=True)
class _MeanSquares:
    """Between items, within items, between readers and residual; the number of items and of readers."""

    between: Numbers
    within: Numbers
    readers: Numbers
    residual: Numbers
    n: Numbers
    k: int


_VALUE: dict[str, Callable[[_MeanSquares], tuple[Numbers, Numbers]]] = {
    "icc1": lambda m: (m.between - m.within, m.between + (m.k - 1) * m.within),
    "icc2": lambda m: (
        m.between - m.residual,
        m.between + (m.k - 1) * m.residual + m.k * (m.readers - m.residual) / m.n,
    ),
    "icc3": lambda m: (m.between - m.residual, m.between + (m.k - 1) * m.residual),
    "icc1k": lambda m: (m.between - m.within, m.between),
    "icc2k": lambda m: (m.between - m.residual, m.between + (m.readers - m.residual) / m.n),
    "icc3k": lambda m: (m.between - m.residual, m.between),
}
"""Numerator and denominator of each form (Shrout & Fleiss 1979)."""


def count_icc(values: Numbers, items: Places, form: str) -> Counted:
    """Of one form.

    Args:
        values: (n, k) what each of k readers said of each of n items; items with a gap are left out.
        items: (n,) which of the table's items these are.
        form: one of :data:`FORMS`.
    """
    complete = np.isfinite(values).all(axis=1)
    table, kept = values[complete], items[complete]
    k = values.shape[1]
    table = table - table.mean() if table.size else table  # little is lost in the squares
    means = table.mean(axis=1) if k else np.zeros(len(table))
    within = ((table - means[:, None]) ** 2).sum(axis=1)
    rows = np.column_stack([np.ones_like(means), means, means**2, within, table])

    def reduce(sums: Numbers) -> Numbers:
        numerator, denominator = _VALUE[form](_mean_squares(sums, k))
        return np.where(np.abs(denominator) > TINY, numerator / denominator, np.nan)

    return Counted(rows, reduce, kept, "neither the items nor the readers differ", needed=2)


def _mean_squares(sums: Numbers, k: int) -> _MeanSquares:
    n, of_means, of_squares, within = (sums[:, place] for place in range(4))
    readers = sums[:, 4:]
    between = k * np.maximum(of_squares - of_means**2 / n, 0)
    columns = np.maximum((readers**2).sum(axis=1) / n - k * of_means**2 / n, 0)
    residual = np.maximum(within - columns, 0)
    more = np.where(n > 1, n - 1, np.nan)
    return _MeanSquares(
        between=between / more,
        within=within / (n * max(k - 1, 1)),
        readers=columns / max(k - 1, 1),
        residual=residual / (more * max(k - 1, 1)),
        n=n,
        k=k,
    )
