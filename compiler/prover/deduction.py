"""What bounds on some numbers say about the results of operations on them, and the way back.

All of it follows from how doubles are rounded: to the nearest, so that no order turns round.
"""

from collections.abc import Iterator, Sequence

from tradec.compiler.prover.formula import STRICTLY, ZERO, Bound, Fact
from tradec.compiler.prover.interval import (
    LEAST,
    MOST,
    Interval,
    above,
    left_operand,
    negate,
    right_operand,
)
from tradec.compiler.prover.orders import deduce_orders
from tradec.compiler.prover.terms import BINARY, FUNCTIONS, NEGATE, Term, at_least, at_most
from tradec.compiler.prover.view import Premises, View, derived, is_finite

_INVERSE = {"+": ("-", "-"), "-": ("+", "-"), "*": ("/", "/"), "/": ("*", "/"), "%": ("%", "%")}
"""The operations that give back the left and the right operand of each."""


def deduce(operations: Sequence[Term], view: View) -> Iterator[Bound]:
    """Yield bounds that say more than those of `view`."""
    for term in operations:
        yield from _of_result(term, view)
        if term.op == NEGATE:
            ends = (view.highs(term.id), view.lows(term.id))
            yield from _tighter(term.parts[0], negate(view.interval(term.id)), view, ends)
        elif term.op in BINARY:
            yield from _of_operands(term, view)
    yield from deduce_orders(operations, view)


def _of_result(term: Term, view: View) -> Iterator[Bound]:
    """Yield what the operands say about the result."""
    parts = [view.interval(part) for part in term.parts]
    found = view.terms.result(term.op, parts, whole=term.whole)
    if found.is_empty:
        fact = Fact("{} has no value", (term.id,))
        yield derived(ZERO, ZERO, (-1.0, 0), view.ends(*term.parts), fact)
        return
    yield from _tighter(term.id, found, view, _supports(term.op, term.parts, view))
    if term.op == "-" and _are_variable(term, view):
        high, low = term.parts
        limit = view.distance(high, low)
        if is_finite(limit):
            ends = Interval(-MOST, _rounded(limit))
            yield from _tighter(term.id, ends, view, ((), view.path(high, low)))
        limit = view.distance(low, high)
        if is_finite(limit):
            ends = Interval(-_rounded(limit), MOST)
            yield from _tighter(term.id, ends, view, (view.path(low, high), ()))


def _rounded(limit: tuple[float, int]) -> float:
    """Return the largest double to which a difference below a limit rounds."""
    return -LEAST if limit == (0.0, STRICTLY) else limit[0]


def _of_operands(term: Term, view: View) -> Iterator[Bound]:
    """Yield what the result says about the operands."""
    left, right = term.parts
    result = view.interval(term.id)
    for_left, for_right = _INVERSE[term.op]
    found = left_operand(term.op, result, view.interval(right))
    yield from _tighter(left, found, view, _supports(for_left, (term.id, right), view))
    found = right_operand(term.op, result, view.interval(left))
    sides = (term.id, left) if term.op in {"+", "*"} else (left, term.id)
    yield from _tighter(right, found, view, _supports(for_right, sides, view))
    if term.op == "-" and _are_variable(term, view):
        yield from _closer(left, right, result.high, view, view.highs(term.id))
        yield from _closer(right, left, -result.low, view, view.lows(term.id))


def _closer(high: int, low: int, limit: float, view: View, premises: Premises) -> Iterator[Bound]:
    """Yield the distance of operands whose difference rounds to at most `limit`."""
    if limit >= MOST:
        return
    exact = (0.0, 0) if limit == 0.0 else (above(limit), STRICTLY)
    if exact < view.distance(high, low):
        yield derived(high, low, exact, premises)


def _tighter(
    term: int, found: Interval, view: View, supports: tuple[Premises, Premises]
) -> Iterator[Bound]:
    """Yield the ends of an interval that are closer than those known."""
    if view.terms[term].value is not None:
        return
    known = view.interval(term)
    if found.low > max(known.low, -MOST):
        bound = at_least(term, found.low, found.low)
        yield derived(ZERO, term, (bound.limit, bound.strict), supports[0], bound.reason)
    if found.high < min(known.high, MOST):
        bound = at_most(term, found.high, found.high)
        yield derived(term, ZERO, (bound.limit, bound.strict), supports[1], bound.reason)


def _supports(op: str, parts: tuple[int, ...], view: View) -> tuple[Premises, Premises]:
    """Return what the lower and the upper end of a result rest on."""
    if op in FUNCTIONS:
        return view.ends(*parts), view.ends(*parts)
    if op == NEGATE:
        return view.highs(*parts), view.lows(*parts)
    if len(parts) == 1 or op == "+":
        return view.lows(*parts), view.highs(*parts)
    left, right = parts
    if op == "-":
        return view.lows(left) + view.highs(right), view.highs(left) + view.lows(right)
    if op in {"*", "/"} and min(view.interval(left).low, view.interval(right).low) >= 0:
        signs = view.lows(left, right)
        far = view.highs(right) if op == "*" else ()
        near = view.highs(right) if op == "/" else ()
        return signs + near, signs + view.highs(left) + far
    return view.ends(*parts), view.ends(*parts)


def _are_variable(term: Term, view: View) -> bool:
    return all(view.terms[part].value is None for part in term.parts)
