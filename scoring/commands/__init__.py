"""Verbs of ``python -m scoring`` that need more than the pipeline: each module has ``add_arguments`` and ``run``."""
