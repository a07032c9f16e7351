"""Features written while a run goes on: whole at the end, gone where it failed."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from tradec.runtime.feature_file import FeatureFile
from tradec.runtime.schemas import MISSING, features_table

COLUMNS = [
    ("mean", "float", ()),
    ("count", "int", ()),
    ("trend", "enum", (("none", 0), ("up", 1), ("down", -1))),
]


def _rows(n: int) -> np.ndarray:
    rng = np.random.default_rng(n)
    words = np.empty((n, 3), np.int64)
    words[:, 0] = rng.random(n).view(np.int64)
    words[:, 1] = np.where(rng.random(n) < 0.2, MISSING, rng.integers(0, 9, n))
    words[:, 2] = rng.integers(-1, 2, n)
    return words


def test_portions_make_the_table_that_all_rows_at_once_make(tmp_path: Path) -> None:
    words, times = _rows(50), np.arange(50)
    file = FeatureFile(tmp_path / "runs", COLUMNS)
    for begin, end in ((0, 7), (7, 7), (7, 50)):
        portion = words[begin:end].copy()
        file.add(times[begin:end], portion)
        portion[:] = 0  # what was taken is not looked at again
    path = file.finish()
    assert pq.read_table(path).equals(features_table(times, words, COLUMNS))
    file.discard()
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_run_without_rows_has_the_columns(tmp_path: Path) -> None:
    path = FeatureFile(tmp_path, COLUMNS).finish()
    assert pq.read_table(path).column_names == ["ts_close", "mean", "count", "trend"]


def test_what_was_moved_stays(tmp_path: Path) -> None:
    file = FeatureFile(tmp_path, COLUMNS)
    moved = file.finish().rename(tmp_path / "features.parquet")
    file.discard()
    assert moved.is_file()
