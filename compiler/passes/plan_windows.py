"""Checks the memories that tick on the exec clock."""

from tradec.compiler import ir
from tradec.compiler.context import Context
from tradec.compiler.reads import crosses
from tradec.compiler.rewrite import walk
from tradec.compiler.verify import MAX_OFFSET


def plan_windows(play: ir.Play, _context: Context) -> ir.Play:
    """Return the play as it is; every memory of the exec clock is known to fit.

    Needs  share_subexpressions.
    Gives  the certainty that a crossing samples its operands where a history can hold them: each
           reads at most MAX_OFFSET bars back. Crossings are the only such memory of the language so
           far; each is one cell, ticks at every exec close and needs no plan of its own.

        ema_9[501] crosses above close  ->  an AssertionError, since E507 comes before
    """
    for cross in crosses(play):
        for node in walk(cross):
            assert not isinstance(node, ir.Read) or 0 <= node.offset <= MAX_OFFSET, node
    return play
