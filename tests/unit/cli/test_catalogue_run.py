"""A run on the catalogue: mark prices, funding, the instrument's filters and its risk tiers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commandline import tradec
from complete import complete
from generators.minute_play import LEAD, market, text
from tradec.runtime.data.catalog import DEFAULT_VENUE, Catalog
from tradec.runtime.data.kinds import kind_named

SYMBOL = "BTCUSDT"
ROWS = [(100.0,) * 4] * 6
BARS = market(ROWS)
TS = BARS.ts0 + BARS.base_ms * np.arange(BARS.n)
NO_STOP = {"risk": "risk: {max_position_pct: 10}\n"}
FILTERS = {
    "status": "Trading",
    "settle": "USDT",
    "tick": "0.5",
    "step": "0.5",
    "min_qty": "0.5",
    "max_qty": "1000",
    "max_mkt_qty": "1000",
    "min_notional": "5",
    "max_lev": "50",
    "lev_step": "0.01",
    "funding_min": 480,
    "launch_ts": 0,
    "raw": "{}",
}


def put(folder: Path, kind: str, rows: list[dict[str, Any]]) -> None:
    """Write rows of a series as an answer to all that was asked, what is not given as zeros."""
    zeros = {"int64": 0, "uint8": 0, "float64": 0.0, "string": ""}
    columns = {
        name: [row.get(name, zeros[type_]) for row in rows]
        for name, type_ in kind_named(kind).columns
    }
    types = {"int64": pa.int64(), "uint8": pa.uint8(), "float64": pa.float64()}
    fields = [(name, types.get(type_, pa.string())) for name, type_ in kind_named(kind).columns]
    table = pa.table(columns, schema=pa.schema(fields))
    asked = (int(TS[0]), int(TS[-1]) + BARS.base_ms)
    Catalog(folder).write(DEFAULT_VENUE, SYMBOL, kind, table, "rest", checked=asked)


def prices(**changed: tuple[int, float]) -> list[dict[str, Any]]:
    """Return the minutes, `low=(k, price)` being the low of minute k from the arrival on."""
    names = ("open", "high", "low", "close", "volume")
    rows = [
        {"ts": int(ts), **{name: float(getattr(BARS, name)[k]) for name in names}}
        for k, ts in enumerate(TS)
    ]
    for name, (k, price) in changed.items():
        rows[LEAD + 1 + k][name] = price
    return rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a catalogue with minutes, filters and one tier; `places` sets where it is."""
    found = tmp_path / "data"
    put(found, "kline_1m", prices())
    put(found, "instrument", [{"ts": 0, **FILTERS}])
    put(found, "risk_tier", [tier(1, "1000000", "0", "50")])
    return found


def tier(number: int, limit: str, rate: str, leverage: str, ts: int = 0) -> dict[str, Any]:
    numbers = {"tier": number, "id": number, "risk_id": number}
    words = {"limit_value": limit, "mmr": rate, "imr": "0.02", "max_lev": leverage}
    return {"ts": ts, **numbers, **words, "mm_deduction": "0"}


def run(tmp_path: Path, **sections: str) -> tuple[Path, dict[str, Any]]:
    """Return the folder of a run and its manifest."""
    play = tmp_path / "play.yml"
    play.write_text(complete(text(**sections)), encoding="utf-8")
    said = tradec("run", play, "--engine", "interpreter", "--json")
    assert said.code in {0, 10}, said.err
    made = Path(said.data["run_dir"])
    return made, json.loads((made / "manifest.json").read_text())


def orders(made: Path) -> list[dict[str, Any]]:
    return list(pq.read_table(made / "orders.parquet").to_pylist())


def test_the_mark_of_the_catalogue_liquidates(folder: Path, tmp_path: Path) -> None:
    """The last price stays at 100; the mark falls to 79 for a minute, below 80."""
    put(folder, "mark_1m", prices(low=(2, 79.0)))
    made, manifest = run(tmp_path, **NO_STOP)
    assert manifest["config"]["assumed"]["mark_source"] == "mark_kline"
    assert manifest["stop_reason"] == "liquidated"
    (trade,) = pq.read_table(made / "trades.parquet").to_pylist()
    assert (trade["exit_reason"], trade["exit_price"]) == ("liquidation", 80.0)


def test_without_mark_prices_the_last_one_marks(folder: Path, tmp_path: Path) -> None:
    assert folder.exists()
    _, manifest = run(tmp_path, **NO_STOP)
    assert manifest["config"]["assumed"]["mark_source"] == "last_extreme"
    assert manifest["stop_reason"] == "end_of_data"


def test_the_settlements_of_the_catalogue_are_booked_at_its_mark(
    folder: Path, tmp_path: Path
) -> None:
    put(folder, "mark_1m", prices(open=(2, 99.0)))
    settled = [int(TS[LEAD + 1]), int(TS[LEAD + 3]), int(TS[LEAD + 4])]
    rates = (0.01, 0.001, -0.002)
    put(folder, "funding", [{"ts": t, "rate": r} for t, r in zip(settled, rates, strict=True)])
    made, _ = run(tmp_path, **NO_STOP)
    rows = pq.read_table(made / "funding.parquet").to_pylist()
    assert [(row["ts_funding"], row["mark_price"]) for row in rows] == [
        (settled[1], 99.0),
        (settled[2], 100.0),
    ]
    assert [row["pnl"] for row in rows] == pytest.approx([-50 * 99 * 0.001, 50 * 100 * 0.002])
    trade = pq.read_table(made / "trades.parquet").to_pylist()[0]
    assert trade["funding_pnl"] == pytest.approx(-4.95 + 10.0)


def test_the_filters_of_the_snapshot_hold(folder: Path, tmp_path: Path) -> None:
    put(folder, "instrument", [{"ts": 1, **FILTERS, "max_mkt_qty": "12.3"}])
    made, manifest = run(tmp_path, **NO_STOP)
    assert manifest["instrument"]["step"] == "0.5"
    assert manifest["defaulted"] == []
    assert (orders(made)[0]["qty"], orders(made)[0]["cap"]) == (12.0, "max_qty")


def test_a_leverage_above_the_snapshots_is_refused(folder: Path, tmp_path: Path) -> None:
    put(folder, "instrument", [{"ts": 1, **FILTERS, "max_lev": "4"}])
    made, _ = run(tmp_path, **NO_STOP)
    assert {order["code"] for order in orders(made)} == {"MAX_LEVERAGE"}


def test_risk_tiers_cap_an_entry(folder: Path, tmp_path: Path) -> None:
    tiers = [tier(1, "2000", "0.01", "50", ts=1), tier(2, "1000000", "0.02", "3", ts=1)]
    put(folder, "risk_tier", tiers)
    made, manifest = run(tmp_path, **NO_STOP)
    assert [one["limit_usdt"] for one in manifest["instrument"]["tiers"]] == [2000.0, 1e6]
    assert (orders(made)[0]["qty"], orders(made)[0]["cap"]) == (20.0, "risk_tier")
