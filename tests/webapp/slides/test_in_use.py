from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests import factories
from webapp.slides.models import Specimen
from webapp.slides.services.in_use import specimens_in_use

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "refer",
    [
        lambda specimen: factories.VeilFactory(specimen=specimen),
        lambda specimen: factories.RunFactory(specimen=specimen),
        lambda specimen: factories.AssignmentFactory(specimen=specimen),
    ],
    ids=["veil", "run", "assignment"],
)
def test_what_anything_refers_to_is_in_use(refer: Callable[[Specimen], Any]) -> None:
    free, used = factories.SpecimenFactory(), factories.SpecimenFactory()
    refer(used)
    assert specimens_in_use([free.pk, used.pk]) == {used.pk}
    assert specimens_in_use([free.pk]) == set()
    assert specimens_in_use([]) == set()
