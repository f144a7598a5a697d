"""Longer verbs of ``python -m scoring``, a module each: ``add_arguments(subparsers)`` and ``run(options) -> dict``."""
