"""Which specimens are in use: those that anything refers to.

What refers to them lies in layers above this one (readings, assignments, veils, runs), so the database's relations are
asked, whosever they are. An app that comes to refer to specimens is asked from then on, without a word here.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import ForeignObjectRel

from webapp.slides.models import Specimen


def specimens_in_use(ids: Collection[UUID]) -> set[UUID]:
    """Those of the specimens that a row of any model refers to.

    Lock the specimens first (``select_for_update``): who is about to refer to one waits, and is judged afterwards.
    """
    used: set[UUID] = set()
    if not ids:
        return used
    for relation in Specimen._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and not relation.many_to_many:
            field: Any = relation.field
            rows: Any = field.model._base_manager
            used |= set(rows.filter(**{f"{field.name}__in": ids}).values_list(field.attname, flat=True))
    return used
