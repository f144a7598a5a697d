from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from celery import current_app

from webapp.celery import app


def test_every_thread_sends_to_the_same_broker() -> None:
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: current_app.conf.broker_url).result() == app.conf.broker_url
