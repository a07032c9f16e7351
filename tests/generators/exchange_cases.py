"""Random markets, rules and decisions for the exchange, and runs over them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray
from tradec.runtime.sim.exchange import Exchange
from tradec.runtime.sim.replay import Replay

from generators.money import rules
from tradec.runtime.data.bars import Bars
from tradec.runtime.data.marks import Funding, Mark
from tradec.runtime.sim.instrument import Instrument, Tier
from tradec.runtime.sim.rules import Rules

BASES = (1e-8, 0.00037, 1.0, 97.3, 100.0, 1e5)
MINUTE_MS = 60_000
START_MS = 1_700_000_100_000
"""The exec bars of 1, 3 and 5 minutes begin here."""

EXEC = {1: "1m", 3: "3m", 5: "5m"}


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


def marks(rng: np.random.Generator, bars: Bars, base: float) -> Mark:
    """Return mark prices near the last ones, now and then absent."""
    off = rng.integers(-3, 4, bars.n) * base / 1000
    off[rng.random(bars.n) < 0.05] = np.nan
    drift = np.maximum(np.abs(off), base / 1000)
    opens, closes = bars.open + off, bars.close + off
    return Mark(
        open=opens,
        high=np.maximum(opens, closes) + np.abs(off),
        low=np.maximum(np.minimum(opens, closes) - drift, base / 1000),
        close=closes,
    )


def settlements(rng: np.random.Generator, bars: Bars) -> Funding:
    """Return settlements at minutes and beside them, of rates that hurt."""
    count = int(rng.integers(1, 1 + max(1, bars.n // 4)))
    ts = bars.ts0 + rng.integers(0, bars.n + 1, count) * MINUTE_MS
    ts += (rng.random(count) < 0.1) * 30_000
    ts = np.unique(ts.astype(np.int64))
    return Funding(ts=ts, rate=rng.choice((1e-4, -1e-4, 0.003, -0.02, 0.08), len(ts)))


def shown(rng: np.random.Generator, bars: Bars, base: float) -> NDArray[np.float64]:
    """Return what a play shows at each close: volatilities and levels, sometimes missing."""
    table = np.empty((bars.n, 5))
    for column in (0, 3, 4):
        table[:, column] = np.repeat(rng.integers(0, 40, bars.n), 4)[: bars.n] * base / 1000
    table[:, 1] = bars.close - rng.integers(-3, 30, bars.n) * base / 1000
    table[:, 2] = bars.close + rng.integers(-3, 30, bars.n) * base / 1000
    table[rng.random((bars.n, 5)) < 0.08] = np.nan
    return table


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One run of an exchange: bars, what is decided and shown at their closes, and the rules.

    An exec bar has `every` bars; bar `first` closes at trade_start.
    """

    bars: Bars
    actions: NDArray[np.int64]
    percents: NDArray[np.float64]
    seen: NDArray[np.float64]
    every: int
    first: int
    rules: Rules
    instrument: Instrument

    def __repr__(self) -> str:
        plain = rules()
        differs = {
            one.name: value
            for one in fields(Rules)
            if (value := getattr(self.rules, one.name)) != getattr(plain, one.name)
        }
        return f"Case({self.bars.n} bars, every {self.every}, {differs}, {self.instrument})"


PERCENTS = st.sampled_from((1e-15, 0.0001, 0.1, 0.5, 1.0, 2.0, 10.0, 100.0))


