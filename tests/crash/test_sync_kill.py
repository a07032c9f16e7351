"""kill -9 at any step of a sync and of a repair: the next one completes the catalogue."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakebybit.server import FakeBybit
from fakebybit.worlds import MINUTE_MS, T0, market
from tradec.runtime.data.catalog import DEFAULT_VENUE as VENUE
from tradec.runtime.data.catalog import Catalog

MINUTES = 2_600
END = T0 + MINUTES * MINUTE_MS
SYMBOL = "BTCUSDT"
KINDS = ("kline_1m", "mark_1m", "funding")

SCRIPT = """
import os, signal, sys
from pathlib import Path
from tradec.runtime.bybit.client import Client
from tradec.runtime.bybit.hosts import hosts_of
from tradec.runtime.bybit.market import Span
from tradec.runtime.data import fetching
from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog
from tradec.runtime.data.quality import examine, heal
from tradec.runtime.data.syncing import Sync, Want

what, base, root, left, start, end = *sys.argv[1:4], *map(int, sys.argv[4:7])
fetching.BATCH_ROWS = 1_000

def counted(act):
    def step(*arguments, **named):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return act(*arguments, **named)
    return step

os.fsync, Path.replace, Path.unlink = map(counted, (os.fsync, Path.replace, Path.unlink))
catalog = Catalog(root)
connect = lambda: Client(hosts_of("live", rest=base))
if what == "sync":
    kinds = ("kline_1m", "mark_1m", "funding")
    wants = [Want(symbol="BTCUSDT", kind=k, span=Span(start=start, end=end)) for k in kinds]
    Sync(catalog, DEFAULT_VENUE, connect).run(wants)
else:
    found = examine(catalog, DEFAULT_VENUE, "BTCUSDT", "kline_1m")
    heal(connect(), catalog, DEFAULT_VENUE, found)
print("left", left)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[FakeBybit]:
    with FakeBybit(market(MINUTES), now_ms=END + 3_600_000) as running:
        yield running


def run(server: FakeBybit, what: str, root: Path, steps: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SCRIPT, what, server.rest_base, root, steps, T0, END]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)


def contents(root: Path) -> dict[str, Any]:
    catalog = Catalog(root)
    assert catalog.verify() == []
    return {
        kind: (
            catalog.manifest(VENUE, SYMBOL, kind).known,
            catalog.read_rows(VENUE, SYMBOL, kind).to_pydict(),
        )
        for kind in KINDS
    }


@pytest.fixture(scope="module")
def whole(
    server: FakeBybit, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], int]:
    """Return what a sync that nothing happens to gives, and how many steps it takes."""
    root = tmp_path_factory.mktemp("whole")
    done = run(server, "sync", root, 10**9)
    assert done.returncode == 0, done.stderr
    return contents(root), 10**9 - int(done.stdout.split()[1])


def survive_sync(server: FakeBybit, whole: dict[str, Any], root: Path, steps: int) -> None:
    killed = run(server, "sync", root, steps)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert Catalog(root).verify() == []
    again = run(server, "sync", root, 10**9)
    assert again.returncode == 0, again.stderr
    assert contents(root) == whole


def survive_heal(server: FakeBybit, whole: dict[str, Any], root: Path, steps: int) -> bool:
    """Kill a repair of a damaged file and a hole after so many steps; tell whether it was hit."""
    assert run(server, "sync", root, 10**9).returncode == 0
    catalog = Catalog(root)
    hole = (T0 + 100 * MINUTE_MS, T0 + 200 * MINUTE_MS)
    catalog.remove(VENUE, SYMBOL, "kline_1m", (hole,))
    first = catalog.files(VENUE, SYMBOL, "kline_1m")[0]
    first.write_bytes(first.read_bytes()[:-1])
    killed = run(server, "heal", root, steps)
    again = run(server, "heal", root, 10**9)
    assert again.returncode == 0, again.stderr
    last = run(server, "sync", root, 10**9)
    assert last.returncode == 0, last.stderr
    assert contents(root) == whole
    return killed.returncode != 0


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


def test_a_killed_sync_and_a_killed_repair_are_completed(
    server: FakeBybit, whole: tuple[dict[str, Any], int], tmp_path: Path
) -> None:
    contents_, steps = whole
    survive_sync(server, contents_, tmp_path / "sync", steps // 2)
    assert survive_heal(server, contents_, tmp_path / "heal", 4)


@pytest.mark.slow
def test_every_step_of_a_sync_may_be_the_last(
    server: FakeBybit, whole: tuple[dict[str, Any], int], tmp_path: Path
) -> None:
    contents_, steps = whole
    assert steps >= 25
    for number in range(1, 27):
        survive_sync(server, contents_, tmp_path / str(number), 1 + number * (steps - 1) // 27)


@pytest.mark.slow
def test_every_step_of_a_repair_may_be_the_last(
    server: FakeBybit, whole: tuple[dict[str, Any], int], tmp_path: Path
) -> None:
    hit = [
        survive_heal(server, whole[0], tmp_path / str(number), number) for number in range(1, 13)
    ]
    assert sum(hit) >= 8
