"""Which market data a play needs, and over which span."""

from collections.abc import Mapping
from dataclasses import dataclass

from tradec.cli.diagnosed import telling
from tradec.cli.play_file import read_play_file
from tradec.cli.settings import current
from tradec.cli.units import known_units

ALWAYS = ("kline_1m", "mark_1m", "funding", "instrument", "risk_tier")
"""What every simulated run uses, whatever its play reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """A play's data: its symbol, the kinds of series, and its warm-up in bars per timeframe.

    A run cannot do without those that are `required`; the others make it truer.
    """

    play: str
    symbol: str
    exec: str
    kinds: tuple[str, ...]
    required: frozenset[str]
    warmup: Mapping[str, int]
    window: tuple[int | None, int | None]

    def history_start(self, start_ms: int) -> int:
        """Return the first instant that a window from `start_ms` reads, warm-up and margin in."""
        from tradec.runtime.backtest import data_start

        return data_start(start_ms, self.warmup)


def needs_of(argument: str, overrides: Mapping[str, str]) -> Needs:
    """Return what a play needs; nothing is compiled to native code for it."""
    from tradec.compiler.context import Context
    from tradec.compiler.passes.compute_warmup import compute_warmup
    from tradec.compiler.pipeline import front
    from tradec.compiler.prices import data_of
    from tradec.dsl.diagnostics import Diagnostics

    play = read_play_file(argument)
    sink, units = Diagnostics(), known_units()
    with telling(play.source, current()):
        meaning = front(play.source, sink, overrides, catalog=units)
    read = data_of(meaning)
    timed = compute_warmup(meaning, Context(catalog=units, diagnostics=sink))
    return Needs(
        play=meaning.name,
        symbol=meaning.symbol,
        exec=meaning.exec,
        kinds=(*ALWAYS, *(kind for kind in read if kind not in ALWAYS)),
        required=frozenset(read) - {"mark_1m"},  # the last price can stand for the mark price
        warmup={one.timeframe: one.bars for one in timed.warmup},
        window=(None, None),
    )