def mostly(value: Any, *others: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return the value, or now and then something else."""
    return st.one_of(st.just(value), st.just(value), *others)


def stops(base: float) -> st.SearchStrategy[Any]:
    """Return every kind of stop."""
    percents = st.tuples(st.sampled_from(("percent", "price_percent")), PERCENTS)
    points = st.tuples(st.just("fixed_points"), st.sampled_from((0.01 * base, 0.3 * base)))
    buffers = st.sampled_from((0.0, 0.4))
    volatile = st.tuples(st.just("atr_multiple"), st.sampled_from((1.0, 2.5)), buffers)
    placed = st.tuples(st.just("structure"), st.sampled_from((None, 3.0)), buffers)
    return st.one_of(percents, percents, points, volatile, placed)


def targets(base: float) -> st.SearchStrategy[Any]:
    """Return every kind of target but the ratio, which needs a stop."""
    percents = st.tuples(st.sampled_from(("percent", "price_percent")), PERCENTS)
    points = st.tuples(st.just("fixed_points"), st.sampled_from((0.01 * base, 0.05 * base)))
    volatile = st.tuples(st.just("atr_multiple"), st.sampled_from((1.0, 2.5)))
    return st.one_of(st.none(), percents, percents, points, volatile)


TRAILING = st.one_of(
    st.tuples(
        st.just("percent"), st.sampled_from((0.3, 1.0, 3.0)), st.sampled_from((0.0, 0.5, 2.0))
    ),
    st.tuples(st.just("volatility"), st.sampled_from((1.0, 3.0)), st.sampled_from((0.0, 1.0))),
)


@st.composite
def protections(draw: st.DrawFn, base: float) -> dict[str, Any]:
    """Return stop, target, trailing, break-even and how they are ordered."""
    stop = draw(st.one_of(st.none(), stops(base), stops(base)))
    target = draw(targets(base))
    if stop is not None and not draw(st.integers(0, 4)):
        target = ("rr_ratio", draw(st.sampled_from((0.5, 2.0))))
    return {
        "stop": stop,
        "target": target,
        "trailing": draw(mostly(None, TRAILING)),
        "break_even": draw(mostly(None, st.sampled_from(((0.5, 0.1), (1.0, 0.0), (0.1, 3.0))))),
        "sl_order_type": draw(mostly("market", st.just("limit"))),
        "tp_order_type": draw(mostly("market", st.just("limit"))),
        "on_sl_beyond_liq": draw(st.sampled_from(("reject", "adjust", "warn"))),
    }


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    """Return how an entry is ordered."""
    return {
        "order_type": draw(mostly("market", st.sampled_from(("limit", "stop", "stop_limit")))),
        "limit_offset_pct": draw(st.sampled_from((0.0, 0.1, 0.5, 2.0))),
        "trigger_offset_pct": draw(st.sampled_from((0.0, 0.1, 0.5, 2.0))),
        "time_in_force": draw(st.sampled_from(("GTC", "GTC", "IOC", "FOK", "PostOnly"))),
        "expire_after_bars": draw(st.sampled_from((0, 0, 1, 2, 7))),
        "on_resignal": draw(st.sampled_from(("ignore", "replace"))),
        "on_opposite": draw(st.sampled_from(("ignore", "close", "reverse"))),
    }


@st.composite
def sizings(draw: st.DrawFn, *, has_stop: bool) -> tuple[Any, ...]:
    """Return a sizing model."""
    models = ["percent_equity", "percent_equity", "fixed_usdt", "fixed_notional"]
    model = draw(st.sampled_from([*models, *(["risk_based"] * 2 if has_stop else [])]))
    if model == "risk_based":
        return (model, draw(st.sampled_from((0.5, 5.0))), draw(st.booleans()))
    if model == "percent_equity":
        return (model, draw(st.sampled_from((1.0, 10.0, 60.0, 100.0))))
    return (model, draw(st.sampled_from((20.0, 500.0, 4000.0))))


@st.composite
def assumptions(draw: st.DrawFn, equity: float) -> dict[str, Any]:
    """Return what the simulation takes for granted."""
    impact = st.sampled_from((("sqrt", 0.01, 300.0), ("linear", 0.5, None), ("sqrt", 0.001, None)))
    return {
        "limit_fill": draw(st.sampled_from(("through", "touch"))),
        "liq_formula": draw(mostly("mark_value", st.just("entry_value"))),
        "impact": draw(mostly(None, impact)),
        "max_volume_fraction": draw(mostly(None, st.sampled_from((0.1, 0.5)))),
        "market_band": draw(mostly(None, st.sampled_from((0.001, 0.02)))),
        "max_position_equity_pct": draw(mostly(95.0, st.just(100.0))),
        "stop_equity_usdt": draw(mostly(0.0, st.sampled_from((0.8, 0.97)))) * equity,
        "continue_after_liquidation": draw(st.booleans()),
    }


@st.composite
def instruments(draw: st.DrawFn, base: float) -> Instrument:
    """Return no grid, the built-in one, or one with coarse ticks, limits and tiers."""
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
        max_qty=draw(st.sampled_from((None, 5000 / base))),
        max_market_qty=draw(st.sampled_from((None, 50 / base))),
        min_notional_usdt=draw(st.sampled_from((0.0, 5.0, 200.0))),
        max_leverage=draw(st.sampled_from((None, 25.0))),
        tiers=draw(st.sampled_from(TIERS)),
        source="test",
    )


TIERS = (
    (Tier(limit_usdt=None, maintenance_margin_rate=0.005),),
    (Tier(limit_usdt=None, maintenance_margin_rate=0.06),),
    (
        Tier(limit_usdt=300.0, maintenance_margin_rate=0.01, max_leverage=60.0),
        Tier(limit_usdt=1000.0, maintenance_margin_rate=0.02, deduction=3.0, max_leverage=20.0),
        Tier(limit_usdt=9000.0, maintenance_margin_rate=0.05, deduction=33.0, max_leverage=5.0),
    ),
)


@st.composite
def money(draw: st.DrawFn, base: float) -> Rules:
    """Return the rules of an account, of everything that there is."""
    protected = draw(protections(base))
    override = draw(mostly({}, st.just({"maintenance_margin_rate": 0.03, "mm_deduction": 1.0})))
    equity = draw(st.sampled_from((50.0, 1000.0, 10_000.0)))
    return rules(
        starting_equity_usdt=equity,
        leverage=draw(st.sampled_from((1.0, 2.5, 10.0, 50.0))),
        taker_rate=draw(st.sampled_from((0.0, 0.00055, 0.01))),
        maker_rate=draw(st.sampled_from((-0.0001, 0.0, 0.0002))),
        slippage_rate=draw(st.sampled_from((0.0, 0.0002, 0.003))),
        min_trade_notional_usdt=draw(st.sampled_from((0.0, 10.0))),
        max_margin_usdt=draw(st.sampled_from((None, None, 70.0))),
        max_notional_usdt=draw(st.sampled_from((None, None, 333.3))),
        max_drawdown_pct=draw(st.sampled_from((100.0, 100.0, 0.5, 5.0, 20.0))),
        sizing=draw(sizings(has_stop=protected["stop"] is not None)),
        **override,
        **protected,
        **draw(entries()),
        **draw(assumptions(equity)),
    )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Return one run of everything that there is."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    base = draw(st.sampled_from(BASES))
    bars = market(rng, base, draw(st.sampled_from((1, 7, 30, 120))))
    traded = rng.choice((0.0, 30.0, 3e3, 1e6), bars.n) / base
    bars = replace(bars, volume=np.where(bars.flags == 0, traded, 0.0))
    if not draw(st.integers(0, 2)):
        bars = replace(bars, mark=marks(rng, bars, base))
    if draw(st.booleans()):
        bars = replace(bars, funding=settlements(rng, bars))
    every = draw(st.sampled_from((1, 3, 5)))
    busy = draw(st.sampled_from((0.1, 0.5, 0.9)))
    actions = np.where(rng.random(bars.n) < busy, rng.integers(1, 6, bars.n), 0).astype(np.int64)
    return Case(
        bars=bars,
        actions=actions,
        percents=rng.choice((100.0, 100.0, 50.0, 33.0, 1.0), bars.n),
        seen=shown(rng, bars, base),
        every=every,
        first=min(draw(st.integers(0, 4)) * every + every - 1, bars.n - 1),
        rules=draw(money(base)),
        instrument=draw(instruments(base)),
    )


def case_of(bars: Bars, actions: Sequence[int], rules: Rules, **changed: Any) -> Case:
    """Return a case by hand: an exec bar a minute, no grid, from the first bar on."""
    plain = Case(
        bars=bars,
        actions=np.array([*actions, *[0] * bars.n], np.int64)[: bars.n],
        percents=np.full(bars.n, 100.0),
        seen=np.full((bars.n, 5), np.nan),
        every=1,
        first=0,
        rules=rules,
        instrument=Instrument.unconstrained(),
    )
    return replace(plain, **changed)


def play(case: Case, *, by_bar: bool = False) -> Exchange:
    """Return the exchange after a run of the case."""
    room = case.bars.n // case.every + 2
    exchange = Exchange(
        case.rules, case.instrument, room, exec_minutes=case.every, signals=True, states=True
    )
    keys = {"first": case.first, "every": case.every, "by_bar": by_bar}
    given = {"percents": case.percents, "seen": case.seen}
    Replay(exchange, case.bars, case.actions, **keys, **given).run()
    return exchange
