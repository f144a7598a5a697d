"""Model cards as data, and what a run may ask of them."""

from __future__ import annotations

import json

import pytest

from scoring.cards import CARDS, COUNTING, DEFAULT_METHOD, PRESETS, RULE_NAMES, find_card
from scoring.hscore import RULES
from scoring.schemes import SCHEMES
from scoring.types import ScoringError


def test_every_card_is_complete_plain_data():
    for key, card in CARDS.items():
        stated = json.loads(json.dumps(card.as_json()))
        assert stated["key"] == key
        assert stated["scheme"] in SCHEMES
        assert "Research use only" in stated["research_use"]
        assert stated["limits"]
        if key in COUNTING:
            assert (stated["weights_sha256"], stated["installed"]) == (None, True)
        elif stated["installed"]:
            assert len(stated["weights_sha256"]) == 64
        for parameter in stated["parameters"]:
            assert set(parameter["defaults"]) == set(PRESETS)
            assert parameter["description"]


def test_the_default_method_can_run():
    assert CARDS[DEFAULT_METHOD].installed


def test_every_preset_resolves_to_values_its_own_checks_accept():
    for card in CARDS.values():
        for preset in card.presets:
            resolved = card.resolve(preset, {})
            assert card.resolve(preset, resolved) == resolved


def test_card_rules_are_the_rules_there_are():
    assert set(RULE_NAMES) == set(RULES)


def test_the_paper_preset_keeps_the_papers_choices():
    paper = find_card("nnp").resolve("paper", {})
    assert (paper["i0"], paper["stain_vectors"], paper["class_rule"]) == ("255", "standard", "paper-fitted")
    default = find_card("nnp").resolve("default", {})
    assert (default["i0"], default["class_rule"]) == ("auto", "duoscope-1")
    assert (paper["tumour_only"], default["tumour_only"]) == ("all", "auto")
    network = find_card("ram-cnn").resolve("paper", {})
    assert (network["views"], network["masks"], network["i0"]) == ("1", "sliding", "255")
    assert find_card("ram-cnn").resolve("cpu", {})["views"] == "8"


@pytest.mark.parametrize(
    ("preset", "parameters", "said"),
    [
        ("fast", {}, "presets"),
        ("default", {"colour": 1}, "no parameter 'colour'"),
        ("default", {"min_area_um2": 0.5}, "between 1.0 and 100.0"),
        ("default", {"min_area_um2": float("nan")}, "between"),
        ("default", {"min_area_um2": "8"}, "is a number"),
        ("default", {"min_area_um2": True}, "is a number"),
        ("default", {"class_rule": "guess"}, "duoscope-1"),
    ],
)
def test_anything_else_is_refused_with_what_is_allowed(preset, parameters, said):
    with pytest.raises(ScoringError, match=said):
        find_card("nap").resolve(preset, parameters)


def test_unknown_card_names_the_known():
    with pytest.raises(ScoringError, match=r"ram-cnn, .*nnp, nap"):
        find_card("ram-cnn-9")
