"""Runs one run: the only caller of ``scoring.pipeline``.

The claim's lease is extended by a thread with its own database connection while scoring goes on. Whatever happens, the
run ends exactly once or is left to the sweeper: a worker that is fenced off writes nothing more.
"""

from __future__ import annotations

import hashlib
import math
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, connections
from django.utils import timezone

from scoring import devices
from scoring.cells import CellFile
from scoring.layers import LayerFile
from scoring.pipeline import score
from scoring.slide_io import SlideError, open_slide
from scoring.types import Cancelled, Region, ScoreResult, ScoringError
from webapp.core.errors import DomainError
from webapp.runs import services, storage
from webapp.runs.models import Run
from webapp.slides.storage import readable_path

log = structlog.get_logger(__name__)
T = TypeVar("T")

SOFTWARE = "duoscope"
DATABASE_AWAY = (OperationalError, InterfaceError)
#: Progress is written at most twice a second.
PROGRESS_INTERVAL_S = 0.5
#: A cancellation is noticed after this long at the latest, wherever the lease is longer.
LONGEST_BEAT_S = 2.0
#: How long an end is tried again while the database is away; after that the sweeper takes over.
PATIENCE_S = 120.0


class Heartbeat(threading.Thread):
    """Extends a claim's lease until stopped; knows whether cancellation was asked for and whether it was fenced off.

    A run that passes the time limit loses its lease, and its process ends if scoring does not: an endless loop must not
    hold a device for ever.
    """

    def __init__(self, claim: services.Claim) -> None:
        super().__init__(name=f"heartbeat-{claim.run_id}", daemon=True)
        self.claim = claim
        self.cancel_asked = threading.Event()
        self.fenced = threading.Event()
        self.too_long = threading.Event()
        self._over = threading.Event()
        self._began_s = time.monotonic()

    def __enter__(self) -> Heartbeat:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join(timeout=30)

    def should_stop(self) -> bool:
        """Whether scoring has no purpose any more."""
        return self.cancel_asked.is_set() or self.fenced.is_set() or self.too_long.is_set()

    def run(self) -> None:
        try:
            while not self._over.wait(min(settings.RUN_LEASE_SECONDS / 3, LONGEST_BEAT_S)):
                age = time.monotonic() - self._began_s
                if age > settings.RUN_TIME_LIMIT_SECONDS:
                    self.too_long.set()
                if age > settings.RUN_TIME_LIMIT_SECONDS + 10 * settings.RUN_LEASE_SECONDS:
                    log.error("run_does_not_stop", run_id=str(self.claim.run_id), attempt=self.claim.attempt)
                    os.kill(os.getpid(), signal.SIGKILL)
                self._beat()
        finally:
            connections.close_all()

    def _beat(self) -> None:
        try:
            if services.extend_lease(self.claim):
                self.cancel_asked.set()
        except services.Fenced:
            self.fenced.set()
            self._over.set()
        except DATABASE_AWAY as error:
            log.warning("lease_not_extended", run_id=str(self.claim.run_id), error=str(error))
            connection.close()


@dataclass(frozen=True)
class Unfinished:
    """The files an attempt writes until its end publishes them."""

    cells: Path
    layers: Path

    @classmethod
    def of(cls, claim: services.Claim) -> Unfinished:
        return cls(
            storage.unfinished_path(claim.run_id, claim.attempt),
            storage.unfinished_path(claim.run_id, claim.attempt, "layers"),
        )

    def publish(self, outcome: services.Outcome) -> None:
        """Give them their content addresses, inside the transaction that stores these."""
        storage.publish(self.cells, outcome.cells_sha256)
        if outcome.layers_sha256:
            storage.publish(self.layers, outcome.layers_sha256)

    def remove(self) -> None:
        for path in (self.cells, self.layers):
            path.unlink(missing_ok=True)


def run(run_id: UUID) -> str | None:
    """Claim the run and carry it to its end. Returns the state it ended in; None where it was not this worker's to do
    or was taken from it."""
    claim = services.claim_run(run_id, owner=_owner())
    if claim is None:
        return None
    told = log.bind(run_id=str(run_id), attempt=claim.attempt)
    unfinished = Unfinished.of(claim)
    try:
        with Heartbeat(claim) as heartbeat:
            state = _carry_out(claim, heartbeat, unfinished, told)
        told.info("run_ended", state=state)
        return state
    except services.Fenced:
        told.warning("run_fenced_off")
        return None
    except DATABASE_AWAY as error:
        # Neither a result nor a failure: the lease ends and the sweeper gives the run another attempt.
        told.error("database_away", error=str(error))
        connection.close()
        return None
    finally:
        unfinished.remove()


def _carry_out(claim: services.Claim, heartbeat: Heartbeat, unfinished: Unfinished, told: Any) -> str:
    def failed(reason: str) -> str:
        return _insist(lambda: services.fail_run(claim, reason), heartbeat)

    try:
        outcome = _score(claim, heartbeat, unfinished)
    except Cancelled:
        if heartbeat.fenced.is_set():
            raise services.Fenced("Another attempt holds this run.", code="fenced") from None
        if heartbeat.too_long.is_set():
            limit_min = settings.RUN_TIME_LIMIT_SECONDS / 60
            return failed(f"The run took longer than {limit_min:.0f} minutes and was stopped; score fields instead.")
        return _insist(lambda: services.cancel_claimed(claim), heartbeat)
    except SlideError as error:
        told.warning("slide_not_readable", code=error.code)
        return failed(error.message)
    except (services.Fenced, *DATABASE_AWAY):
        raise
    except DomainError as error:
        told.warning("not_scored", error=error.message)
        return failed(error.message)
    except ScoringError as error:
        told.warning("not_scored", error=str(error))
        return failed(str(error))
    except MemoryError:
        told.error("out_of_memory")
        return failed("The worker ran out of memory; score a field of view instead, or ask for a larger worker.")
    except Exception:  # anything else is a bug: it must end the run with a safe sentence, never the worker
        told.exception("run_crashed")
        return failed("The run failed for a reason that is in the worker's log; tell whoever looks after the workers.")
    return _insist(
        lambda: services.finish_run(claim, outcome, publish=lambda: unfinished.publish(outcome)),
        heartbeat,
    )


