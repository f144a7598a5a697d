"""State machines: a table of allowed moves beside the enum, and one compare-and-set that makes a move."""

from __future__ import annotations

from typing import Any

from django.db import models

from webapp.core.errors import Conflict


def move(row: models.Model, to: str, *, where: dict[str, Any] | None = None, **changes: Any) -> None:
    """Move ``row`` from its present state to ``to`` in the database and on the instance.

    The model must carry ``TRANSITIONS: dict[state, set[state]]``. ``where`` narrows the compare-and-set further
    (a fencing token, say); ``changes`` are written with the state.

    Raises:
        Conflict: the move is not in the table, or the row is no longer in the state this instance was read in.
    """
    model = type(row)
    transitions: dict[str, set[str]] = model.TRANSITIONS  # type: ignore[attr-defined]
    current: str = row.state  # type: ignore[attr-defined]
    noun = model._meta.verbose_name
    if to not in transitions.get(current, set()):
        raise Conflict(f"A {noun} that is {current} cannot become {to}.", code="illegal_move")
    updated = model._default_manager.filter(pk=row.pk, state=current, **(where or {})).update(state=to, **changes)
    if not updated:
        raise Conflict(f"This {noun} changed in the meantime; load it again.", code="moved_meanwhile")
    row.state = to  # type: ignore[attr-defined]
    for name, value in changes.items():
        setattr(row, name, value)
