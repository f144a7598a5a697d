"""From a card's key to a scorer."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.cards import CARDS
from scoring.registry import find_scorer
from scoring.types import ScoringError
from tests.scoring.networks import REGRESSIONS, make_weights
from tests.scoring.painting import paint


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    names = [name for key in REGRESSIONS for name in (key, f"{key}-paper")]
    return make_weights(tmp_path_factory.mktemp("weights"), names=tuple(names))


@pytest.mark.parametrize("key", list(CARDS))
def test_every_card_has_a_scorer(key, folder):
    for preset in CARDS[key].presets:
        assert find_scorer(key, preset, {}, folder).card is CARDS[key]


def test_unknown_names_are_refused():
    with pytest.raises(ScoringError):
        find_scorer("guess", "default", {})
    with pytest.raises(ScoringError):
        find_scorer("nnp", "default", {"speed": 1})


def test_provenance_states_what_was_used():
    scorer = find_scorer("nnp", "default", {"marker": "ER"})
    field = paint((1, 0, 0, 1), haematoxylin=(0.63, 0.63, 0.45))
    preparation = scorer.adapt(scorer.prepare(field.rgb, 0.5), field.rgb)
    stated = scorer.provenance(preparation)
    assert stated["rule"] == {"name": "duoscope-1", "scale": "dab_od", "cuts": [0.15, 0.35, 0.65]}
    assert stated["marker"] == "ER"
    assert preparation.adapted
    assert np.allclose(stated["stain_matrix"]["H"], preparation.basis.haematoxylin)


def test_an_estimate_that_cannot_be_made_is_noted():
    scorer = find_scorer("nnp", "default", {})
    brown = np.full((64, 64, 3), (120, 70, 40), np.uint8)
    preparation = scorer.adapt(scorer.prepare(brown, 0.5), brown)
    assert not preparation.adapted
    assert "standard ones were used" in preparation.notes[0]
