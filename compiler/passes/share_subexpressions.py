"""Makes equal parts of the rules one object."""

from typing import Any

from tradec.compiler import ir
from tradec.compiler.context import Context
from tradec.compiler.rewrite import map_children, map_conditions


def share_subexpressions(play: ir.Play, _context: Context) -> ir.Play:
    """Return the play in whose rules equal numbers and equal conditions are the same object.

    Needs  fold_constants, so that parts that come out equal are equal.
    Gives  one object for each distinct part, with the span of its first occurrence: whatever is
           laid out by identity is laid out once.

        ema_9 crosses above close, twice, as two objects  ->  twice, as one object
    """
    known: dict[Any, Any] = {}

    def shared(node: Any) -> Any:
        return known.setdefault(node, map_children(node, shared))

    return map_conditions(play, shared)
