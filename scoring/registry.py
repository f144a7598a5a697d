"""From a model card to the object that scores."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scoring import weights
from scoring.cards import COUNTING, find_card
from scoring.counting import CountingScorer
from scoring.end_to_end import EndToEndScorer
from scoring.scorer import Scorer


def find_scorer(card: str, preset: str, parameters: Mapping[str, object], folder: Path = weights.FOLDER) -> Scorer:
    """The scorer of a card with a preset and parameters, its networks from ``folder``.

    Raises ScoringError for anything the card does not know, and for weights that are absent or altered.
    """
    found = find_card(card)
    scorer = CountingScorer if found.key in COUNTING else EndToEndScorer
    return scorer(found, preset, parameters, folder)
