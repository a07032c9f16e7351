"""What a run leaves behind: its tables, its metrics and the manifest that says what made it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tradec
from tradec.cli.machine import Machine
from tradec.cli.market import Market
from tradec.runtime import artifacts, backtest, hashes
from tradec.runtime.backtest import Outcome
from tradec.runtime.hindsight import margin_columns
from tradec.runtime.metrics.exposure import Marked
from tradec.runtime.metrics.measure import Run, measure
from tradec.runtime.metrics.periods import period_returns
from tradec.runtime.schemas import table_of
from tradec.runtime.sim import accounts, tables
from tradec.runtime.sim.remarks import Remarks
from tradec.runtime.sim.terms import tiers_of
from tradec.runtime.timeframe import TIMEFRAMES

if TYPE_CHECKING:
    import pyarrow as pa

MODE = "backtest"
FEATURES, SIGNALS = "features", "signals"
EVENTS, RETURNS = "events.jsonl", "returns.json"
Figures = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A run that has ended: the machine, the market, and what came of them.

    A session has figures of its own, and further files such as its journal.
    `features` is a finished `FeatureFile` in the folder of the runs.
    """

    machine: Machine
    market: Market
    outcome: Outcome
    overrides: Mapping[str, str]
    seconds: float
    mode: str = MODE
    session: Figures | None = None
    others: Mapping[str, bytes] = field(default_factory=dict)
    features: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The folder of a run, and what its manifest and its metrics say."""

    path: Path
    manifest: Figures
    metrics: Figures


def record(done: Done, out: Path, emit: frozenset[str]) -> Recorded:
    """Write the run's folder below `out`, whole or not at all."""
    frame = _frame(done)
    columns = _columns(done, frame)
    metrics = _metrics(done, frame, columns)
    created = datetime.now(UTC)
    inputs = input_hash(done)
    manifest = {**_manifest(done), "input_hash": inputs, "created_at": _text(created)}
    path = artifacts.write_run(
        out,
        artifacts.run_name(created, done.machine.name, done.mode, inputs),
        artifacts.RunFiles(
            manifest=manifest,
            metrics={**_identity(manifest, metrics), **metrics},
            tables=_tables(done, frame, columns, emit),
            others={
                **{name: text.encode() for name, text in done.machine.files.items()},
                EVENTS: accounts.event_log(columns),
                **done.others,
                RETURNS: _json(period_returns(done.outcome.ts_close, done.outcome.equity)),
            },
            ready={} if done.features is None else {f"{FEATURES}.parquet": done.features},
        ),
    )
    return Recorded(path=path, manifest=manifest, metrics=metrics)


def metrics_of(done: Done) -> dict[str, Any]:
    """Return the metrics of a run of which nothing is written."""
    frame = _frame(done)
    return _metrics(done, frame, _columns(done, frame))


def _frame(done: Done) -> tables.Frame:
    return tables.Frame(
        symbol=done.machine.symbol,
        timeframe=TIMEFRAMES[done.machine.exec],
        ts_start=done.outcome.trade_start,
        blocks=blocks_of(done.machine),
        remarks=Remarks.of(done.machine.notes, done.machine.slots),
    )


def input_hash(done: Done) -> str:
    """Return the hash of everything that decides a run's result (simulation.md 17)."""
    machine, market = done.machine, done.market
    return hashes.hash_of(
        {
            "play_hash": machine.play_hash,
            "symbol": machine.symbol,
            "timeframes": {**machine.roles, "exec": machine.exec},
            "window": [market.start, market.end],
            "data": market.bars.data_hash,
            "base": market.base,
            "instrument": market.instrument.as_dict(),
            "tradec": tradec.__version__,
            "units": dict(machine.units),
            "overrides": dict(done.overrides),
            "seed": market.figures.get("seed"),
        }
    )


def blocks_of(machine: Machine) -> tuple[str, ...]:
    """Return the ids of the play's action blocks, in order."""
    return tuple(block["id"] for block in json.loads(machine.files["play.ir.json"])["blocks"])


def _columns(done: Done, frame: tables.Frame) -> dict[str, tables.Columns]:
    """Return the columns of every table that a run has."""
    outcome = done.outcome
    marks, bars = accounts.mark_closes(outcome.traded, outcome.mark_source), outcome.traded
    places = (outcome.ts_close - bars.ts0) // bars.base_ms - 1
    return {
        "trades": tables.trade_columns(outcome, frame, _margins(done)),
        "fills": tables.fill_columns(outcome),
        "orders": tables.order_columns(outcome),
        "equity": accounts.equity_columns(outcome.ts_close, outcome.equity),
        "account_curve": accounts.account_columns(
            outcome.states, outcome.ts_close, marks[places], _tiers(done)
        ),
        "funding": accounts.funding_columns(outcome.payments),
    }


def _tiers(done: Done) -> list[dict[str, float]]:
    """Return the risk tiers that applied."""
    rules = done.machine.trading_rules()
    return tiers_of(rules, backtest.constrained(done.market.instrument, rules))


