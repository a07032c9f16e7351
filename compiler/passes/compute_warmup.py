"""Derives how many closed bars must precede the first decision (rulings A4)."""

from collections.abc import Iterator

from tradec.compiler import ir, reads
from tradec.compiler.chain_warmup import ChainWarmup
from tradec.compiler.context import Context
from tradec.compiler.plan import Timed, Warmup


def compute_warmup(play: ir.Play, context: Context) -> Timed:
    """Return the play with the closed bars that each of its timeframes needs.

    Needs  resolved series; the values of the variables are those in `play.params`.
    Gives  one Warmup for each timeframe in use: the longest of what its bars and series ask for,
           each with the largest offset at which the rules read it; of a series that the rules read
           only the outputs that they read. A crossing compares two steps, so it adds one bar of
           the exec timeframe.

        ema(9) on 15m, read as ema[2]  ->  Warmup 15m: 9 + 31 + 2 bars, because of ema[2], fading
    """
    chain = ChainWarmup(play, context.catalog)
    return Timed(play=play, warmup=tuple(_warmup(play, chain, bars) for bars in play.bars))


def _warmup(play: ir.Play, chain: ChainWarmup, bars: ir.Bars) -> Warmup:
    longest = max(_demands(play, chain, bars), key=lambda warmup: warmup.bars)
    if bars.id != play.exec or not reads.cells(play):
        return longest
    return Warmup(
        timeframe=longest.timeframe,
        bars=longest.bars + 1,
        because=f"{longest.because} at two steps of a crossing",
        memory=longest.memory,
    )


def _demands(play: ir.Play, chain: ChainWarmup, bars: ir.Bars) -> Iterator[Warmup]:
    sources: list[ir.Bars | ir.Series] = [bars]
    sources += (series for series in play.series if series.timeframe == bars.id)
    read = reads.witnessed(play)
    for source in sources:
        offset, name = _deepest(play, source)
        outputs = [output for series, output in read if series == source.id]
        yield Warmup(
            timeframe=bars.id,
            bars=chain.bars(source.id, outputs) + offset,
            because=name,
            memory=chain.memory(source.id),
        )


def _deepest(play: ir.Play, source: ir.Bars | ir.Series) -> tuple[int, str]:
    """Return the largest offset at which the rules read a source, and that read as written."""
    found = {
        output: depth for (name, output), depth in reads.depths(play).items() if name == source.id
    }
    if not found:
        return 0, source.id
    output, offset = max(found.items(), key=lambda item: item[1])
    name = source.id if len(source.outputs) == 1 else f"{source.id}.{output}"
    return offset, f"{name}[{offset}]"