def _score(claim: services.Claim, heartbeat: Heartbeat, unfinished: Unfinished) -> services.Outcome:
    row = Run.objects.select_related("specimen__slide").get(pk=claim.run_id)
    slide = row.specimen.slide
    if slide.um_per_px is None:
        raise ScoringError("The slide's µm/px was taken away after the run was requested; enter it and start again.")
    um_per_px = float(slide.um_per_px)
    started_at, started = timezone.now(), time.monotonic()
    with open_slide(readable_path(slide), um_per_px=um_per_px, checksum=False) as reader:
        found = score(
            reader,
            card=row.algorithm,
            preset=row.preset,
            parameters=row.parameters,
            region=_region(row.region),
            um_per_px=um_per_px,
            cells_path=unfinished.cells,
            layers_path=unfinished.layers,
            progress=_reporter(claim, heartbeat),
            cancelled=heartbeat.should_stop,
        )
    _agree(found, unfinished.cells)
    seconds = time.monotonic() - started
    provenance = {
        "algorithm": row.algorithm,
        "method": found.method,
        "version": found.version,
        "preset": found.preset,
        "weights_sha256": found.weights_sha256,
        "parameters": dict(found.parameters),
        "tumour_fraction": found.tumour_fraction,
        "qc": dict(found.qc),
        "windows": [asdict(window) for window in found.windows],
        "layers": _layers_words(found, unfinished.layers),
        "rule": found.rule,
        "limits": list(found.limits),
        "region": row.region,
        "input_sha256": slide.sha256,
        "um_per_px": um_per_px,
        "um_per_px_source": slide.um_per_px_source,
        "software": SOFTWARE,
        "software_version": settings.SPECTACULAR_SETTINGS["VERSION"],
        "device": devices.name(),
        "started_at": started_at.isoformat(),
        "finished_at": timezone.now().isoformat(),
        "seconds": round(seconds, 3),
    }
    return services.Outcome(
        scheme=found.scheme,
        value=None if found.value is None else Decimal(repr(round(float(found.value), 4))),
        category=found.category or "",
        scoreable=found.scoreable,
        reason=(found.reason or "")[:400],
        counts={name: int(count) for name, count in found.counts.items()},
        percentages=None if found.percentages is None else {k: float(v) for k, v in found.percentages.items()},
        cell_count=found.cell_count,
        cells_sha256=found.cells_sha256,
        provenance=_plain(provenance),
        seconds=seconds,
        layers_sha256=found.layers_sha256 or "",
    )


def _layers_words(found: ScoreResult, layers: Path) -> dict[str, Any] | None:
    """What the layer file says of itself; None where there is none."""
    return LayerFile(layers).header if found.layers_sha256 else None


def _region(asked: dict[str, Any] | None) -> Region | None:
    if asked is None:
        return None
    return Region(asked["x"], asked["y"], asked["width"], asked["height"], asked["shape"])


def _agree(found: ScoreResult, cells_path: Path) -> None:
    """Table and overlay agree to the last cell, or there is no result."""
    cells = CellFile(cells_path)
    if cells.counts() != dict(found.counts) or cells.count != found.cell_count:
        raise RuntimeError(f"Cells on file {cells.counts()} differ from the result's {dict(found.counts)}.")


def _reporter(claim: services.Claim, heartbeat: Heartbeat) -> Callable[[int, int, str], None]:
    """Writes progress at most twice a second, and when the phase changes or all is done."""
    last_s, last_phase = -math.inf, ""

    def report(done: int, total: int, phase: str) -> None:
        nonlocal last_s, last_phase
        now_s = time.monotonic()
        if now_s - last_s < PROGRESS_INTERVAL_S and phase == last_phase:
            return
        last_s, last_phase = now_s, phase
        try:
            if services.report_progress(claim, done, total, phase):
                heartbeat.cancel_asked.set()
        except services.Fenced:
            heartbeat.fenced.set()
        except DATABASE_AWAY as error:
            # Progress is a hint: scoring goes on, and the end is what must be written.
            log.warning("progress_not_written", run_id=str(claim.run_id), error=str(error))
            connection.close()

    return report


def _insist(end: Callable[[], T], heartbeat: Heartbeat) -> T:
    """Try an end of the run again while the database is away."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return end()
        except DATABASE_AWAY as error:
            connection.close()
            if heartbeat.fenced.is_set() or time.monotonic() > deadline:
                raise
            log.warning("end_not_written_yet", run_id=str(heartbeat.claim.run_id), error=str(error))
            time.sleep(0.5)


def _owner() -> str:
    """Names the worker without naming its host."""
    host = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:12]
    return f"{host}:{os.getpid()}"


def _plain(value: Any) -> Any:
    """Plain JSON of what scoring returns: numpy scalars become numbers, NaN and infinity null, tuples lists."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
