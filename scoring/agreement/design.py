"""How many items a study of agreement needs."""

from __future__ import annotations

import math

from scipy import stats

from scoring.types import ScoringError


def items_for_icc_width(icc: float, readers: int, *, width: float, confidence: float = 0.95) -> int:
    """Items for an interval of the ICC r of one reader that is ``width`` w wide (Bonett 2002):
    8 z² (1 - r)² (1 + (k - 1) r)² / (k (k - 1) w²) + 1.

    Args:
        icc: planned value, 0 to below 1.
        readers: k, two or more.
        width: of the whole interval, above 0 and at most 1.

    Raises:
        ScoringError: a number is out of its range.
    """
    _within("the ICC", icc, 0, 0.9999)
    _within("the width", width, 1e-4, 1)
    _within("the confidence", confidence, 0.5, 0.9999)
    _readers(readers)
    z = float(stats.norm.ppf((1 + confidence) / 2))
    spread = (1 - icc) * (1 + (readers - 1) * icc)
    return math.ceil(8 * z**2 * spread**2 / (readers * (readers - 1) * width**2) + 1)


def items_for_icc_test(least: float, planned: float, readers: int, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """Items to show, one-sided at ``alpha``, that the ICC is above ``least`` where it is ``planned`` (Walter, Eliasziw
    and Donner 1998): 1 + 2 (z_alpha + z_power)² k / ((ln C)² (k - 1)) with C = (1 + k t0)/(1 + k t1), t = r/(1 - r).

    Raises:
        ScoringError: a number is out of its range, or ``planned`` is not above ``least``.
    """
    _within("the least ICC", least, 0, 0.9999)
    _within("the planned ICC", planned, 0, 0.9999)
    _within("alpha", alpha, 1e-6, 0.5)
    _within("the power", power, 0.5, 0.9999)
    _readers(readers)
    if planned <= least:
        raise ScoringError(f"The planned ICC is above the least one; received {planned:g} and {least:g}.")
    low, high = (1 + readers * ratio / (1 - ratio) for ratio in (least, planned))
    reach = float(stats.norm.ppf(1 - alpha) + stats.norm.ppf(power))
    return math.ceil(1 + 2 * reach**2 * readers / (math.log(low / high) ** 2 * (readers - 1)))


def items_for_kappa_width(kappa: float, share: float, *, width: float, confidence: float = 0.95) -> int:
    """Items for an interval of two readers' κ of two categories that is ``width`` w wide: 4 z² V / w² with the variance
    V = (1 - κ)((1 - κ)(1 - 2κ) + κ(2 - κ)/(2 p (1 - p))) of one item (Bloch & Kraemer 1989).

    Args:
        kappa: planned value, 0 to below 1.
        share: p, the share of items that are positive, the same for both readers.
        width: of the whole interval, above 0 and at most 1.

    Raises:
        ScoringError: a number is out of its range.
    """
    _within("the κ", kappa, 0, 0.9999)
    _within("the share of positives", share, 0.001, 0.999)
    _within("the width", width, 1e-4, 1)
    _within("the confidence", confidence, 0.5, 0.9999)
    z = float(stats.norm.ppf((1 + confidence) / 2))
    variance = (1 - kappa) * ((1 - kappa) * (1 - 2 * kappa) + kappa * (2 - kappa) / (2 * share * (1 - share)))
    return math.ceil(4 * z**2 * variance / width**2)


def items_for_kappa_test(least: float, planned: float, share: float, *, alpha: float = 0.05, power: float = 0.8) -> int:
    """Items to show, one-sided at ``alpha``, that two readers' κ of two categories is above ``least`` where it is
    ``planned``: the goodness-of-fit approach of Donner and Eliasziw 1992. Of p² + pqκ, 2pq(1 - κ) and q² + pqκ (both
    say positive, they differ, both say negative) the squared changes over what ``least`` expects are one item's share
    of the noncentrality (z_alpha + z_power)².

    Raises:
        ScoringError: a number is out of its range, or ``planned`` is not above ``least``.
    """
    _within("the least κ", least, 0, 0.9999)
    _within("the planned κ", planned, 0, 0.9999)
    _within("the share of positives", share, 0.001, 0.999)
    _within("alpha", alpha, 1e-6, 0.5)
    _within("the power", power, 0.5, 0.9999)
    if planned <= least:
        raise ScoringError(f"The planned κ is above the least one; received {planned:g} and {least:g}.")
    p, q = share, 1 - share
    change = p * q * (planned - least)
    of_one = change**2 * (1 / (p**2 + p * q * least) + 2 / (p * q * (1 - least)) + 1 / (q**2 + p * q * least))
    reach = float(stats.norm.ppf(1 - alpha) + stats.norm.ppf(power))
    return math.ceil(reach**2 / of_one)


def _within(what: str, value: float, least: float, most: float) -> None:
    if not least <= value <= most:
        raise ScoringError(f"{what[0].upper()}{what[1:]} lies between {least:g} and {most:g}; received {value:g}.")


def _readers(readers: int) -> None:
    if readers < 2:
        raise ScoringError(f"Agreement needs two readers or more; received {readers}.")
