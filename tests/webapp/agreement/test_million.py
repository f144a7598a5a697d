"""A million nuclei: what the page asks for stays small, whatever the result holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring.cells import RECORD, CellFile, Records
from scoring.types import CLASS_NAMES
from tests.results import done_run
from tests.webapp.agreement.test_api import read_cells, read_density
from webapp.agreement.results.cells import CELLS_LIMIT, cells_of
from webapp.runs.models import Result
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db
COUNT = 1_000_000
COLUMNS, ROWS, TILE_PX = 40, 25, 1024


class Noted:
    """A cell file's records that note which of them are read."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.read: list[range] = []

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            self.read.append(range(*key.indices(len(self.records))))
        else:
            self.read += [range(int(number), int(number) + 1) for number in np.atleast_1d(key)]
        return self.records[key]


@pytest.fixture
def shown(client_of: Any, study: Study, tina: Any) -> tuple[Any, Result, str]:
    run = done_run(cells=COUNT, columns=COLUMNS, rows=ROWS, tile_px=TILE_PX, specimen__slide__study=study)
    client = client_of(tina)
    assert client.post(f"/api/results/{run.pk}/reveal").status_code == 200
    return client, Result.objects.get(run=run), f"/api/results/{run.pk}"


def test_a_view_box_reads_only_the_tiles_it_touches(shown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client, result, path = shown
    file: CellFile = cells_of(result)
    noted = Noted(file.records)
    monkeypatch.setattr(file, "records", noted)
    box = {"x": 10 * TILE_PX + 100, "y": 5 * TILE_PX + 100, "width": 1.5 * TILE_PX, "height": 1.5 * TILE_PX}
    answer = client.get(f"{path}/cells", box)
    cells, total = read_cells(answer.content)
    allowed = set()
    index = file.header["index"]
    for row in (5, 6):
        for column in (10, 11):
            allowed |= set(range(index[row * COLUMNS + column], index[row * COLUMNS + column + 1]))
    touched = {number for part in noted.read for number in part}
    assert touched == allowed
    x_px, y_px = noted.records["x_px"], noted.records["y_px"]
    inside = (
        (x_px >= box["x"]) & (x_px < box["x"] + box["width"]) & (y_px >= box["y"]) & (y_px < box["y"] + box["height"])
    )
    assert total == len(cells) == int(inside.sum())


def test_the_whole_is_an_even_share_within_the_limit(shown: Any) -> None:
    client, _, path = shown
    answer = client.get(f"{path}/cells")
    cells, total = read_cells(answer.content)
    assert (len(cells), total) == (CELLS_LIMIT, COUNT)
    assert len(answer.content) <= 12 + CELLS_LIMIT * RECORD.itemsize + 3
    quarters = np.histogram2d(cells["x_px"], cells["y_px"], bins=2)[0]
    assert quarters.min() > 0.9 * CELLS_LIMIT / 4
    assert client.get(f"{path}/cells").content == answer.content


def test_far_away_it_is_a_raster_that_misses_no_cell(shown: Any) -> None:
    client, result, path = shown
    density, *_ = read_density(client.get(f"{path}/density").content)
    assert max(density.shape[:2]) <= 256
    assert int(density.sum()) == COUNT
    assert dict(zip(CLASS_NAMES, density.sum(axis=(0, 1)).tolist(), strict=True)) == result.counts
