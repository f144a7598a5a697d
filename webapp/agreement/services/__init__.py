"""Looking is an act: it is committed as an exposure before anything is shown."""

from webapp.agreement.services.comparisons import (
    REASON_LENGTH,
    reveal_algorithm_to_reader,
    reveal_comparison,
    reveal_readings_to_adjudicator,
    unblind,
)
from webapp.agreement.services.pooling import record_case_report, record_study_export, reveal_finished
from webapp.agreement.services.results import record_batch_export, record_export, reveal, reveal_batch

__all__ = [
    "REASON_LENGTH",
    "record_batch_export",
    "record_case_report",
    "record_export",
    "record_study_export",
    "reveal",
    "reveal_algorithm_to_reader",
    "reveal_batch",
    "reveal_comparison",
    "reveal_finished",
    "reveal_readings_to_adjudicator",
    "unblind",
]
