"""Several processes on one catalogue: locks with their owners, readers beside a writer."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tradec.runtime.data.bars import Bars
from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.errors import LockHeld
from tradec.runtime.data.importing import import_file
from tradec.runtime.data.locking import symbol_lock

VENUE, SYMBOL = "bybit-linear", "BTCUSDT"
Writer = Callable[..., Path]

HOLDER = """
import sys, time
from pathlib import Path
from tradec.runtime.data.locking import symbol_lock
with symbol_lock(Path(sys.argv[1]), 1_748_538_300_000, 5):
    print("held", flush=True)
    time.sleep(60)
"""

READER = """
import sys, time
from tradec.runtime.data.catalog import Catalog
catalog = Catalog(sys.argv[1])
lengths, until = [], time.monotonic() + float(sys.argv[2])
while time.monotonic() < until:
    bars = catalog.read_bars("bybit-linear", "BTCUSDT")
    # the writer appends hours to a market whose every close is its number
    assert bars.close.tolist() == [float(i + 1) for i in range(bars.n)], "torn state"
    lengths.append(bars.n)
assert lengths == sorted(lengths), "went back in time"
assert all(n % 60 == 0 for n in lengths), "half a write"
print(len(lengths), lengths[0], lengths[-1])
"""

WRITER = """
import sys, time
import numpy as np, pyarrow as pa
from tradec.runtime.data.catalog import Catalog
catalog = Catalog(sys.argv[1])
begin, until, hour = 1_738_281_600_000, time.monotonic() + float(sys.argv[2]), 0
while time.monotonic() < until:
    at = np.arange(60 * hour, 60 * hour + 60)
    price, none = at + 1.0, np.zeros(60, np.uint8)
    columns = dict.fromkeys(("open", "high", "low", "close", "volume", "turnover"), price)
    table = pa.table({"ts": begin + 60_000 * at, **columns, "src": none, "flags": none})
    catalog.write("bybit-linear", "BTCUSDT", "kline_1m", table, "test")
    hour += 1
    print(hour, flush=True)
"""


def start(script: str, *arguments: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_held_lock_names_its_owner_and_goes_with_it(
    catalog: Catalog, columns: dict[str, Any], parquet: Writer
) -> None:
    path = parquet(columns)
    holder = start(HOLDER, catalog.root / VENUE / SYMBOL)
    try:
        assert line_of(holder) == "held"
        with pytest.raises(LockHeld) as caught:
            import_file(path, catalog, SYMBOL)
    finally:
        holder.kill()
        holder.communicate()
    assert caught.value.exit_code == 5
    assert caught.value.owner["pid"] == holder.pid
    assert "BTCUSDT" in caught.value.message
    assert f"process {holder.pid} since 2025-05-29T17:05:00Z (-c " in caught.value.message
    assert import_file(path, catalog, SYMBOL).written == 2880


def test_lock_of_one_symbol_leaves_the_others_and_the_readers_alone(
    catalog: Catalog, market: Bars, columns: dict[str, Any], parquet: Writer
) -> None:
    path = parquet(columns)
    import_file(path, catalog, SYMBOL)
    with symbol_lock(catalog.root / VENUE / SYMBOL, 0, 1):
        assert import_file(path, catalog, "ETHUSDT").written == 2880
        assert catalog.read_bars(VENUE, SYMBOL).data_hash == market.data_hash


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"pid": 1}'])
def test_unknown_owner_is_said_to_be_unknown(tmp_path: Path, text: str | None) -> None:
    folder = tmp_path / "X"
    with symbol_lock(folder, 0, 1):
        owner = folder / ".lock-owner.json"
        assert json.loads(owner.read_text())["pid"] == os.getpid()
        owner.unlink() if text is None else owner.write_text(text)
        with pytest.raises(LockHeld, match="unknown process"), symbol_lock(folder, 0, 0):
            pytest.fail("two hold one lock")


def test_lock_is_waited_for(tmp_path: Path) -> None:
    begun = time.monotonic()
    with (
        symbol_lock(tmp_path / "X", 0, 1),
        pytest.raises(LockHeld),
        symbol_lock(tmp_path / "X", 0, 0.3),
    ):
        pytest.fail("two hold one lock")
    assert time.monotonic() - begun >= 0.3


@pytest.mark.parametrize("seconds", [3, pytest.param(55, marks=pytest.mark.slow)])
def test_readers_see_whole_writes_while_a_writer_commits(seconds: int, tmp_path: Path) -> None:
    writer = start(WRITER, tmp_path, seconds + 1)
    assert line_of(writer) == "1"
    readers = [start(READER, tmp_path, seconds) for _ in range(2)]
    for process in (*readers, writer):
        out, err = process.communicate(timeout=seconds + 60)
        assert process.returncode == 0, err
        if process is not writer:
            reads, first, last = map(int, out.split())
            assert reads > 1
            assert first < last
    assert Catalog(tmp_path).verify() == []
