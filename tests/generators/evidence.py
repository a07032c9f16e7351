"""Runs of the exchange as `validate math` sees them: tables, manifest, metrics, bars, in memory."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa

from generators.exchange_cases import EXEC, MINUTE_MS, START_MS, Case, play
from tradec.runtime.backtest import constrained
from tradec.runtime.hashes import run_hashes
from tradec.runtime.metrics.exposure import Marked
from tradec.runtime.metrics.measure import Run, measure
from tradec.runtime.metrics.periods import period_returns
from tradec.runtime.schemas import table_of
from tradec.runtime.sim.accounts import (
    account_columns,
    equity_columns,
    funding_columns,
    mark_closes,
)
from tradec.runtime.sim.tables import (
    Columns,
    Frame,
    fill_columns,
    order_columns,
    trade_columns,
)
from tradec.runtime.sim.terms import tiers_of
from tradec.runtime.timeframe import TIMEFRAMES
from tradec.runtime.validate.evidence import Evidence, columns_of, minutes_of


def source_of(case: Case) -> str:
    """Return where the marks of a case come from."""
    source = case.rules.backtest.mark_source
    return source or ("last_extreme" if case.bars.mark is None else "mark_kline")


def run_of(case: Case) -> tuple[Run, Any, str]:
    """Return what the metrics of a case are made of, its equity points' instants, its stop."""
    exchange = play(case)
    step = MINUTE_MS * case.every
    start = -(-(START_MS + (case.first + 1) * MINUTE_MS) // step) * step
    frame = Frame(symbol="TEST", timeframe=TIMEFRAMES[EXEC[case.every]], ts_start=start)
    records = SimpleNamespace(
        orders=exchange.orders_made(),
        fills=exchange.fills_made(),
        legs=exchange.legs_closed(),
        signals=exchange.signals_seen(),
        noted=np.empty((0, 0)),
    )
    points = exchange.equity()
    closes = start + step * np.arange(points.size)
    marks = mark_closes(case.bars, source_of(case))
    tiers = tiers_of(case.rules, constrained(case.instrument, case.rules))
    states = exchange.states_kept()
    places = (closes - START_MS) // MINUTE_MS
    run = Run(
        frame=frame,
        equity=points,
        trades=trade_columns(records, frame),
        fills=fill_columns(records),
        orders=order_columns(records),
        funding=funding_columns(exchange.funding_paid()),
        account=account_columns(states, closes, marks[places - 1], tiers),
        marked=Marked(ts0=START_MS, base_ms=MINUTE_MS, closes=marks, states=states, tiers=tiers),
        first_open=float(case.bars.open[min(places[0], case.bars.n - 1)]) if points.size else 0.0,
        last_close=float(case.bars.close[places[-1] - 1]) if points.size else 0.0,
    )
    return run, closes, exchange.stop_reason


def evidence_of(case: Case) -> Evidence:
    """Return the evidence of a case that has equity points."""
    run, closes, stop = run_of(case)
    columns: dict[str, Columns] = {
        "trades": run.trades,
        "fills": run.fills,
        "orders": run.orders,
        "equity": equity_columns(closes, run.equity),
        "account_curve": run.account,
        "funding": run.funding,
    }
    tables = {kind: table_of(kind, part) for kind, part in columns.items()}
    manifest = _manifest(case, run, stop, tables)
    metrics = measure(run)
    return Evidence(
        manifest=manifest,
        metrics=_identity(manifest, metrics) | metrics,
        returns=period_returns(closes, run.equity),
        tables={kind: columns_of(table) for kind, table in tables.items()},
        minutes=minutes_of(
            case.bars, source_of(case), case.bars.end, funded=case.bars.funding is not None
        ),
        data_hash=case.bars.data_hash,
        hashes=run_hashes(tables, manifest["play_hash"]),
    )


def _manifest(case: Case, run: Run, stop: str, tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    is_free = case.instrument.source == "none"
    backtest = replace(case.rules.backtest, constraints="none" if is_free else "instrument")
    config = asdict(replace(case.rules, backtest=backtest))
    assumed = {"mark_source": source_of(case), "funding": case.bars.funding is not None}
    manifest = {
        "play_id": "case",
        "play_hash": "ab" * 8,
        "symbol": "TEST",
        "exec": run.frame.timeframe.name,
        "window": {"trade_start": run.frame.ts_start, "end": case.bars.end},
        "data": {"hash": case.bars.data_hash},
        "instrument": case.instrument.as_dict(),
        "config": {**config, "assumed": assumed},
        "stop_reason": stop,
    }
    plain: dict[str, Any] = json.loads(json.dumps(manifest))
    return plain | run_hashes(tables, "ab" * 8)


def _identity(manifest: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, Any]:
    window = manifest["window"]
    return {
        "play_id": manifest["play_id"],
        "symbol": manifest["symbol"],
        "tf_exec": manifest["exec"],
        "window_start": window["trade_start"],
        "window_end": window["end"],
        "trades_count": metrics["total_trades"],
        "net_pnl_usdt": metrics["net_profit"],
        "stop_reason": manifest["stop_reason"],
    }
