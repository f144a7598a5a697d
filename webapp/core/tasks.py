"""The only task decorator: late acknowledgement, redelivery when a worker is lost, and time limits, always."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery import shared_task


def task(*, time_limit_s: int) -> Callable[[Callable[..., Any]], Any]:
    """Make a Celery task of a function whose name ends in ``_task``; its arguments are ids only."""

    def decorate(function: Callable[..., Any]) -> Any:
        if not function.__name__.endswith("_task"):
            raise ValueError(f"A task's name ends in _task; got {function.__name__}.")
        return shared_task(
            acks_late=True,
            reject_on_worker_lost=True,
            time_limit=time_limit_s,
            soft_time_limit=int(0.9 * time_limit_s),
            ignore_result=True,
            max_retries=0,
        )(function)

    return decorate
