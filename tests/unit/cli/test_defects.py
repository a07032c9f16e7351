"""Defects put into market data: each is named, mended or refused, and none reaches a run."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from commandline import Said, tradec
from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog
from tradec.runtime.data.synthetic import synthesize

PLAY = Path(__file__).parents[3] / "plays" / "ema_cross.yml"
MINUTE_MS, MINUTES = 60_000, 6_000
Columns = dict[str, NDArray[Any]]
Change = Callable[[Columns], Columns]


def _market() -> Columns:
    bars = synthesize("range_wide", minutes=MINUTES)
    prices = {name: getattr(bars, name).copy() for name in ("open", "high", "low", "close")}
    return {"ts": bars.ts0 + MINUTE_MS * np.arange(bars.n), **prices, "volume": bars.volume.copy()}


def _taken(rows: Any) -> Change:
    return lambda columns: {name: column[rows] for name, column in columns.items()}


def _set(name: str, row: int, value: float) -> Change:
    def change(columns: Columns) -> Columns:
        columns[name][row] = value
        return columns

    return change


def _until_now(ahead: int) -> Change:
    """Move the minutes so that the last `ahead` of them open after this one, which is absent."""

    def change(columns: Columns) -> Columns:
        now = time.time_ns() // 1_000_000 // MINUTE_MS * MINUTE_MS
        columns["ts"] += now + ahead * MINUTE_MS - columns["ts"][-1]
        return {name: np.delete(column, -1 - ahead) for name, column in columns.items()}

    return change


SHUFFLED = np.random.default_rng(1).permutation(MINUTES)
MENDED: dict[str, Change] = {
    "rows in another order": _taken(SHUFFLED),
    "rows that stand twice": _taken([*range(MINUTES), 5, 6, 7, 5]),
    "both": _taken([*SHUFFLED, *SHUFFLED[:50]]),
}
REFUSED: dict[str, tuple[Change, str]] = {
    "high below low": (_set("high", 40, 1.0), "<= high does not hold"),
    "low above the body": (_set("low", 40, 1e9), "low <= min(open, close)"),
    "a price of zero": (_set("close", 40, 0.0), "a price is zero or negative"),
    "a negative price": (_set("open", 40, -5.0), "a price is zero or negative"),
    "a negative volume": (_set("volume", 40, -1.0), "the volume is negative"),
    "no price": (_set("low", 40, np.nan), "absent or not a number"),
    "seconds off the grid": (_set("ts", 40, 1_735_689_601_000), "not on the grid"),
    "a time in seconds": (_set("ts", 40, 1_735_689_600), "unreadable or of another unit"),
    "a clock ahead": (_until_now(3), "3 the bar had not closed yet"),
}


def _file(columns: Columns) -> Path:
    pq.write_table(pa.table(columns), "minutes.parquet")
    return Path("minutes.parquet")


def _imported(file: Path, *more: str) -> Said:
    return tradec("data", "import", file, "--symbol", "BTCUSDT", "--json", *more)


def _ran(*data: object) -> Said:
    return tradec("run", PLAY, *data, "--json")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return a run on the market as it is."""
    folder = tmp_path_factory.mktemp("clean")
    pq.write_table(pa.table(_market()), folder / "minutes.parquet")
    said = _ran("--data", folder / "minutes.parquet", "--out", folder / "runs")
    assert said.code == 0, said.out
    assert said.data["trades"] > 0
    return dict(said.data)


@pytest.mark.parametrize("name", MENDED)
def test_what_can_be_mended_is(name: str, clean: dict[str, Any]) -> None:
    file = _file(MENDED[name](_market()))
    assert _imported(file).code == 0
    for said in (_ran("--data", file), _ran()):
        assert (said.code, said.data["digest"]) == (0, clean["digest"])


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_true_is_refused_and_named(name: str) -> None:
    change, words = REFUSED[name]
    file = _file(change(_market()))
    for said in (_imported(file), _ran("--data", file)):
        assert said.code == 7
        assert said.answer["error"]["code"] == "DATA_QUALITY_ISSUE"
        assert words in said.answer["message"]
    assert Catalog().status() == []
    assert not Path("runs").exists()


def test_rows_of_one_time_that_differ_are_refused() -> None:
    columns = _taken([*range(MINUTES), 40])(_market())
    columns["volume"][-1] += 1.0
    for said in (_imported(_file(columns)), _ran("--data", "minutes.parquet")):
        assert said.code == 7
        assert "several rows of one time differ" in said.answer["message"]


def test_a_hole_is_named_and_stops_a_run() -> None:
    file = _file(_taken([i for i in range(MINUTES) if not 2_000 <= i < 2_010])(_market()))
    found = _imported(file)
    assert found.code == 0
    assert len(found.data["holes"]) == 1
    for said in (_ran("--data", file), _ran()):
        assert said.code == 7
        assert "lacks 10 bars from" in said.answer["message"]


def test_the_bar_that_is_still_open_is_left_out_and_told() -> None:
    file = _file(_until_now(1)(_market()))
    said = _ran("--data", file)
    assert said.code == 7
    assert "1 the bar had not closed yet" in said.answer["message"]
    found = _imported(file)
    assert (found.code, found.data["written"]) == (0, MINUTES - 2)
    assert [group["reason"] for group in found.data["refused"]] == ["not_closed"]
    assert any("had not closed yet" in text for text in found.answer["warnings"])


def test_minutes_on_another_clock_contradict_the_exchange() -> None:
    columns, none = _market(), np.zeros(MINUTES, np.uint8)
    table = pa.table({**columns, "turnover": columns["volume"], "src": none, "flags": none})
    Catalog().write(DEFAULT_VENUE, "BTCUSDT", "kline_1m", table, "rest")
    columns["ts"] = columns["ts"] + 180 * MINUTE_MS
    said = _imported(_file(columns))
    assert said.code == 7
    assert "its clock or its symbol is another one" in said.answer["message"]


def test_a_market_of_the_future_was_drawn_and_is_taken() -> None:
    columns = _market()
    columns["ts"] = columns["ts"] + 20 * 365 * 1440 * MINUTE_MS
    file = _file(columns)
    assert _ran("--data", file).code == 0
    assert _imported(file).data["written"] == MINUTES
