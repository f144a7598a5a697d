"""Layers of a result as the viewer reads them: a grid of PNG tiles, and what their channels mean."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from scoring.layers import LayerFile
from webapp.core.errors import NotVisible, Unavailable
from webapp.runs.models import Result
from webapp.runs.storage import layers_path

_GRID = ("origin_x_px", "origin_y_px", "tile_px", "work_px", "columns", "rows", "um_per_px")
#: I_la is low where DAB is strong: an order of DAB, so that a dark blue nucleus is not "strong" anything.
LEGEND = (
    {"key": "nuclei-mask", "channel": "green", "name": "Nuclei mask", "low": "", "high": ""},
    {"key": "tumour-mask", "channel": "blue", "name": "Tumour mask", "low": "", "high": ""},
    {"key": "intensity", "channel": "red", "name": "Stain intensity (I_la)", "low": "strong brown",
     "high": "strong blue"},
    {"key": "sini", "channel": "red in green", "name": "SINI: stain intensity in nuclei", "low": "strong brown",
     "high": "strong blue"},
    {"key": "siti", "channel": "red in blue", "name": "SITI: stain intensity in tumour nuclei",
     "low": "strong brown", "high": "strong blue"},
)  # fmt: skip


def layers_of(result: Result) -> LayerFile:
    """The result's layer file: its header read, its tiles where they are.

    Raises:
        NotVisible: the method makes no layers.  Unavailable: the file is not in the result store.
    """
    if not result.layers_sha256:
        raise NotVisible("This method makes no layers.", code="no_layers")
    try:
        return _read(result.layers_sha256)
    except FileNotFoundError as error:
        raise Unavailable(
            "The layers of this result are not in the result store at present.", code="layers_away"
        ) from error


def shown_layers(layers: LayerFile) -> dict[str, Any]:
    """The header, the tiles there are as (column, row), and the legend, as plain data."""
    return {
        "sha256": layers.path.stem,
        **{name: layers.header[name] for name in _GRID},
        "representation": str(layers.header.get("representation", "")),
        "tiles": [list(place) for place in layers.tiles],
        "legend": list(LEGEND),
    }


@lru_cache(maxsize=32)
def _read(sha256: str) -> LayerFile:
    # Content-addressed: what lies under an address never changes.
    return LayerFile(layers_path(sha256))
