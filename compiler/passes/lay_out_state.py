"""Decides what lies in the state of a compiled play, and in which order."""

from collections.abc import Iterator

from tradec.compiler import ir, reads
from tradec.compiler.clocks import clock_of
from tradec.compiler.context import Context
from tradec.compiler.plan import History, Plan, RingPlace, Ticking, Timed


def lay_out_state(timed: Timed, context: Context) -> Plan:
    """Return the plan of a play: its tables, each in the order in which it stands in the state.

    Needs  compute_warmup.
    Gives  the rings of every series, a history for every output that a rule reads with an offset,
           the distinct conditions that remember with their clocks, and the outputs that the digest
           absorbs.

        close[3] > ema_9 and close[1] > ema_9  ->  History close, depth 3; witnessed close, ema_9
    """
    play = timed.play
    return Plan(
        play=play,
        warmup=timed.warmup,
        rings=tuple(_rings(play, context)),
        histories=tuple(
            History(series=series, output=output, depth=depth)
            for (series, output), depth in reads.depths(play).items()
        ),
        cells=tuple(Ticking(cell=c, clock=clock_of(c, play)) for c in reads.cells(play)),
        witnessed=reads.witnessed(play),
    )


def _rings(play: ir.Play, context: Context) -> Iterator[RingPlace]:
    for series in play.series:
        for ring in context.catalog.spec(series.unit).rings:
            yield RingPlace(series=series.id, name=ring.name, size=ring.size, ctype=ring.ctype)
