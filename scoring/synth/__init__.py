"""Synthetic immunohistochemistry with exact truth.

Whatever is trained on or measured with it is trained on synthetic tissue; research use only.
"""

from scoring.synth.core import Sample, make_core, make_field, make_scene, paint, render
from scoring.synth.readers import Reading, read, read_pair
from scoring.synth.scene import CELL, CLASS_CUTS_OD, Cells, Kind, Layout, Scene, Tissue, Window
from scoring.synth.stains import Stains, make_stains
from scoring.synth.truth import Truth, truth_of

__all__ = [
    "CELL",
    "CLASS_CUTS_OD",
    "Cells",
    "Kind",
    "Layout",
    "Reading",
    "Sample",
    "Scene",
    "Stains",
    "Tissue",
    "Truth",
    "Window",
    "make_core",
    "make_field",
    "make_scene",
    "make_stains",
    "paint",
    "read",
    "read_pair",
    "render",
    "truth_of",
]
