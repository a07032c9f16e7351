"""Markets and files small enough to read, for the tests of the data folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tradec.runtime.data.bars import Bars
from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.synthetic import synthesize

Columns = dict[str, Any]


def columns_of(bars: Bars) -> Columns:
    ts = bars.ts0 + bars.base_ms * np.arange(bars.n, dtype=np.int64)
    prices = {name: getattr(bars, name).copy() for name in ("open", "high", "low", "close")}
    return {"ts": ts, **prices, "volume": bars.volume.copy()}


@pytest.fixture
def market() -> Bars:
    """Two days of minutes around the turn of a month."""
    return synthesize("trending", minutes=2880, start_ms=1_738_281_600_000)


@pytest.fixture
def columns(market: Bars) -> Columns:
    return columns_of(market)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(tmp_path / "data", lock_timeout=0.2)


@pytest.fixture
def parquet(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes columns as a Parquet file."""

    def write(columns: Columns, name: str = "bars.parquet") -> Path:
        path = tmp_path / name
        pq.write_table(pa.table(columns), path)
        return path

    return write


@pytest.fixture
def csv(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes lines as a CSV file."""

    def write(*lines: str, name: str = "bars.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write
