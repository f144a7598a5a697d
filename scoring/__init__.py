"""Scoring of immunohistochemistry: pure functions on arrays, and a pipeline that runs them over a slide in bounded
memory.

Layers (imports go down only): ``__main__`` > ``pipeline`` > ``registry`` > ``hscore`` > ``nuclei``, ``tissue``,
``qc`` >
``cells``, ``tiling``, ``stain``, ``lamt``, ``schemes``, ``cards``, ``slide_io`` > ``geometry`` > ``types``.

Conventions: images are uint8 RGB, height x width x 3; optical density is OD10 = -log10(max(I, 1) / I0); stains are
named in the order H, DAB, R (residual); lengths are µm and become pixels only where an image is at hand; coordinates
written to results are level-0 pixels. Research use only.
"""

VERSION = "1"
"""Version of the scoring rules; stored with every result."""