def _margins(done: Done) -> tables.Columns:
    """Return how close the decision of each trade was."""
    machine, rules = done.machine, done.machine.trading_rules()
    tick = backtest.constrained(done.market.instrument, rules).tick
    return margin_columns(
        done.outcome,
        machine.fresh(),
        machine.logic,
        exec_tf=machine.exec,
        tick=None if tick is None else float(tick),
    )


def _metrics(
    done: Done, frame: tables.Frame, columns: Mapping[str, tables.Columns]
) -> dict[str, Any]:
    outcome, bars = done.outcome, done.outcome.traded
    last = int(outcome.ts_close[-1] - bars.ts0) // bars.base_ms - 1
    return measure(
        Run(
            frame=frame,
            equity=outcome.equity,
            trades=columns["trades"],
            fills=columns["fills"],
            orders=columns["orders"],
            funding=columns["funding"],
            account=columns["account_curve"],
            marked=Marked(
                ts0=bars.ts0,
                base_ms=bars.base_ms,
                closes=accounts.mark_closes(bars, outcome.mark_source),
                states=outcome.states,
                tiers=_tiers(done),
            ),
            first_open=float(bars.open[min(1, bars.n - 1)]),
            last_close=float(bars.close[last]),
        )
    )


def _tables(
    done: Done, frame: tables.Frame, columns: Mapping[str, tables.Columns], emit: frozenset[str]
) -> "dict[str, pa.Table]":
    """Return the tables of a run, with those that were asked for."""
    outcome = done.outcome
    made = {kind: table_of(kind, part) for kind, part in columns.items()}
    if SIGNALS in emit:
        made[SIGNALS] = table_of(SIGNALS, tables.signal_columns(outcome, frame.blocks))
    return made


def _manifest(done: Done) -> dict[str, Any]:
    """Return what a reader needs to know how the result came about, and to repeat it."""
    machine, market, outcome = done.machine, done.market, done.outcome
    return {
        "play_id": machine.name,
        "play_hash": machine.play_hash,
        "module_hash": machine.module_hash,
        "tradec": tradec.__version__,
        "units": dict(machine.units),
        "mode": done.mode,
        **({"session": dict(done.session)} if done.session else {}),
        "engine": machine.engine,
        "symbol": machine.symbol,
        "exec": machine.exec,
        "timeframes": dict(machine.roles),
        "warmup": dict(machine.warmup),
        "window": {
            "start": market.start,
            "end": outcome.traded.end,
            "trade_start": outcome.trade_start,
            "stopped_at": int(outcome.ts_close[-1]),
        },
        "data": {
            "kind": market.kind,
            "source": market.bars.source,
            "base": market.base,
            "rows": market.bars.n,
            "flat_rows": int((market.bars.flags != 0).sum()),
            "hash": market.bars.data_hash,
            **market.figures,
        },
        "seed": market.figures.get("seed"),
        "instrument": market.instrument.as_dict(),
        "config": {**asdict(machine.trading_rules()), "assumed": _assumed(done)},
        "params": dict(machine.values),
        "overrides": dict(done.overrides),
        "defaulted": list(market.assumed),
        "warnings": list(market.warnings),
        "diagnostics": [_acknowledged(found) for found in machine.diagnostics],
        "stop_reason": outcome.stop_reason,
        "entries_disabled": outcome.entries_disabled,
        "digest": f"{outcome.digest:016x}",
        "seconds": done.seconds,
    }


def _assumed(done: Done) -> dict[str, Any]:
    """Return what the simulation takes for granted, named in every manifest."""
    rules, funding = done.machine.trading_rules(), done.market.bars.funding
    is_funded = rules.backtest.funding and funding is not None
    margin = "the play's" if rules.maintenance_margin_rate is not None else "the risk tiers'"
    return {
        "arrival": "orders reach the market at the next base bar's open",
        "ties": "liquidation or stop, the nearer first, before the target within one base bar",
        "mark_source": done.outcome.mark_source,
        "funding": is_funded,
        "settlements_booked": int(done.outcome.payments.size),
        "maintenance_margin": margin,
    }


def _acknowledged(found: Any) -> dict[str, Any]:
    start = found.span.start
    return {
        "code": found.code,
        "message": found.message,
        "line": start.line,
        "col": start.column,
    }


def _identity(manifest: Figures, metrics: Figures) -> dict[str, Any]:
    """Return the keys that every metrics.json has in front (simulation.md 17)."""
    return {
        "play_id": manifest["play_id"],
        "symbol": manifest["symbol"],
        "tf_exec": manifest["exec"],
        "window_start": manifest["window"]["trade_start"],
        "window_end": manifest["window"]["end"],
        "trades_count": metrics["total_trades"],
        "net_pnl_usdt": metrics["net_profit"],
        "stop_reason": manifest["stop_reason"],
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, allow_nan=False).encode() + b"\n"


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
