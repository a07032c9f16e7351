"""What market data cost: importing five years of minutes, and reading a range into NumPy arrays.

The baseline of the import is pyarrow reading the same file and writing it out again, and that of
a read is pyarrow reading the same columns of one file: what the catalogue's checks, merging and
grid cost is the ratio.
"""

import resource
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.importing import import_file
from tradec.runtime.data.synthetic import synthesize

MINUTES = 2_628_000
YEAR = 525_600
MINUTE_MS = 60_000
SYMBOL, VENUE = "BTCUSDT", "bybit-linear"
COLUMNS = ("open", "high", "low", "close", "volume")

READ = """
import sys
from tradec.runtime.data.catalog import Catalog
bars = Catalog(sys.argv[1]).read_bars("bybit-linear", "BTCUSDT", int(sys.argv[2]), int(sys.argv[3]))
assert bars.n == (int(sys.argv[3]) - int(sys.argv[2])) // 60000
"""
PLAIN = """
import sys
import pyarrow.parquet as pq
table = pq.read_table(sys.argv[1], columns=["ts", "open", "high", "low", "close", "volume"])
arrays = [column.to_numpy() for column in table.columns]
"""
NOTHING = "import numpy, pyarrow.parquet"


def _cpu(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)  # noqa: S603  our own
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _fresh(script: str, *arguments: object) -> float:
    """Return the median CPU seconds of three fresh processes."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return statistics.median(_cpu(command) for _ in range(3))


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def report(folder: Path, minutes: int = MINUTES) -> dict[str, Any]:
    """Return CPU seconds of importing all minutes and of reading one year, with baselines."""
    bars = synthesize("range_wide", minutes=minutes)
    ts = bars.ts0 + MINUTE_MS * np.arange(bars.n, dtype=np.int64)
    table = pa.table({"ts": ts, **{name: getattr(bars, name) for name in COLUMNS}})
    file, year = folder / "all.parquet", folder / "year.parquet"
    span = min(YEAR, minutes)
    pq.write_table(table, file)
    pq.write_table(table.slice(minutes - span), year)
    begun = _own_cpu()
    pq.write_table(pq.read_table(file), folder / "again.parquet", compression="zstd")
    plain_import = _own_cpu() - begun
    begun = _own_cpu()
    import_file(file, Catalog(folder / "data"), SYMBOL)
    our_import = _own_cpu() - begun
    start = bars.end - span * MINUTE_MS
    read = _fresh(READ, folder / "data", start, bars.end)
    plain_read = _fresh(PLAIN, year)
    nothing = _fresh(NOTHING)
    return {
        "minutes": minutes,
        "import_cpu_s": our_import,
        "import_ratio": our_import / plain_import,
        "read_minutes": span,
        "cold_read_cpu_s": read,
        "cold_read_beyond_imports_cpu_s": read - nothing,
        "cold_read_ratio": read / plain_read,
    }
