"""Scoring of immunohistochemistry: pure functions on arrays, and a pipeline that runs them over a slide in bounded
memory.

Layers (imports go down only; ``pyproject.toml`` has them exactly): ``__main__``, ``commands`` > ``evaluation``,
``training`` > ``pipeline`` > ``registry`` > ``counting`` (NNP, NAP), ``end_to_end`` (RAM-CNN and rivals) > ``scorer`` >
``hscore``, ``histoscore`` > ``segmentation`` > ``weights`` > ``networks``, ``devices`` > ``nuclei``, ``tissue``,
``qc``, ``synth`` > ``cells``, ``layers``, ``tiling``, ``stain``, ``lamt``, ``schemes``, ``cards``, ``slide_io`` >
``geometry`` > ``types``.

Conventions: images are uint8 RGB, height x width x 3; optical density is OD10 = -log10(max(I, 1) / I0); stains are
named in the order H, DAB, R (residual); lengths are µm and become pixels only where an image is at hand; coordinates
written to results are level-0 pixels. Research use only.
"""

import os

# torch reads this when it first allocates: large pages, or half of a network's time goes into page faults.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")

VERSION = "1"
"""Version of the scoring rules; stored with every result."""
