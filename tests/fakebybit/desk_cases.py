"""Rules and decisions for a desk on the loopback exchange, and the same in the simulator."""

from typing import Any

import numpy as np

from differential.reference_exchange import ReferenceExchange
from fakebybit.lockstep import Lockstep
from fakebybit.path import bars_of, instrument_of
from fakebybit.trader import SYMBOL
from fakebybit.wire import text
from generators.money import rules as made_rules
from tradec.runtime.sim.rules import Rules
from tradec.runtime.timeframe import TIMEFRAMES

MINUTES = 240
BUY, SELL, LEAVE = 1, 2, 5


def rules(**more: Any) -> Rules:
    """Return rules with a stop and a target in points and a fixed size, unless told otherwise."""
    given = {
        "leverage": 20.0,
        "stop": ("fixed_points", 60.0),
        "target": ("fixed_points", 45.0),
        "sizing": ("fixed_notional", 3_000.0),
    }
    return made_rules(symbol=SYMBOL, **{**given, **more})


CASES: dict[str, Rules] = {
    "market": rules(),
    "percent of equity": rules(leverage=5.0, position_pct=20.0, stop=("percent", 0.5), target=None),
    "risk": rules(sizing=("risk_based", 0.5, True), target=("rr_ratio", 1.5)),
    "limit": rules(order_type="limit", limit_offset_pct=0.02),
    "limit that expires": rules(order_type="limit", limit_offset_pct=0.1, expire_after_bars=3),
    "limit that is replaced": rules(
        order_type="limit", limit_offset_pct=0.1, on_resignal="replace"
    ),
    # with slippage the levels attached to the order would bind until its fill is heard of
    "stop": rules(order_type="stop", trigger_offset_pct=0.02, slippage_rate=0.0),
    "volatility": rules(stop=("atr_multiple", 2.0, 0.05), target=("atr_multiple", 3.0)),
    "structure": rules(stop=("structure", 4.0), target=("rr_ratio", 1.0)),
    "trailing": rules(trailing=("percent", 0.1, 0.02), target=("fixed_points", 300.0)),
    "trailing by volatility": rules(trailing=("volatility", 1.5), target=("fixed_points", 300.0)),
    "break-even": rules(break_even=(0.05, 0.01), target=("fixed_points", 300.0)),
    "close on opposite": rules(on_opposite="close"),
    "reverse": rules(on_opposite="reverse", position_pct=10.0),
    "no target": rules(target=None),
    "limit target": rules(tp_order_type="limit"),
}


def script(seed: int) -> tuple[list[int], list[float], Any]:
    """Return actions, percents and what the play shows, minute by minute."""
    noise = np.random.default_rng(500 + seed)
    actions = noise.choice((0, 0, 0, 0, 0, BUY, SELL, 3, 4, LEAVE), MINUTES).tolist()
    actions[-2:] = [LEAVE, 0]
    percents = noise.choice((100.0, 100.0, 50.0, 30.0), MINUTES).tolist()
    percents[-2:] = [100.0, 100.0]
    seen = np.column_stack(
        [
            noise.integers(100, 400, MINUTES) / 10.0,
            np.full(MINUTES, np.nan),
            np.full(MINUTES, np.nan),
            noise.integers(100, 400, MINUTES) / 10.0,
            noise.integers(100, 400, MINUTES) / 10.0,
        ]
    )
    return actions, percents, seen


def simulated(
    place: Any, how: Rules, plan: tuple[list[int], list[float], Any]
) -> ReferenceExchange:
    reference = ReferenceExchange(how, instrument_of(place), TIMEFRAMES["1m"])
    actions, percents, seen = plan
    reference.run(bars_of(place), actions, 0, 1, percents, seen)
    return reference


def levels(place: Any, seen: Any) -> Any:
    """Show a structure below and above each close."""
    close = place.minutes[:, 4]
    seen[:, 1], seen[:, 2] = close - 35.0, close + 35.0
    return seen


def fills(reference: ReferenceExchange) -> list[Any]:
    return [
        (one["ts"], one["side"], text(one["price"]), text(one["qty"]), bool(one["is_maker"]))
        for one in reference.fills
        if one["purpose"] != "end_of_data"
    ]


def executed(session: Lockstep) -> list[Any]:
    return [
        (one.ts, one.order.side, text(one.price), text(one.qty), one.is_maker)
        for one in session.venue.executions
        if one.exec_type != "Funding"
    ]


def merged(rows: list[Any]) -> dict[Any, float]:
    """Return quantities by instant, side and price.

    Where a stop is moved beyond the price and an exit is decided at one close, the simulator fills
    the exit and then the stop for the rest, at one open; a desk closes all of it at once.
    """
    sums: dict[Any, float] = {}
    for ts, side, price, qty, is_maker in rows:
        key = (ts, side, price, is_maker)
        sums[key] = round(sums.get(key, 0.0) + float(qty), 9)
    return sums
