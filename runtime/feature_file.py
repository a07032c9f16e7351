"""Features as a Parquet file that is written while the run goes on, whatever its length."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow.parquet as pq

from tradec.runtime.schemas import Array, features_table

Columns: TypeAlias = Sequence[tuple[str, str, Sequence[tuple[str, int]]]]


class FeatureFile:
    """A hidden file in `folder` with the outputs `columns`, as `schemas.features_table` has them.

    `finish` makes it whole and returns its path, `discard` takes it away; one of them ends it.
    """

    def __init__(self, folder: Path, columns: Columns) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".writing-", suffix=".parquet", dir=folder)
        os.close(handle)
        self._path, self._columns = Path(name), columns
        empty = features_table(
            np.empty(0, np.int64), np.empty((0, len(columns)), np.int64), columns
        )
        words = [name for name, kind, _ in columns if kind == "enum"]
        self._writer = pq.ParquetWriter(
            self._path, empty.schema, version="2.6", compression="snappy", use_dictionary=words
        )

    def add(self, ts_close: Array, words: Array) -> None:
        """Write a portion of rows."""
        self._writer.write_table(features_table(ts_close, words, self._columns))

    def finish(self) -> Path:
        """Return the file, closed."""
        self._writer.close()
        self._path.chmod(0o644)
        return self._path

    def discard(self) -> None:
        """Take the file away, if it still lies where it was written."""
        self._writer.close()
        self._path.unlink(missing_ok=True)
