"""Builds the bars of one timeframe from base bars, one at a time."""

from dataclasses import dataclass

from tradec.runtime.timeframe import TIMEFRAMES


@dataclass(frozen=True, slots=True)
class Bar:
    """A closed bar; `number` counts since the epoch on its timeframe."""

    ts_open: int
    number: int
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(slots=True)
class Aggregator:
    """The bar of `timeframe` that is forming; a bar whose beginning was not seen never closes."""

    timeframe: str
    forming: Bar | None = None

    def feed(self, base: Bar, ts_close: int) -> Bar | None:
        """Take in a closed base bar; return the bar of the timeframe if it closes with it."""
        frame = TIMEFRAMES[self.timeframe]
        number = frame.bar_number(base.ts_open)
        ts_open = frame.open_of(number)
        if base.ts_open == ts_open:
            self.forming = Bar(
                ts_open, number, base.open, base.high, base.low, base.close, base.volume
            )
        elif self.forming is not None:
            self.forming = _extended(self.forming, base) if self.forming.number == number else None
        if ts_close != frame.close_after(base.ts_open):
            return None
        closed, self.forming = self.forming, None
        return closed


def _extended(bar: Bar, base: Bar) -> Bar:
    return Bar(
        bar.ts_open,
        bar.number,
        bar.open,
        max(bar.high, base.high),
        min(bar.low, base.low),
        base.close,
        bar.volume + base.volume,
    )
