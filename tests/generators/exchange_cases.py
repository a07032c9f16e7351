"""Random markets, rules and decisions for the exchange, and runs over them."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from tradec.runtime.sim.exchange import Exchange
from tradec.runtime.sim.replay import Replay

from tradec.runtime.data.bars import Bars
from tradec.runtime.sim.rules import Instrument, Rules

BASES = (1e-8, 0.00037, 1.0, 97.3, 100.0, 1e5)
MINUTE_MS = 60_000
START_MS = 1_700_000_040_000


def bars_of(rows: Any, flags: Any = None, volume: float = 1e9, **beside: Any) -> Bars:
    """Return bars from rows of open, high, low, close; `beside` are mark and funding."""
    table = np.array(rows, dtype=np.float64)
    opens, highs, lows, closes = (np.ascontiguousarray(table[:, k]) for k in range(4))
    return Bars(
        open=opens,
        high=highs,
        low=lows,
        close=closes,
        volume=np.full(len(table), volume),
        flags=np.zeros(len(table), np.uint8) if flags is None else np.array(flags, np.uint8),
        ts0=START_MS,
        base_ms=MINUTE_MS,
        source="test",
        **beside,
    )


def market(rng: np.random.Generator, base: float, n: int) -> Bars:
    """Return a random walk on a grid of base / 1000, so that levels tie; with gaps and holes."""
    calm = rng.random() < 0.5
    price = 1000
    rows: list[tuple[float, ...]] = []
    flags = []
    for i in range(n):
        if i and rng.random() < 0.08:
            rows.append((rows[-1][3],) * 4)
            flags.append(1)
            continue
        gap = rng.integers(-40, 41) if rng.random() < 0.15 else 0
        start = max(1, price + int(gap))
        reach = 4 if calm else 30
        close = max(1, start + int(rng.integers(-reach, reach + 1)))
        low = max(1, min(start, close) - int(rng.integers(0, reach)))
        high = max(start, close) + int(rng.integers(0, reach))
        rows.append(tuple(base * k / 1000 for k in (start, high, low, close)))
        flags.append(0)
        price = close
    return bars_of(rows, flags)


LEVELS = st.none() | st.tuples(
    st.sampled_from(("percent", "price_percent")),
    st.sampled_from((1e-15, 0.0001, 0.1, 0.5, 1.0, 2.0, 10.0, 100.0)),
)


@st.composite
def instruments(draw: st.DrawFn, base: float) -> Instrument:
    """Return no grid, the built-in one, or one with coarse ticks and limits."""
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return Instrument.unconstrained()
    if kind == 1:
        return Instrument.built_in(base)
    exponent = Decimal(base).adjusted()
    return Instrument(
        tick=draw(st.sampled_from((Decimal(5), Decimal(1)))).scaleb(exponent - 3),
        step=Decimal(1).scaleb(1 - exponent),
        min_qty=draw(st.sampled_from((0.0, 10 / base))),
        max_qty=draw(st.sampled_from((None, 50 / base))),
        min_notional_usdt=draw(st.sampled_from((0.0, 5.0, 200.0))),
        maintenance_margin_rate=draw(st.sampled_from((0.005, 0.06))),
        source="test",
    )


RULES = st.builds(
    Rules,
    symbol=st.just("TEST"),
    starting_equity_usdt=st.sampled_from((50.0, 1000.0, 10_000.0)),
    leverage=st.sampled_from((1.0, 2.5, 10.0, 50.0)),
    taker_rate=st.sampled_from((0.0, 0.00055, 0.01)),
    slippage_rate=st.sampled_from((0.0, 0.0002, 0.003)),
    position_pct=st.sampled_from((1.0, 10.0, 60.0, 100.0)),
    min_trade_notional_usdt=st.sampled_from((0.0, 10.0)),
    max_margin_usdt=st.sampled_from((None, None, 70.0)),
    max_notional_usdt=st.sampled_from((None, None, 333.3)),
    max_drawdown_pct=st.sampled_from((100.0, 100.0, 0.5, 5.0, 20.0)),
    stop=LEVELS,
    target=LEVELS,
)


@st.composite
def cases(draw: st.DrawFn) -> SimpleNamespace:
    """Return bars, actions, rules and instrument of one run."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    base = draw(st.sampled_from(BASES))
    bars = market(rng, base, draw(st.sampled_from((1, 7, 30, 120))))
    every = draw(st.sampled_from((1, 3, 5)))
    busy = draw(st.sampled_from((0.1, 0.5, 0.9)))
    actions = np.where(rng.random(bars.n) < busy, rng.integers(1, 6, bars.n), 0).astype(np.int64)
    return SimpleNamespace(
        bars=bars,
        actions=actions,
        every=every,
        first=min(draw(st.integers(0, 4)) * every + every - 1, bars.n - 1),
        rules=draw(RULES),
        instrument=draw(instruments(base)),
    )


def play(case: SimpleNamespace, *, by_bar: bool = False) -> Exchange:
    """Return the exchange after a run of the case."""
    room = case.bars.n // case.every + 2
    exchange = Exchange(case.rules, case.instrument, room, signals=True)
    keys = {"first": case.first, "every": case.every, "by_bar": by_bar}
    Replay(exchange, case.bars, case.actions, **keys).run()
    return exchange
