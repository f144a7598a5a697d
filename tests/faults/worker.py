"""A real worker that kills itself at a chosen place: ``python -m tests.faults.worker PLACE NAME``.

Faults are put in from outside, at exact places: SIGKILL in the middle of the first attempt (``claimed``, ``scoring``,
``written``, ``published``, ``committed``), or in every attempt of a run that asks for nuclei of at least 13 µm²
(``poison``, as an input that brings down the process would).
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _then_die(function: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(*arguments: Any, **words: Any) -> Any:
        found = function(*arguments, **words)
        if found is not None:
            _die()
        return found

    return wrapped


def _arm(place: str) -> None:
    from webapp.runs import runner, services, storage

    if place == "claimed":
        services.claim_run = _then_die(services.claim_run)
    elif place == "scoring":
        real = services.report_progress

        def report(claim: Any, done: int, total: int, phase: str) -> bool:
            asked = real(claim, done, total, phase)
            if phase == "scoring":
                _die()
            return asked

        services.report_progress = report
    elif place == "written":
        runner.score = _then_die(runner.score)
    elif place == "published":
        storage.publish = _then_die(storage.publish)
    elif place == "committed":
        services.finish_run = _then_die(services.finish_run)
    elif place == "poison":
        score = runner.score

        def poisoned(*arguments: Any, **words: Any) -> Any:
            if words["parameters"]["min_area_um2"] == 13:
                _die()
            return score(*arguments, **words)

        runner.score = poisoned


if __name__ == "__main__":
    django.setup()
    from webapp.celery import app

    _arm(sys.argv[1])
    app.worker_main(
        ["worker", "-P", "solo", "-c", "1", "--queues", "cpu", "--hostname", f"{sys.argv[2]}@%h", "--without-gossip",
         "--without-mingle", "--loglevel", "INFO"]
    )  # fmt: skip
