"""How far readers agree: numbers and categories, two readers or many, with gaps and clusters.

Each statistic is validated, counted per item, and reduced from sums over items (:mod:`scoring.agreement.statistic`), so
that its bootstrap interval over items, or over patients, costs one matrix product. Every figure carries its number of
items and a 95 % interval; what cannot be computed is None with the reason in words, never NaN.
"""

from scoring.agreement.analysis import (
    Agreement,
    PairAgreement,
    analyse,
    as_json,
    compare,
    pair_json,
    pooled_pairs,
    shown,
)
from scoring.agreement.categories import (
    confusion,
    count_fleiss,
    count_gwet,
    count_kappa,
    count_sensitivity,
    count_specific,
    weights_of,
)
from scoring.agreement.design import (
    items_for_icc_test,
    items_for_icc_width,
    items_for_kappa_test,
    items_for_kappa_width,
)
from scoring.agreement.icc import FORMS, count_icc
from scoring.agreement.krippendorff import count_alpha
from scoring.agreement.ratings import Ratings, Scale, parse_scale, read_csv
from scoring.agreement.series import (
    BlandAltman,
    Correlation,
    SlopingLimits,
    bland_altman,
    count_ccc,
    count_mae,
    count_pearson,
    count_sd,
    mae,
    pearson,
    sd_of_signed_error,
    sloping_limits,
)
from scoring.agreement.statistic import DRAWS, Counted, Resamples, Statistic, bootstrap_items, describe

__all__ = [
    "DRAWS",
    "FORMS",
    "Agreement",
    "BlandAltman",
    "Correlation",
    "Counted",
    "PairAgreement",
    "Ratings",
    "Resamples",
    "Scale",
    "SlopingLimits",
    "Statistic",
    "analyse",
    "as_json",
    "bland_altman",
    "bootstrap_items",
    "compare",
    "confusion",
    "count_alpha",
    "count_ccc",
    "count_fleiss",
    "count_gwet",
    "count_icc",
    "count_kappa",
    "count_mae",
    "count_pearson",
    "count_sd",
    "count_sensitivity",
    "count_specific",
    "describe",
    "items_for_icc_test",
    "items_for_icc_width",
    "items_for_kappa_test",
    "items_for_kappa_width",
    "mae",
    "pair_json",
    "parse_scale",
    "pearson",
    "pooled_pairs",
    "read_csv",
    "sd_of_signed_error",
    "shown",
    "sloping_limits",
    "weights_of",
]
