"""Checks what the rules remember from step to step."""

from tradec.compiler import ir
from tradec.compiler.clocks import Clock, clock_of
from tradec.compiler.context import Context
from tradec.compiler.reads import cells
from tradec.compiler.rewrite import walk
from tradec.compiler.verify import MAX_OFFSET


def plan_windows(play: ir.Play, _context: Context) -> ir.Play:
    """Return the play as it is; every memory is known to fit.

    Needs  share_subexpressions.
    Gives  the certainty that each memory samples what a history can hold, at most MAX_OFFSET bars
           back, and that what ticks at exec closes holds nothing that ticks every minute: so the
           exec clock may tick first.

        ema_9[501] crosses above close  ->  an AssertionError, since E507 comes before
    """
    for cell in cells(play):
        clock = clock_of(cell, play)
        for node in walk(cell):
            assert not isinstance(node, ir.Read) or 0 <= node.offset <= MAX_OFFSET, node
            if isinstance(node, ir.Cell) and clock is Clock.EXEC:
                assert clock_of(node, play) is Clock.EXEC, node
    return play
