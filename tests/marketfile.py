"""A file of minutes whose price swings, for runs that read a file or a catalogue."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

START = 1_735_689_600_000
"""2025-01-01, when its first minute opens."""


def write_minutes(path: Path, days: int = 8, scale: float = 1.0) -> Path:
    """Write minutes around 100 that swing once in 19 hours, and return the file."""
    rows = days * 1440
    close = scale * (100 + 5 * np.sin(np.arange(rows) / 180))
    open_ = np.concatenate(([close[0]], close[:-1]))
    columns = {
        "ts": START + 60_000 * np.arange(rows),
        "open": open_,
        "high": np.maximum(open_, close) + 0.01,
        "low": np.minimum(open_, close) - 0.01,
        "close": close,
        "volume": np.ones(rows),
    }
    pq.write_table(pa.table(columns), path)
    return path
