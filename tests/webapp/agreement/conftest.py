"""The fixtures of a study in which alice and bob read and adam adjudicates are those of ``reading``."""

from tests.webapp.reading.conftest import adam, give, sign, specimen

__all__ = ["adam", "give", "sign", "specimen"]
