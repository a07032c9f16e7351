"""Runs one play on one market natively, by step, interpreted and in plain Python, and compares.

Everything must be equal bit for bit: the words of every output at every exec close, decisions,
orders, fills, legs, equity and digest. A difference is told with the bar and the column. What must
hold of any run is asked as well.
"""

from typing import Any

import numpy as np
from tradec.runtime.strategy import Strategy, decode

from differential import reference_engine
from differential.native_cases import trading_rules, values_of
from differential.told import told
from generators.markets import Market
from invariants import Played, hold
from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.compiler.interpreted import strategy_of
from tradec.compiler.interpreter import Interpreter
from tradec.runtime import backtest
from tradec.runtime.data.timestamps import iso
from tradec.runtime.timeframe import TIMEFRAMES

TABLES = ("signals", "orders", "fills", "legs", "payments", "states")
Outcome = backtest.Outcome


class DifferenceError(AssertionError):
    """Two ways of running a play that do not agree."""


def run(strategy: Strategy, play: ir.Play, market: Market, **how: Any) -> Outcome:
    """Return the outcome of one run."""
    return backtest.run(
        strategy,
        market.bars,
        trading_rules(play),
        market.instrument,
        exec_tf=play.exec,
        warmup=market.warmup,
        **how,
    )


def compare(native: Any, play: ir.Play, market: Market) -> Outcome:
    """Return what every way agrees on; raises DifferenceError. `native` is the compiled class."""
    values = values_of(play)
    scanned = run(native(values), play, market)
    stepped = run(native(values), play, market, emit_features=True)
    machine = strategy_of(play, standard(), values)
    interpreted = run(machine, play, market, emit_features=True)
    same_features(stepped, interpreted, machine.COLUMNS)
    for name, other in (("by step", stepped), ("interpreted", interpreted)):
        same_records(scanned, other, f"scanned and {name}")
    compare_reference(interpreted, play, market)
    hold(played(scanned, play, market))
    return scanned


def played(outcome: Outcome, play: ir.Play, market: Market) -> Played:
    """Return a run as the invariants of simulation.md 13 look at it."""
    rules = trading_rules(play)
    return Played(
        rules=rules,
        instrument=backtest.constrained(market.instrument, rules),
        bars=outcome.traded,
        orders=outcome.orders,
        fills=outcome.fills,
        legs=outcome.legs,
        payments=outcome.payments,
        states=outcome.states,
        equity=outcome.equity,
        closes=outcome.ts_close,
        cash=outcome.final_equity,
    )


def same_features(left: Outcome, right: Outcome, columns: Any) -> None:
    """Raise with the first word of the first exec close that differs."""
    a, b = left.features, right.features
    assert a is not None
    assert b is not None
    if a.ts_close.tolist() != b.ts_close.tolist():
        raise DifferenceError("the exec closes differ")
    rows, places = np.nonzero(a.words != b.words)
    if not len(rows):
        return
    row, place = rows[0], places[0]
    name, kind, tokens = columns[place]
    mine, other = (decode(int(w.words[row, place]), kind, tokens) for w in (a, b))
    where = f"exec close {row}, {iso(int(a.ts_close[row]))}, column `{name}`"
    raise DifferenceError(f"{where}: native {mine!r}, interpreted {other!r}")


def same_records(left: Outcome, right: Outcome, which: str) -> None:
    """Raise with the first record that differs."""
    for name in TABLES:
        mine, other = getattr(left, name), getattr(right, name)
        if _bytes(mine) != _bytes(other):
            _tell(f"{which}: {name}", told(mine), told(other))
    if left.equity.tobytes() != right.equity.tobytes():
        _tell(f"{which}: equity", left.equity.tolist(), right.equity.tolist())
    if left.ts_close.tolist() != right.ts_close.tolist():
        raise DifferenceError(f"{which}: the instants of the equity points differ")
    for name in ("digest", "stop_reason", "entries_disabled", "final_equity", "trade_start"):
        if (mine := getattr(left, name)) != (other := getattr(right, name)):
            raise DifferenceError(f"{which}: {name} is {mine!r} and {other!r}")


def _bytes(rows: Any) -> list[bytes]:
    """Return the bits of every column; what lies between columns is nobody's."""
    return [rows[name].tobytes() for name in rows.dtype.names]


def compare_reference(outcome: Outcome, play: ir.Play, market: Market) -> None:
    """Raise where the engine and its exchange differ from their plain-Python twins."""
    machine = Interpreter(play, standard(), values_of(play))
    first = (outcome.trade_start - market.bars.ts0) // market.bars.base_ms - 1
    rules = trading_rules(play)
    instrument = backtest.constrained(market.instrument, rules)
    timeframe = TIMEFRAMES[play.exec]
    traded = reference_engine.trade(machine, market.bars, rules, instrument, first, timeframe)
    for name, rows in reference_engine.tables(traded).items():
        mine = told(getattr(outcome, name))
        if _shown(mine) != _shown(rows):
            _tell(f"engine and reference: {name}", mine, rows)
    mine, other = outcome.equity.tolist(), traded.exchange.equity
    if _shown(mine) != _shown(other):
        _tell("engine and reference: equity", mine, other)
    assert outcome.features is not None
    assert outcome.features.ts_close.tolist() == traded.times
    assert outcome.features.words.tolist() == traded.words
    assert outcome.digest == machine.digest
    assert outcome.stop_reason == traded.exchange.stop_reason


def _tell(what: str, mine: list[Any], other: list[Any]) -> None:
    a, b = _shown(mine), _shown(other)
    for k in range(max(len(a), len(b))):
        left, right = a[k] if k < len(a) else "nothing", b[k] if k < len(b) else "nothing"
        if left != right:
            raise DifferenceError(f"{what}, number {k}:\n  {left}\n  {right}")
    raise DifferenceError(f"{what} differ in bits that repr does not show")


def _shown(rows: list[Any]) -> list[str]:
    """Return rows in a form that tells -0.0 from 0.0 and holds NaN equal to itself."""
    return [repr(sorted(row.items())) if isinstance(row, dict) else repr(row) for row in rows]
