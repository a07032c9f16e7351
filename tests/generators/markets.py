"""Random base bars as the engine takes them: with holes, and with a part that warms up."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import gcd
from typing import Any

import numpy as np
from hypothesis import strategies as st

from generators.base_series import BaseSeries, base_series
from generators.driving import Candles, Row
from tradec.compiler import ir
from tradec.runtime.backtest import MIN_EXEC_BARS, trade_start
from tradec.runtime.data.bars import FLAT, Bars
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.marks import Funding, Mark, OpenInterest
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.timeframe import MINUTE_MS, TIMEFRAMES

Draw = Any
_CARRY = MIN_EXEC_BARS + 5
_SLOW = 15


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Market:
    """Bars for one play; `warmup` is what its run asks for, mostly what the play needs."""

    bars: Bars
    warmup: dict[str, int]
    instrument: Instrument

    def __repr__(self) -> str:
        b = self.bars
        grid = f"ts0={b.ts0}, base_ms={b.base_ms}, {b.n} bars, {b.filled} of them flat"
        return f"Market({grid}, warmup={self.warmup}, first open {b.open[0]!r})"


def bars_of(series: BaseSeries) -> Bars:
    """Return base bars as the engine takes them."""
    return Bars(
        ts0=series.ts0,
        base_ms=series.base_ms,
        open=series.open,
        high=series.high,
        low=series.low,
        close=series.close,
        volume=series.volume,
        flags=np.zeros(len(series), np.uint8),
        source="random",
    )


def candles_of(bars: Bars) -> Candles:
    """Return bars as the interpreter is fed."""
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
    rows: list[Row] = list(zip(*(column.tolist() for column in columns), strict=True))
    return Candles(tuple(rows), bars.ts0, bars.base_ms)


def with_facts(bars: Bars, names: tuple[str, ...], seed: int) -> Bars:
    """Return bars that also bring what a play needs, some of it missing here and there."""
    noise = np.random.default_rng(seed)
    mark = bars.close.copy()
    mark[noise.random(bars.n) < noise.choice((0.0, 0.02, 0.3))] = np.nan
    settled = bars.ts0 + bars.base_ms * np.sort(noise.choice(bars.n, bars.n // 40, replace=False))
    read = bars.ts0 + bars.base_ms * np.arange(0, bars.n, 5)
    return replace(
        bars,
        mark=Mark(open=mark, high=mark, low=mark, close=mark) if "mark_price" in names else None,
        funding=Funding(
            ts=settled, rate=np.array(noise.integers(-3, 4, len(settled)) * 1e-4, np.float64)
        )
        if "funding_rate" in names
        else None,
        open_interest=OpenInterest(
            ts=read, value=np.array(noise.integers(90, 110, len(read)) * 10.0, np.float64)
        )
        if "open_interest" in names
        else None,
    )


def with_holes(bars: Bars, absent: Any) -> Bars:
    """Return bars of which those in `absent` never happened: flat at the close before."""
    gone = np.asarray(absent, dtype=np.bool_).copy()
    gone[0] = False
    last = np.maximum.accumulate(np.where(gone, 0, np.arange(bars.n)))
    close = bars.close[last]

    def price(column: Any) -> Any:
        return np.where(gone, close, column)

    return replace(
        bars,
        open=price(bars.open),
        high=price(bars.high),
        low=price(bars.low),
        close=close,
        volume=np.where(gone, 0.0, bars.volume),
        flags=np.where(gone, FLAT, 0).astype(np.uint8),
    )


@st.composite
def markets(draw: Draw, play: ir.Play, warmup: Mapping[str, int], *, high: int = 1200) -> Market:
    """Draw bars for `play`, long enough for a run once as many of them as drawn have warmed up."""
    exec_minutes = TIMEFRAMES[play.exec].minutes
    step = 5 if TIMEFRAMES[play.bars[0].id].minutes >= _SLOW else 1
    low = max(150, _CARRY * exec_minutes // step)
    series = draw(base_series(play, low=low, high=max(low, high)))
    bars = bars_of(replace(series, base_ms=dividing(series.base_ms, play)))
    names = tuple(one.id for one in play.builtins)
    bars = with_facts(bars, names, draw(st.integers(0, 2**32 - 1)))
    if not draw(st.integers(0, 2)):
        noise = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        bars = with_holes(bars, noise.random(bars.n) < draw(st.sampled_from((0.02, 0.3))))
    instrument = Instrument.built_in(float(bars.open[0]))
    if not draw(st.integers(0, 3)):
        instrument = Instrument.unconstrained()
    asked = dict(warmup) if draw(st.booleans()) else {play.exec: draw(st.integers(2, 4))}
    if not leaves_room(bars, play.exec, asked):
        asked = {play.exec: 2}
    return Market(bars=bars, warmup=asked, instrument=instrument)


def dividing(base_ms: int, play: ir.Play) -> int:
    """Return the longest base bar up to `base_ms` from which all timeframes can be made."""
    lengths = (TIMEFRAMES[bars.id].minutes or TIMEFRAMES["D"].minutes for bars in play.bars)
    return gcd(base_ms, *(minutes * MINUTE_MS for minutes in lengths))


def leaves_room(bars: Bars, exec_tf: str, warmup: Mapping[str, int]) -> bool:
    """Return whether enough exec bars follow a warm-up for a run."""
    try:
        start = trade_start(bars, exec_tf, warmup, None)
    except DataError:
        return False
    return bars.end - start >= MIN_EXEC_BARS * TIMEFRAMES[exec_tf].minutes * MINUTE_MS
