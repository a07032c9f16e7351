"""Run folders: what is written, that it is whole or absent, hashes, and damage that is reported."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from generators.exchange_cases import START_MS, bars_of, case_of, play
from generators.money import rules
from tradec.runtime.artifacts import RunError, RunFiles, list_runs, read_run, run_name, write_run
from tradec.runtime.hashes import canonical, hash_of, run_hashes, table_hash
from tradec.runtime.schemas import MISSING, SCHEMAS, features_table, table_of
from tradec.runtime.sim.accounts import account_columns, equity_columns, funding_columns
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.tables import (
    Frame,
    fill_columns,
    order_columns,
    signal_columns,
    trade_columns,
)
from tradec.runtime.sim.terms import tiers_of
from tradec.runtime.timeframe import TIMEFRAMES

CREATED = datetime(2025, 6, 1, 12, 30, 5, tzinfo=UTC)


def files_of(actions: list[int], **changed: Any) -> RunFiles:
    """Return the files of a run over five bars."""
    prices = [100.0, 100.0, 103.0, 97.0, 99.0]
    bars = bars_of([(p, p + 1, p - 1, p) for p in prices])
    money, instrument = rules(symbol="BTCUSDT", **changed), Instrument.built_in(100.0)
    case = case_of(bars, actions, money, instrument=instrument)
    exchange = play(case)
    records = SimpleNamespace(
        orders=exchange.orders_made(),
        fills=exchange.fills_made(),
        legs=exchange.legs_closed(),
        signals=exchange.signals_seen(),
        noted=np.empty((0, 0)),
    )
    start = START_MS + 60_000
    frame = Frame(symbol="BTCUSDT", timeframe=TIMEFRAMES["1m"], ts_start=start, blocks=("go",))
    points = exchange.equity()
    closes = start + 60_000 * np.arange(points.size)
    columns = {
        "trades": trade_columns(records, frame),
        "fills": fill_columns(records),
        "orders": order_columns(records),
        "equity": equity_columns(closes, points),
        "funding": funding_columns(exchange.funding_paid()),
        "account_curve": account_columns(
            exchange.states_kept(), closes, bars.close[: points.size], tiers_of(money, instrument)
        ),
        "signals": signal_columns(records, frame.blocks),
    }
    return RunFiles(
        manifest={"play_hash": "ab" * 32, "created_at": CREATED.isoformat()},
        metrics={"net_profit": exchange.cash - 10_000.0, "sharpe": None},
        tables={kind: table_of(kind, part) for kind, part in columns.items()},
        others={"play.yml": b"version: 1\n"},
    )


TRADED = [1, 5, 2, 0, 0]
FLAT = [0] * 5


@pytest.mark.parametrize("actions", [TRADED, FLAT])
def test_a_run_is_read_back_as_written(tmp_path: Path, actions: list[int]) -> None:
    files = files_of(actions)
    path = write_run(tmp_path / "runs", "name", files)
    again = read_run(path)
    assert again.metrics == files.metrics
    assert again.manifest["run_id"] == path.name == "name"
    assert (path / "play.yml").read_bytes() == b"version: 1\n"
    for kind, table in files.tables.items():
        assert table_hash(again.tables[kind]) == table_hash(table)
        assert again.tables[kind].schema.equals(SCHEMAS[kind])
        assert pq.ParquetFile(path / f"{kind}.parquet").metadata.format_version == "2.6"
    assert run_hashes(again.tables, "ab" * 32).items() <= again.manifest.items()


def test_rows_say_what_happened() -> None:
    tables = files_of(TRADED, slippage_rate=0.0, stop=("price_percent", 50.0)).tables
    long, short = tables["trades"].to_pylist()
    assert (long["side"], long["exit_reason"], long["exit_price_source"]) == (
        "long",
        "signal",
        "open",
    )
    assert (long["ts_entry"], long["ts_exit"]) == (START_MS + 60_000, START_MS + 120_000)
    assert (long["entry_bar_index"], long["exit_bar_index"], long["duration_bars"]) == (0, 1, 1.0)
    assert (long["stop_loss"], long["entry_price"], long["exit_price"]) == (50.0, 100.0, 103.0)
    assert np.isnan(long["take_profit"])
    assert (short["side"], short["exit_reason"]) == ("short", "end_of_data")
    assert short["stop_loss"] == 145.5
    orders = tables["orders"].to_pylist()
    assert [order["reason"] for order in orders] == ["entry", "signal", "entry", "end_of_data"]
    assert {order["status"] for order in orders} == {"filled"}
    assert [order["code"] for order in orders] == [None] * 4
    signals = tables["signals"].to_pylist()
    assert [signal["action"] for signal in signals] == ["entry_long", "exit_all", "entry_short"]
    assert [signal["order_id"] for signal in signals] == [1, 2, 3]
    assert [signal["outcome"] for signal in signals] == ["filled"] * 3
    assert signals[0]["ts_close"] == START_MS + 60_000


def test_a_decision_that_the_account_does_not_admit_has_no_order() -> None:
    signals = files_of([3, 0, 0, 0, 1]).tables["signals"].to_pylist()
    assert [signal["outcome"] for signal in signals] == ["not_actionable", "END_OF_DATA"]
    assert [signal["order_id"] for signal in signals] == [None, 1]


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    names = [write_run(tmp_path, "name", files_of(FLAT)).name for _ in range(3)]
    assert names == ["name", "name-2", "name-3"]
    assert [run.manifest["run_id"] for run in list_runs(tmp_path)] == names


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(pq, "write_table", full)
    with pytest.raises(OSError, match="no space"):
        write_run(tmp_path, "name", files_of(FLAT))
    assert list(tmp_path.iterdir()) == []


def test_hashes_follow_the_content() -> None:
    def hashes(*actions: int, **rules: Any) -> dict[str, str]:
        return run_hashes(files_of(list(actions), **rules).tables, "play")

    assert hashes(*TRADED) == hashes(*TRADED)
    traded, flat = hashes(*TRADED), hashes(*FLAT)
    assert not set(traded.values()) & set(flat.values())
    assert all(len(value) == 64 for value in flat.values())
    assert hashes(*FLAT) == hashes(*FLAT, leverage=2.0)
    assert hashes(*TRADED)["trades_hash"] != hashes(*TRADED, leverage=2.0)["trades_hash"]


def test_canonical_values() -> None:
    assert canonical({"b": 0.1, "a": [1, None, 1e-13]}) == b'{"a":[1,null,1e-13],"b":0.1}'
    assert hash_of({"a": 1, "b": 2}) == hash_of({"b": 2, "a": 1})
    with pytest.raises(ValueError, match="Out of range"):
        canonical(float("nan"))
    with_nan = pa.table({"x": [1.0, float("nan")]})
    assert table_hash(with_nan) != table_hash(pa.table({"x": [1.0, 2.0]}))


def test_damaged_folders_are_reported(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        write_run(tmp_path, name, files_of(FLAT))
    (tmp_path / "b" / "manifest.json").write_text("{")
    (tmp_path / "c" / "trades.parquet").unlink()
    (tmp_path / "d" / "equity.parquet").write_bytes(b"PAR1")
    (tmp_path / "e").mkdir()
    (tmp_path / ".writing-x").mkdir()
    told = {run.run_id: run.damage for run in list_runs(tmp_path)}
    assert set(told) == {"a", "b", "c", "d", "e"}
    assert told["a"] is None
    assert "manifest.json cannot be read" in str(told["b"])
    assert "has no trades.parquet" in str(told["c"])
    assert "has no manifest.json" in str(told["e"])
    for name in ("b", "c", "d", "e", "absent"):
        with pytest.raises(RunError, match=name):
            read_run(tmp_path / name)


def test_names() -> None:
    east = CREATED.astimezone(timezone(timedelta(hours=9)))
    told = "20250601-123005-ema_cross-backtest-deadbeef"
    assert run_name(east, "ema_cross", "backtest", "deadbeefcafe") == told
    assert run_name(CREATED, "../a b/", "backtest", "0" * 64).split("-")[2] == "a_b"
    with pytest.raises(ValueError, match="time zone"):
        run_name(CREATED.replace(tzinfo=None), "p", "backtest", "00")


def test_wrong_tables_are_refused(tmp_path: Path) -> None:
    files = files_of(FLAT)
    few = {kind: table for kind, table in files.tables.items() if kind != "fills"}
    with pytest.raises(ValueError, match="missing"):
        write_run(tmp_path, "name", replace(files, tables=few))
    swapped = {**files.tables, "fills": files.tables["orders"]}
    with pytest.raises(ValueError, match="schema of fills"):
        write_run(tmp_path, "name", replace(files, tables=swapped))
    with pytest.raises(ValueError, match="has the columns"):
        table_of("equity", {"equity": np.zeros(1)})


def test_features_table() -> None:
    floats = np.array([1.5, np.nan]).view(np.int64)
    words = np.column_stack([floats, [7, MISSING], [1, MISSING], [2, MISSING], [0, 2]])
    columns = [
        ("ema", "float", ()),
        ("swing.age", "int", ()),
        ("trend.changed", "bool", ()),
        ("trend.state", "enum", (("none", 0), ("up", 2))),
        ("zone.state", "enum", (("none", 0), ("up", 2))),
    ]
    table = features_table(np.array([10, 20]), words, columns)
    assert table.column_names == ["ts_close", *(name for name, _, _ in columns)]
    assert table["ema"].null_count == 0
    assert np.isnan(table["ema"].to_pylist()[1])
    told = {name: table[name].to_pylist() for name in table.column_names[2:]}
    assert told == {
        "swing.age": [7, None],
        "trend.changed": [True, None],
        "trend.state": ["up", None],
        "zone.state": ["none", "up"],
    }
    with pytest.raises(ValueError, match="an output is"):
        features_table(np.array([1]), np.zeros((1, 1), np.int64), [("x", "text", ())])


def test_features_table_without_rows(tmp_path: Path) -> None:
    columns = [("a", "float", ()), ("b", "enum", (("up", 1),))]
    table = features_table(np.empty(0, np.int64), np.empty((0, 2), np.int64), columns)
    path = write_run(
        tmp_path,
        "name",
        replace(files_of(FLAT), tables={**files_of(FLAT).tables, "features": table}),
    )
    assert read_run(path).tables["features"].schema.equals(table.schema)


def test_json_is_strict(tmp_path: Path) -> None:
    path = write_run(tmp_path, "name", files_of(FLAT))
    assert json.loads((path / "metrics.json").read_text())["sharpe"] is None
    with pytest.raises(ValueError, match="Out of range"):
        write_run(tmp_path, "bad", replace(files_of(FLAT), metrics={"x": float("nan")}))
    assert not (tmp_path / "bad").exists()
