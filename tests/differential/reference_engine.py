"""The engine in plain Python: the interpreter and the reference exchange, bar by bar.

It shares no loop and no state with `runtime/engine.pyx`.
"""

import math
from dataclasses import dataclass, field
from math import nan
from typing import Any

from differential.reference_exchange import ReferenceExchange
from differential.reference_market import Row
from generators.markets import candles_of
from tradec.compiler.interpreter import Interpreter
from tradec.runtime.data.bars import Bars
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.rules import Rules
from tradec.runtime.timeframe import Timeframe


@dataclass(slots=True)
class Traded:
    """What a run leaves: the exchange's tables, the decisions, the words at every exec close."""

    exchange: ReferenceExchange
    signals: list[Row] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    words: list[list[int]] = field(default_factory=list)


def trade(
    machine: Interpreter,
    bars: Bars,
    rules: Rules,
    instrument: Instrument,
    first: int,
    timeframe: Timeframe,
) -> Traded:
    """Return what `machine` does; the bar with index `first` closes at trade_start."""
    traded = Traded(ReferenceExchange(rules, instrument, timeframe))
    exchange, rows = traded.exchange, traded.exchange.bars_of(bars)
    facts = facts_of(bars)
    for i, (ts, row) in enumerate(candles_of(bars).items()):
        bar = rows[i]
        if i > first:
            exchange.before_step(bar)
            if exchange.over:
                break
        account = _account(exchange, may=i >= first)
        decision = machine.step(ts, ts + bars.base_ms, *row, *account, *facts[i])
        if machine.exec_closed:
            traded.times.append(ts + bars.base_ms)
            traded.words.append(machine.words())
        if i >= first:
            shown = _shown(machine, rules)
            exchange.after_step(bar, shown, is_close=machine.exec_closed)
            _decide(traded, bar, decision, shown)
            if exchange.over:
                break
    exchange.finish(rows[-1])
    return traded


def facts_of(bars: Bars) -> list[tuple[float, float, float]]:
    """Return mark price, funding rate and open interest as they are known at each close."""
    mark = [math.nan] * bars.n if bars.mark is None else bars.mark.close.tolist()
    closes = [bars.ts_close(i) for i in range(bars.n)]
    marks = [
        price if math.isnan(m) else m for m, price in zip(mark, bars.close.tolist(), strict=True)
    ]
    rates = [(ts, rate) for ts, rate in _pairs(bars.funding, "rate")]
    interest = [(ts + 60_000, value) for ts, value in _pairs(bars.open_interest, "value")]
    return [(m, _last(rates, t), _last(interest, t)) for m, t in zip(marks, closes, strict=True)]


def _pairs(events: Any, name: str) -> list[tuple[int, float]]:
    if events is None:
        return []
    return list(zip(events.ts.tolist(), getattr(events, name).tolist(), strict=True))


def _last(events: list[tuple[int, float]], t: int) -> float:
    known = [value for ts, value in events if ts <= t]
    return known[-1] if known else math.nan


def _shown(machine: Interpreter, rules: Rules) -> Row:
    """Return what the rules read of the play now."""
    found = rules.slots.items()
    return {name: nan if slot is None else machine.seen(slot) for name, slot in found}


def _account(exchange: ReferenceExchange, *, may: bool) -> tuple[int, bool, bool]:
    """Return side, may_enter and may_exit."""
    position, rules = exchange.position, exchange.rules
    stopping, busy = exchange.stop_reason != "end_of_data", exchange.exit is not None
    if position is None:
        works = exchange.entry is not None and rules.entry.on_resignal != "replace"
        return 0, may and not (exchange.starved or stopping or works), False
    turns = rules.on_opposite != "ignore" and not stopping
    return position["side"], may and turns and not busy, may and not busy


def _decide(traded: Traded, bar: Row, decision: tuple[int, int, float], shown: Row) -> None:
    action, word, percent = decision
    exchange = traded.exchange
    orders = len(exchange.orders)
    if not action:
        return
    exchange.decide(bar, action, word, percent, shown)
    number = len(exchange.orders) if len(exchange.orders) > orders else 0
    traded.signals.append({"ts": bar["t1"], "word": word, "percent": percent, "order": number})


def tables(traded: Traded) -> dict[str, list[dict[str, Any]]]:
    """Return orders, fills, legs, settlements and signals as the native records tell them."""
    exchange = traded.exchange
    return {
        "orders": exchange.orders,
        "fills": exchange.fills,
        "legs": exchange.legs,
        "payments": exchange.payments,
        "signals": traded.signals,
    }
