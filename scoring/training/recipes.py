"""What ``python -m scoring train NAME`` trains by default. Needs no torch.

Steps and batches are ours: the paper gives a learning rate (1e-3, constant, for the score), no lengths. They are the
shipped weights': equal for all networks of a kind. One network takes minutes on a graphics processor and an hour or
more on two processor cores; ``--steps`` shortens a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from scoring.types import ScoringError

Sees = Literal["grey", "rgb", "maps"]


@dataclass(frozen=True)
class Recipe:
    """``sees``: luminance, colour (both transmittance), or SINI and SITI; ``target``: which mask, or the score."""

    name: str
    sees: Sees
    target: Literal["nuclei", "tumour", "score"]
    steps: int
    batch: int
    paper_steps: int
    """With preset ``paper``: full widths, meant for a graphics processor."""


RECIPES: Final = {
    recipe.name: recipe
    for recipe in (
        Recipe("nuclei-unet", "grey", "nuclei", 2000, 16, 20_000),
        Recipe("tumour-unet", "rgb", "tumour", 2000, 16, 20_000),
        Recipe("fcn-16s", "rgb", "tumour", 2000, 16, 20_000),
        Recipe("segnet", "rgb", "tumour", 2000, 16, 20_000),
        Recipe("res18-unet", "rgb", "tumour", 2000, 16, 20_000),
        Recipe("ram-cnn", "maps", "score", 2400, 16, 20_000),
        Recipe("ra-cnn", "maps", "score", 2400, 16, 20_000),
        Recipe("rgb-cnn", "rgb", "score", 2400, 16, 20_000),
        Recipe("alexnet", "rgb", "score", 2400, 16, 20_000),
        Recipe("resnet-18", "rgb", "score", 2400, 16, 20_000),
    )
}


def find_recipe(name: str) -> Recipe:
    """The recipe of a network. Raises ScoringError for an unknown name."""
    try:
        return RECIPES[name]
    except KeyError:
        raise ScoringError(f"No recipe {name!r}; train knows {', '.join(RECIPES)}.") from None
