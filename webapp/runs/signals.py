"""What changes about a run without being an act worth an audit event: its progress."""

from __future__ import annotations

from django.dispatch import Signal

#: Sent by the worker when a run's progress was written: ``run_id: UUID``, ``study_id: UUID``.
progressed = Signal()
