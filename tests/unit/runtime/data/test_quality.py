"""Injected defects are found, named, and healed from the loopback server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fakebybit.market import rolled_up
from fakebybit.server import FakeBybit
from fakebybit.worlds import MINUTE_MS, T0, client, market
from shared import need_shared
from tradec.runtime.bybit import market as bybit
from tradec.runtime.bybit.market import Span
from tradec.runtime.data.catalog import DEFAULT_VENUE as VENUE
from tradec.runtime.data.catalog import Catalog
from tradec.runtime.data.importing import import_file
from tradec.runtime.data.quality import compare_rolled, examine, gaps, heal
from tradec.runtime.data.syncing import Sync, Want

MINUTES = 400
END = T0 + MINUTES * MINUTE_MS
SYMBOL, KIND = "BTCUSDT", "kline_1m"


@pytest.fixture
def server() -> Iterator[FakeBybit]:
    with FakeBybit(market(MINUTES), now_ms=END + 3_600_000) as running:
        yield running


@pytest.fixture
def catalog(server: FakeBybit, tmp_path: Path) -> Catalog:
    made = Catalog(tmp_path, clock=server.clock.now_ms)
    want = Want(symbol=SYMBOL, kind=KIND, span=Span(start=T0, end=END))
    Sync(made, VENUE, lambda: client(server)[0]).run([want])
    return made


def rewritten(catalog: Catalog, change: Callable[[dict[str, np.ndarray]], None]) -> None:
    """Store the rows again after `change` has spoilt them."""
    table = catalog.read_rows(VENUE, SYMBOL, KIND)
    columns = {name: table[name].to_numpy().copy() for name in table.column_names}
    change(columns)
    catalog.remove(VENUE, SYMBOL, KIND, ((T0 - MINUTE_MS, END + MINUTE_MS),))
    catalog.write(VENUE, SYMBOL, KIND, pa.table(columns), "test", checked=(T0, END))


def _untrue(columns: dict[str, np.ndarray]) -> None:
    columns["high"][10] = columns["low"][10] - 1.0


def _zero(columns: dict[str, np.ndarray]) -> None:
    columns["low"][11] = 0.0


def _negative_price(columns: dict[str, np.ndarray]) -> None:
    columns["open"][12] = -columns["open"][12]


def _negative_volume(columns: dict[str, np.ndarray]) -> None:
    columns["volume"][13] = -1.0


def _shifted(columns: dict[str, np.ndarray]) -> None:
    columns["ts"][14] += 1_000


def _jump(columns: dict[str, np.ndarray]) -> None:
    for name in ("open", "high", "low", "close"):
        columns[name][200:] *= 3.0


def _frozen(columns: dict[str, np.ndarray]) -> None:
    for name in ("open", "high", "low", "close"):
        columns[name][100:170] = columns["close"][100]


DEFECTS: dict[str, tuple[Callable[[dict[str, np.ndarray]], None], str, int]] = {
    "high below low": (_untrue, "untrue", 10),
    "a price of zero": (_zero, "untrue", 11),
    "a negative price": (_negative_price, "untrue", 12),
    "a negative volume": (_negative_volume, "untrue", 13),
    "a bar off the grid": (_shifted, "misaligned", 14),
    "a jump": (_jump, "jump", 200),
    "an hour at one price": (_frozen, "frozen", 100),
}


def test_a_sound_series_has_no_findings(catalog: Catalog) -> None:
    assert examine(catalog, VENUE, SYMBOL, KIND) == []


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_found_and_healed(server: FakeBybit, catalog: Catalog, name: str) -> None:
    change, reason, place = DEFECTS[name]
    before = catalog.read_rows(VENUE, SYMBOL, KIND)
    rewritten(catalog, change)
    found = examine(catalog, VENUE, SYMBOL, KIND)
    assert reason in {one.reason for one in found}
    assert found[0].start // MINUTE_MS * MINUTE_MS == T0 + place * MINUTE_MS
    healed = heal(client(server)[0], catalog, VENUE, found)
    left = examine(catalog, VENUE, SYMBOL, KIND)
    if name == "a jump":  # its second half is only found out by comparing with the exchange
        assert healed.replaced
    else:
        assert (left, healed.left) == ([], ())
        assert catalog.read_rows(VENUE, SYMBOL, KIND).equals(before)
    assert catalog.verify() == []


def test_what_the_exchange_says_again_stays(server: FakeBybit, catalog: Catalog) -> None:
    for column in range(1, 5):
        server.markets[SYMBOL].minutes[300:, column] *= 2.0
    rewritten(catalog, _doubled)
    found = examine(catalog, VENUE, SYMBOL, KIND)
    assert [one.reason for one in found] == ["jump"]
    healed = heal(client(server)[0], catalog, VENUE, found)
    assert (healed.replaced, healed.left) == (0, tuple(found))


def _doubled(columns: dict[str, np.ndarray]) -> None:
    for name in ("open", "high", "low", "close"):
        columns[name][300:] *= 2.0


@pytest.mark.parametrize("harm", ["flip a byte", "delete"])
def test_a_damaged_file_is_fetched_again(
    server: FakeBybit, catalog: Catalog, tmp_path: Path, harm: str
) -> None:
    before = catalog.read_rows(VENUE, SYMBOL, KIND)
    (file,) = (tmp_path / VENUE / SYMBOL / KIND).glob("*.parquet")
    if harm == "delete":
        file.unlink()
    else:
        payload = bytearray(file.read_bytes())
        payload[len(payload) // 2] ^= 1
        file.write_bytes(payload)
    found = examine(catalog, VENUE, SYMBOL, KIND)
    assert [one.reason for one in found] == ["damaged"]
    healed = heal(client(server)[0], catalog, VENUE, found)
    assert healed.left == ()
    assert catalog.read_rows(VENUE, SYMBOL, KIND).equals(before)


def test_a_gap_is_told_and_filled(server: FakeBybit, catalog: Catalog) -> None:
    hole = (T0 + 50 * MINUTE_MS, T0 + 60 * MINUTE_MS)
    assert catalog.remove(VENUE, SYMBOL, KIND, (hole,)) == 10
    assert gaps(catalog, VENUE, SYMBOL, KIND) == (hole,)
    found = examine(catalog, VENUE, SYMBOL, KIND)
    assert [(one.reason, one.start, one.end) for one in found] == [("gap", *hole)]
    assert heal(client(server)[0], catalog, VENUE, found).left == ()


def test_a_removal_that_touches_nothing_changes_nothing(catalog: Catalog) -> None:
    before = catalog.manifest(VENUE, SYMBOL, KIND)
    assert catalog.remove(VENUE, SYMBOL, KIND, ((END + MINUTE_MS, END + 2 * MINUTE_MS),)) == 0
    assert catalog.manifest(VENUE, SYMBOL, KIND) == before
    assert catalog.remove(VENUE, "NONEUSDT", KIND, ((T0, END),)) == 0


def test_minutes_add_up_to_the_bars_of_the_exchange(server: FakeBybit, catalog: Catalog) -> None:
    one, _ = client(server)
    native = [r for page in bybit.klines(one, SYMBOL, Span(start=T0, end=END), "15m") for r in page]
    assert compare_rolled(catalog, VENUE, SYMBOL, "15m", native) == (26, [])
    wrong: list[Any] = [(*native[0][:2], native[0][2] + 0.1, *native[0][3:]), *native[1:]]
    compared, found = compare_rolled(catalog, VENUE, SYMBOL, "15m", wrong)
    assert compared == 26
    assert [(m.ts, m.column) for m in found] == [(native[0][0], "high")]


def test_real_minutes_add_up_to_the_bars_of_the_exchange(tmp_path: Path) -> None:
    catalog = Catalog(tmp_path)
    import_file(need_shared("data", "bybit_linear_BTCUSDT_1m_2025-05_06.parquet"), catalog, SYMBOL)
    file = need_shared("data", "bybit_linear_BTCUSDT_15m_2023-12_2026.parquet")
    native = list(zip(*pq.read_table(file).to_pydict().values(), strict=True))
    compared, found = compare_rolled(catalog, VENUE, SYMBOL, "15m", native)
    assert compared > 2_900
    assert found == []


@pytest.mark.parametrize("name", ["BTCUSDT_1m_2026-02_03", "ETHUSDT_1m_2025-05_06"])
def test_real_minutes_add_up_as_another_hand_adds_them(name: str, tmp_path: Path) -> None:
    """Where there are no slower bars of the exchange: the roll-up of the loopback server."""
    catalog, file = Catalog(tmp_path), need_shared("data", f"bybit_linear_{name}.parquet")
    import_file(file, catalog, SYMBOL)
    minutes = np.column_stack([column.to_numpy() for column in pq.read_table(file).columns])
    native = [tuple(row) for row in rolled_up(minutes, 15 * MINUTE_MS)[1:-1].tolist()]
    compared, found = compare_rolled(catalog, VENUE, SYMBOL, "15m", native)
    assert compared == len(native) > 2_800
    assert found == []
    quarters = catalog.read_bars(VENUE, SYMBOL).roll_up(15)
    for place, column in enumerate(("open", "high", "low", "close")):
        first = quarters.position(int(native[0][0]))
        same = getattr(quarters, column)[first : first + len(native)]
        np.testing.assert_array_equal(same, [row[1 + place] for row in native])
