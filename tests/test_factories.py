"""Every model has a factory whose row the database takes as it is."""

import pytest
from django.apps import apps

from tests import factories

FACTORIES = [kind for name, kind in vars(factories).items() if name.endswith("Factory")]
MODELS = [
    model
    for model in apps.get_models()
    if model.__module__.startswith("webapp.") and model._meta.app_label != "audit"  # its rows come from services.record
]


@pytest.mark.parametrize("factory", FACTORIES, ids=lambda kind: kind.__name__)
def test_a_factory_makes_a_valid_row(db, factory):
    row = factory()
    row.refresh_from_db()
    assert row.pk


def test_every_model_has_its_factory():
    assert {kind._meta.model for kind in FACTORIES} == set(MODELS)
