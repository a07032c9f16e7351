"""Runs a strategy over bars on the simulated exchange, and returns everything that came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from tradec.runtime.engine import PORTION_BARS, Engine
from tradec.runtime.sim.exchange import Exchange
from tradec.runtime.strategy import Strategy

from tradec.runtime.data.bars import Bars, require_whole
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.timestamps import iso
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.rules import Rules
from tradec.runtime.timeframe import MINUTE_MS, TIMEFRAMES

Drain: TypeAlias = Callable[[NDArray[np.int64], NDArray[np.int64]], None]
MIN_EXEC_BARS = 10
"""Fewer exec bars after trade_start are no run (play-language.md 10.4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Every declared output at every exec close from the first on; words as `Strategy.words`."""

    ts_close: NDArray[np.int64]
    words: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What a run left. The records are structured arrays of the types in `sim/records.py`.

    `equity` has one point at trade_start and one per exec bar after it, at the instants `ts_close`;
    `history` are the bars that the strategy saw, warm-up included; `traded` those from the one that
    closes at trade_start on. `asked` is the account at the instant that was asked for, None in
    warm-up. `noted` is what the slots of the play showed at each decision, a row
    per signal.
    """

    trade_start: int
    bars: int
    initial_equity: float
    final_equity: float
    stop_reason: str
    entries_disabled: bool
    digest: int
    ts_close: NDArray[np.int64]
    equity: NDArray[np.float64]
    orders: NDArray[np.void]
    fills: NDArray[np.void]
    legs: NDArray[np.void]
    signals: NDArray[np.void]
    payments: NDArray[np.void]
    states: NDArray[np.void]
    noted: NDArray[np.float64]
    mark_source: str
    asked: Mapping[str, Any] | None
    features: Features | None
    history: Bars
    traded: Bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a run may decide: from `start` (None: as soon as warmed up) up to `end`, in ms UTC."""

    start: int | None = None
    end: int | None = None


def run(  # noqa: PLR0913  the parts of a run, each once
    strategy: Strategy,
    bars: Bars,
    rules: Rules,
    instrument: Instrument,
    *,
    exec_tf: str,
    warmup: Mapping[str, int],
    window: Window = Window(),
    emit_features: bool = False,
    drain: Drain | None = None,
    notes: bool = False,
    asked: int | None = None,
    by_step: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Return the outcome of `strategy` on `bars`; raises DataError where they do not suffice.

    `warmup` maps timeframes to the closed bars they need before the first decision. With `notes`
    every decision keeps what the slots of the play showed; of the instant `asked`, in ms UTC, the
    account is kept. `drain` takes (times, words) of the features portion by portion, valid during
    the call alone, and the outcome has none: memory does not grow with them. `progress` is called
    now and then with the bars done and their number.
    """
    check_base(bars.base_ms, warmup)
    bars = cut(bars, window, warmup)
    if not rules.backtest.allow_gaps:
        require_whole(bars)
    start = trade_start(bars, exec_tf, warmup, window.start)
    moments = instants(start, bars.end, exec_tf)
    if len(moments) <= MIN_EXEC_BARS:
        raise _too_short(start, bars.end, len(moments), exec_tf, warmup)
    exchange = exchange_of(rules, instrument, bars, len(moments), exec_tf)
    first = (start - bars.ts0) // bars.base_ms - 1
    most = PORTION_BARS if drain is not None else bars.n if emit_features else 0
    rows, times = _rows(strategy, bars, exec_tf, most)
    engine = Engine(
        strategy,
        exchange,
        bars,
        first,
        rows=rows,
        times=times,
        drain=drain,
        slots=len(strategy.SLOTS) if notes else 0,
        asked=-1 if asked is None else (asked - bars.ts0) // bars.base_ms - 1,
        by_step=by_step,
    )
    engine.run(None if progress is None else lambda done: progress(done, bars.n))
    return outcome_of(
        engine,
        exchange,
        strategy,
        trade_start=start,
        initial_equity=rules.starting_equity_usdt,
        ts_close=moments,
        features=None if drain is not None else _features(rows, times, engine.row),
        history=bars,
        traded=bars.slice(first, bars.n),
    )


def _too_short(
    start: int, end: int, moments: int, exec_tf: str, warmup: Mapping[str, int]
) -> DataError:
    """Return the refusal of a window with too few exec bars after the warm-up."""
    return DataError(
        "INSUFFICIENT_COVERAGE",
        f"only {max(moments - 1, 0)} bars of {exec_tf} follow the warm-up, which ends at "
        f"{iso(start)}; a run needs {MIN_EXEC_BARS}",
        {"trade_start": start, "end": end, "warmup": dict(warmup)},
    )


def exchange_of(
    rules: Rules, instrument: Instrument, bars: Bars, points: int, exec_tf: str
) -> Exchange:
    """Return the exchange of a run, refused where its marks are absent."""
    if rules.backtest.mark_source == "mark_kline" and bars.mark is None:
        raise DataError(
            "HISTORY_UNAVAILABLE",
            f"the play is marked by mark-price bars, and {bars.source} has none",
            {"kind": "mark_1m"},
        )
    minutes, traded = TIMEFRAMES[exec_tf].minutes, constrained(instrument, rules)
    return Exchange(rules, traded, points, exec_minutes=minutes, signals=True, states=True)


def outcome_of(
    engine: Engine, exchange: Exchange, strategy: Strategy, *, ts_close: Any, **known: Any
) -> Outcome:
    """Return what the exchange, the strategy and the loop left, with what is `known` before."""
    equity = exchange.equity()
    return Outcome(
        **known,
        bars=max(len(equity) - 1, 0),
        final_equity=exchange.cash,
        stop_reason=exchange.stop_reason,
        entries_disabled=exchange.entries_disabled,
        digest=strategy.digest,
        ts_close=ts_close[: len(equity)],
        equity=equity,
        orders=exchange.orders_made(),
        fills=exchange.fills_made(),
        legs=exchange.legs_closed(),
        signals=exchange.signals_seen(),
        payments=exchange.funding_paid(),
        states=exchange.states_kept(),
        noted=engine.slots_noted(),
        mark_source=engine.mark_source,
        asked=engine.account_asked(),
    )


def constrained(instrument: Instrument, rules: Rules) -> Instrument:
    """Return what a run trades: the instrument, or one without grid and limits if the play says."""
    return Instrument.unconstrained() if rules.backtest.constraints == "none" else instrument


def check_base(base_ms: int, warmup: Mapping[str, int]) -> None:
    """Refuse base bars from which a timeframe of the play cannot be built."""
    for name in warmup:
        length = (TIMEFRAMES[name].minutes or TIMEFRAMES["D"].minutes) * MINUTE_MS
        if length % base_ms:
            raise DataError(
                "TIMEFRAME_MISMATCH",
                f"bars of {name} cannot be built from base bars of {base_ms // MINUTE_MS} minutes",
                {"timeframe": name, "base_ms": base_ms},
            )


def cut(bars: Bars, window: Window, warmup: Mapping[str, int]) -> Bars:
    """Return the bars that a window needs: its warm-up, a reserve, and nothing after its end."""
    stop = bars.n if window.end is None else (window.end - bars.ts0) // bars.base_ms
    begin = 0
    if window.start is not None:
        if window.end is not None and window.end <= window.start:
            raise DataError("BAD_WINDOW", "the end of the window is not after its start")
        begin = bars.position(data_start(window.start, warmup))
    if stop <= begin:
        raise DataError(
            "INSUFFICIENT_COVERAGE",
            f"{bars.source} has no bars in the window; it has {iso(bars.ts0)} to {iso(bars.end)}",
        )
    return bars.slice(begin, stop)


def data_start(start: int, warmup: Mapping[str, int]) -> int:
    """Return the first instant whose data a window from `start` reads (play-language.md 10.4)."""
    return min(
        (
            TIMEFRAMES[name].open_of(
                TIMEFRAMES[name].bar_number(start) - bars - max(10, -(-bars * 5 // 100))
            )
            for name, bars in warmup.items()
        ),
        default=start,
    )


def trade_start(bars: Bars, exec_tf: str, warmup: Mapping[str, int], start: int | None) -> int:
    """Return the first exec close at which every timeframe is warmed up, not before `start`."""
    ready = max((_ready(bars.ts0, name, count) for name, count in warmup.items()), default=bars.ts0)
    if start is not None and ready > start:
        raise DataError(
            "INSUFFICIENT_COVERAGE",
            f"the play is warmed up at {iso(ready)} at the earliest, after the start {iso(start)}",
            {"ready": ready, "start": start, "data_start": data_start(start, warmup)},
        )
    exec_ = TIMEFRAMES[exec_tf]
    earliest = max(ready, _ready(bars.ts0, exec_tf, 1), start if start is not None else bars.ts0)
    number = exec_.bar_number(earliest)
    instant = exec_.open_of(number)
    return instant if instant == earliest else exec_.open_of(number + 1)


def _ready(ts0: int, name: str, count: int) -> int:
    """Return when `count` whole bars of a timeframe have closed since `ts0`."""
    timeframe = TIMEFRAMES[name]
    number = timeframe.bar_number(ts0)
    partial = timeframe.open_of(number) != ts0
    return timeframe.open_of(number + partial + count)


def exec_closes(bars: Bars, exec_tf: str) -> NDArray[np.int64]:
    """Return every instant at which a whole exec bar closes, in ms UTC."""
    return instants(_ready(bars.ts0, exec_tf, 1), bars.end, exec_tf)


def instants(start: int, end: int, exec_tf: str) -> NDArray[np.int64]:
    """Return the exec closes from `start` to `end`, both included."""
    timeframe = TIMEFRAMES[exec_tf]
    numbers = range(timeframe.bar_number(start), timeframe.bar_number(end) + 1)
    if start > end:
        return np.empty(0, dtype=np.int64)
    if timeframe.minutes:
        step = timeframe.minutes * MINUTE_MS
        return start + step * np.arange(len(numbers), dtype=np.int64)
    return np.array([timeframe.open_of(number) for number in numbers], dtype=np.int64)


def _rows(strategy: Strategy, bars: Bars, exec_tf: str, most: int) -> tuple[Any, Any]:
    """Return room for the rows of every exec close, but for `most` at once; nothing for 0."""
    if not most:
        return None, None
    timeframe = TIMEFRAMES[exec_tf]
    count = timeframe.bar_number(bars.end) - timeframe.bar_number(bars.ts0) + 1
    count = min(count, most)
    return np.zeros((count, strategy.width), np.int64), np.zeros(count, np.int64)


def _features(rows: Any, times: Any, count: int) -> Features | None:
    if rows is None:
        return None
    return Features(ts_close=times[:count], words=rows[:count])
