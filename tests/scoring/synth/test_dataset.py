"""Folders of synthetic cores."""

import numpy as np
import pytest

from scoring.synth.dataset import read_core, read_index, write_cores
from scoring.synth.scene import Kind
from scoring.types import ScoringError

SMALL = {"um_per_px": 2.6, "size_px": 256}


def test_a_folder_gives_back_what_was_made(tmp_path):
    rows = write_cores(tmp_path, 3, 40, tiers=("easy", "hard"), **SMALL)
    assert read_index(tmp_path) == rows
    assert [(row.seed, row.tier, row.marker) for row in rows] == [
        (40, "easy", "ER"),
        (41, "hard", "PR"),
        (42, "easy", "p53"),
    ]
    rgb, nuclei, tumour, tissue, cells = read_core(tmp_path, rows[0].name)
    assert rgb.shape == (256, 256, 3)
    assert (tumour <= nuclei).all()
    assert tissue.any()
    assert tumour.any() == (cells["kind"] == Kind.TUMOUR).any()


def test_processes_change_nothing(tmp_path):
    alone = write_cores(tmp_path / "one", 2, 7, **SMALL)
    together = write_cores(tmp_path / "two", 2, 7, processes=2, **SMALL)
    assert alone == together
    for file in sorted((tmp_path / "one").iterdir()):
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_a_broken_run_goes_on_and_keeps_what_is_there(tmp_path):
    def stop(done, n):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_cores(tmp_path, 4, 1, progress=stop, **SMALL)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*_cells.npy")}
    seen = []
    rows = write_cores(tmp_path, 4, 1, progress=lambda done, n: seen.append((done, n)), **SMALL)
    assert len(kept) == 2
    assert all(path.stat().st_mtime_ns == then for path, then in kept.items())
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert len(rows) == len(read_index(tmp_path)) == 4
    assert not list(tmp_path.glob(".writing-*"))


def test_a_failed_write_leaves_nothing_behind(tmp_path, monkeypatch):
    from scoring.synth import dataset

    def full(_):
        raise OSError("No space left on device")

    monkeypatch.setattr(dataset.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_cores(tmp_path, 1, 1, **SMALL)
    assert list(tmp_path.iterdir()) == []


def test_missing_folders_are_named(tmp_path):
    with pytest.raises(ScoringError, match="write_cores"):
        read_index(tmp_path)
    with pytest.raises(ScoringError, match="nothing"):
        read_core(tmp_path, "nothing")


def test_cell_coordinates_count_from_the_pictures_corner(tmp_path):
    row = write_cores(tmp_path, 1, 3, tiers=("easy",), um_per_px=0.65, size_px=400)[0]
    _, nuclei, _, _, cells = read_core(tmp_path, row.name)
    column, line = (np.floor(cells[axis] / 0.65).astype(int) for axis in ("x_um", "y_um"))
    seen = (column >= 0) & (line >= 0) & (column < 400) & (line < 400)
    assert seen.sum() > 50
    assert nuclei[line[seen], column[seen]].mean() > 0.95
