"""Derives how many closed bars must precede the first decision (rulings A4)."""

from collections.abc import Iterator

from tradec.compiler import ir, reads
from tradec.compiler.chain_warmup import ChainWarmup
from tradec.compiler.context import Context
from tradec.compiler.looks import Back, Look, bars_back, looks
from tradec.compiler.plan import Timed, Warmup
from tradec.compiler.print_expr import SHORT


def compute_warmup(play: ir.Play, context: Context) -> Timed:
    """Return the play with the closed bars that each of its timeframes needs.

    Needs  resolved series; the values of the variables are those in `play.params`.
    Gives  one Warmup for each timeframe in use: the longest of what its bars and series ask for at
           the earliest instant at which a rule looks at them. An offset counts their own bars; a
           crossing looks one step of its clock back, a window to its first sample, and what they
           hold looks back from there. Of a series that the rules read only the outputs that they
           read count.

        ema(9) on 15m, read as ema[2]        ->  Warmup 15m: 9 + 31 + 2 bars, because of ema[2]
        holds(close > sma(20) on 1h, 9) on 15m  ->  15m: 9 bars, 1h: 20 + 2 bars, for the window
    """
    chain = ChainWarmup(play, context.catalog)
    seen = tuple(looks(play))
    return Timed(play=play, warmup=tuple(_warmup(play, chain, bars, seen) for bars in play.bars))


def _warmup(play: ir.Play, chain: ChainWarmup, bars: ir.Bars, seen: tuple[Look, ...]) -> Warmup:
    return max(_demands(play, chain, bars, seen), key=lambda warmup: warmup.bars)


def _demands(
    play: ir.Play, chain: ChainWarmup, bars: ir.Bars, seen: tuple[Look, ...]
) -> Iterator[Warmup]:
    """Yield what each source on a timeframe asks for, then what each look back asks for."""
    sources: list[ir.Bars | ir.Builtin | ir.Series] = [bars]
    sources += (one for one in play.builtins if one.timeframe == bars.id)
    sources += (series for series in play.series if series.timeframe == bars.id)
    known = {source.id: source for source in sources}
    read = {series for series, _ in reads.witnessed(play)}
    for source in sources:
        if source.id not in read:
            yield _demand(bars.id, chain.bars(source.id), source.id, chain.memory(source.id))
    for look in seen:
        later = bars_back(look.back, bars.id, play.exec)
        if look.read is None:
            if _counts_steps(look.back, bars.id, play.exec):
                yield _demand(bars.id, 1 + later, _named(bars.id, later, look), "finite")
        elif look.read.series in known:
            own = chain.bars(look.read.series, (look.read.output,)) + look.read.offset
            because = _named(_shown(look.read, known[look.read.series]), later, look)
            yield _demand(bars.id, own + later, because, chain.memory(look.read.series))


def _counts_steps(back: Back, timeframe: str, exec_tf: str) -> bool:
    """Return whether a look back needs bars of a timeframe only to have had those steps."""
    return timeframe == exec_tf or (timeframe == "1m" and back.minutes > 0)


def _demand(timeframe: str, bars: int, because: str, memory: str) -> Warmup:
    return Warmup(timeframe=timeframe, bars=bars, because=because, memory=memory)


def _shown(read: ir.Read, source: ir.Bars | ir.Builtin | ir.Series) -> str:
    """Return a read as the play names it: the source alone where it has one output."""
    if not read.offset:
        return source.id
    name = source.id if len(source.outputs) == 1 else f"{source.id}.{read.output}"
    return f"{name}[{read.offset}]"


def _named(what: str, later: int, look: Look) -> str:
    if look.cell is None or not later:
        return what
    return f"{what}, {later} bar{'s' * (later > 1)} earlier for {SHORT.condition(look.cell)}"
