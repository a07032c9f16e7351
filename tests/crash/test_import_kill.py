"""kill -9 at any moment of an import: the catalogue is sound, and the next import completes it."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tradec.runtime.data.bars import Bars
from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.importing import import_file
from tradec.runtime.data.synthetic import synthesize

VENUE, SYMBOL = "bybit-linear", "BTCUSDT"
PRICES = ("open", "high", "low", "close", "volume")

IMPORT = """
import sys
from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.importing import import_file
import duckdb, pyarrow.parquet  # before the clock of the test runs
print("ready", flush=True)
import_file(sys.argv[1], Catalog(sys.argv[2]), "BTCUSDT",
            progress=lambda *stage: print(*stage, flush=True))
print("done", flush=True)
"""

STEPS = """
import os, signal, sys
from pathlib import Path
from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.importing import import_file
left = int(sys.argv[3])

def counted(act):
    def step(*arguments):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return act(*arguments)
    return step

os.fsync, Path.replace = counted(os.fsync), counted(Path.replace)
import_file(sys.argv[1], Catalog(sys.argv[2]), "BTCUSDT")
"""


@pytest.fixture(scope="module")
def market() -> Bars:
    """Seven months of minutes: an import long enough to be hit."""
    return synthesize("range_wide", minutes=300_000)


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory, market: Bars) -> tuple[Path, Path]:
    """The first two thirds of the market, and all of it, as files."""
    folder = tmp_path_factory.mktemp("files")
    table = as_table(market)
    paths = (folder / "part.parquet", folder / "whole.parquet")
    pq.write_table(table.slice(0, 200_000), paths[0])
    pq.write_table(table, paths[1])
    return paths


def as_table(bars: Bars) -> pa.Table:
    ts = bars.ts0 + 60_000 * np.arange(bars.n)
    return pa.table({"ts": ts, **{name: getattr(bars, name) for name in PRICES}})


def killed_import(path: Path, root: Path, delay: float) -> bool:
    """Import in a process and kill it so long after its writing began; tell whether it ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(path), str(root)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("write 0"):
            break
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    return "done" in rest


def survive(halves: tuple[Path, Path], market: Bars, root: Path, delay: float) -> bool:
    part, whole = halves
    catalog = Catalog(root)
    import_file(part, catalog, SYMBOL)
    was_done = killed_import(whole, root, delay)
    assert catalog.verify() == []
    seen = catalog.read_bars(VENUE, SYMBOL)
    assert seen.n in {200_000, market.n}
    assert seen.data_hash == market.slice(0, seen.n).data_hash
    report = import_file(whole, catalog, SYMBOL)
    assert report.written + report.unchanged == market.n
    assert report.written == market.n - seen.n
    assert catalog.read_bars(VENUE, SYMBOL).data_hash == market.data_hash
    assert catalog.verify() == []
    return was_done


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_imports_leave_a_sound_catalogue(
    tmp_path: Path, halves: tuple[Path, Path], market: Bars
) -> None:
    delays = (0.0, 0.03, 0.06, 0.1, 0.14, 0.18, 0.25, 0.35)
    done = [survive(halves, market, tmp_path / str(at), at) for at in delays]
    assert not done[0], "no import was hit before its commit"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_many_killed_imports(tmp_path: Path, halves: tuple[Path, Path], market: Bars) -> None:
    chance = random.Random(20_250_529)  # noqa: S311 - moments, not secrets
    for i in range(40):
        survive(halves, market, tmp_path / str(i), chance.uniform(0, 0.5))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_kill_before_each_step_of_a_commit(tmp_path: Path) -> None:
    """Files and manifest are each written, synced, renamed and their folder synced."""
    market = synthesize("trending", minutes=200, start_ms=1_738_368_000_000 - 100 * 60_000)
    path = tmp_path / "both-months.parquet"
    pq.write_table(as_table(market), path)
    pq.write_table(as_table(market).slice(50, 100), tmp_path / "middle.parquet")
    lengths = []
    for step in range(1, 12):
        catalog = Catalog(tmp_path / str(step))
        import_file(tmp_path / "middle.parquet", catalog, SYMBOL)
        arguments = [str(path), str(catalog.root), str(step)]
        ended = subprocess.run([sys.executable, "-c", STEPS, *arguments], check=False)
        assert catalog.verify() == []
        bars = catalog.read_bars(VENUE, SYMBOL)
        lengths.append(bars.n)
        first = market.position(bars.ts0)
        assert bars.data_hash == market.slice(first, first + bars.n).data_hash
        import_file(path, catalog, SYMBOL)
        assert catalog.read_bars(VENUE, SYMBOL).data_hash == market.data_hash
        if ended.returncode == 0:
            break
    # two months and the manifest, three steps each: committed by the rename, the eighth
    assert lengths == [100] * 8 + [200] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_first_import_killed_leaves_no_series(tmp_path: Path, halves: tuple[Path, Path]) -> None:
    assert not killed_import(halves[1], tmp_path, 0.0)
    catalog = Catalog(tmp_path)
    assert catalog.status() == []
    assert import_file(halves[0], catalog, SYMBOL).written == 200_000
    assert catalog.verify() == []
