"""Which results of operations lie above which, and above their operands.

Rounding to nearest keeps orders: from 0 <= a <= c and 0 <= b <= d follows a * b <= c * d, rounded
or not, and a + b >= a where b is not negative.
"""

from collections.abc import Iterator, Sequence
from itertools import permutations

from tradec.compiler.prover.formula import STRICTLY, ZERO, Bound, Derived, Fact
from tradec.compiler.prover.interval import Interval
from tradec.compiler.prover.terms import BINARY, Term
from tradec.compiler.prover.view import Premises, View, derived

_ROOM = 1e-15
"""More than the rounding of a quotient and of a product, relative."""


def deduce_orders(operations: Sequence[Term], view: View) -> Iterator[Bound]:
    """Yield orders that `view` does not have."""
    for term in operations:
        if term.op in {"min", "max"}:
            for part in term.parts:
                pair = (part, term.id) if term.op == "max" else (term.id, part)
                yield from _order(*pair, view, ())
        if term.op in BINARY:
            yield from _beside_operands(term, view)
            yield from _nearly(term, view)
            if term.op == "/":
                yield from _as_quotient(term, view)
    for one, two in permutations(operations, 2):
        if one.op == two.op and one.op in BINARY:
            yield from _between(one, two, view)
        elif one.op == "/" and two.op == "*":
            yield from _as_multiple(one, two, view)


# --- a result and its operands ----------------------------------------------------------------


def _beside_operands(term: Term, view: View) -> Iterator[Bound]:
    """Yield whether the result lies above or below an operand."""
    left, right = term.parts
    pairs = [(left, right)]
    if term.op in {"+", "*"}:
        pairs.append((right, left))
    for operand, other in pairs:
        direction = _direction(term.op, view.interval(operand), view.interval(other))
        if direction:
            low, high = (operand, term.id) if direction > 0 else (term.id, operand)
            yield from _order(low, high, view, view.ends(operand, other))


def _direction(op: str, operand: Interval, other: Interval) -> int:
    """Return 1 if `operand op other` is at least `operand`, -1 if at most, 0 if it depends."""
    sign = (operand.low >= 0) - (operand.high <= 0)
    match op:
        case "+":
            return (other.low >= 0) - (other.high <= 0)
        case "-":
            return (other.high <= 0) - (other.low >= 0)
        case "*":
            return sign * ((other.low >= 1) - (other.high <= 1))
        case "/":
            return sign * ((other.low > 0 and other.high <= 1) - (other.low >= 1))
        case _:
            return -1 if operand.low >= 0 and other.low > 0 else 0


def _nearly(term: Term, view: View) -> Iterator[Bound]:
    """Yield the distance of x + c and x, rounding aside."""
    left, right = term.parts
    value = view.terms[right].value
    if term.op not in {"+", "-"} or value is None or view.terms[left].value is not None:
        return
    shift = float(value if term.op == "+" else -value)
    for high, low, limit in ((term.id, left, shift), (left, term.id, -shift)):
        if (limit, 0) < view.distance(high, low):
            yield Bound(high, low, limit, 0, Derived(()), rounded=True)


def _as_quotient(term: Term, view: View) -> Iterator[Bound]:
    """Yield what a quotient above or below 1 says of its operands, and the reverse.

    The divisor is not zero where the quotient has a value.
    """
    left, right = term.parts
    if view.interval(right).low < 0 or not _are_variable((left, right), view):
        return
    sign, quotient = view.lows(right), view.interval(term.id)
    for low, high, is_upper in ((left, right, True), (right, left, False)):
        reason = view.at_most(low, high)
        end = quotient.high if is_upper else -quotient.low
        limit = 1.0 if is_upper else -1.0
        if reason is not None and end > limit:
            one, two = (term.id, ZERO) if is_upper else (ZERO, term.id)
            yield derived(one, two, (limit, 0), reason + sign)
        elif reason is None and end <= limit:
            ends = view.highs(term.id) if is_upper else view.lows(term.id)
            yield derived(low, high, (0.0, STRICTLY if end < limit else 0), ends + sign)


def _as_multiple(quotient: Term, product: Term, view: View) -> Iterator[Bound]:
    """Yield how a and b * k lie where a / b is above or below k, and b above zero."""
    dividend, divisor = quotient.parts
    factor = view.terms[product.parts[1]].value
    if factor is None or product.parts[0] != divisor or view.interval(divisor).low < 0:
        return
    found, sign = view.interval(quotient.id), view.lows(divisor)
    if found.low - _ROOM * abs(found.low) >= factor:
        yield from _order(product.id, dividend, view, view.lows(quotient.id) + sign)
    if found.high + _ROOM * abs(found.high) <= factor:
        yield from _order(dividend, product.id, view, view.highs(quotient.id) + sign)


# --- two results of one operation -------------------------------------------------------------


def _between(one: Term, two: Term, view: View) -> Iterator[Bound]:
    """Yield `one <= two` where it follows from their operands."""
    (a, b), (c, d) = one.parts, two.parts
    ways = [((a, c), (b, d))]
    if one.op in {"+", "*"}:
        ways.append(((a, d), (b, c)))
    for left, right in ways:
        premises = _grows(one.op, left, right, view)
        if premises is not None:
            yield from _order(one.id, two.id, view, premises)
            return


def _grows(op: str, left: tuple[int, int], right: tuple[int, int], view: View) -> Premises | None:
    """Return why `left[0] op right[0] <= left[1] op right[1]`, None if that is not known."""
    match op:
        case "+":
            return _all_of(view.at_most(*left), view.at_most(*right))
        case "-":
            return _all_of(view.at_most(*left), view.at_most(*right[::-1]))
        case "*":
            return _grows_as_product(left, right, view)
        case "/":
            return _grows_as_quotient(left, right, view)
        case _:
            return None


def _grows_as_product(left: tuple[int, int], right: tuple[int, int], view: View) -> Premises | None:
    """0 <= a <= c and 0 <= b <= d give a * b <= c * d; so do a = c >= 0 and b <= d."""
    for (a, c), (b, d) in ((left, right), (right, left)):
        if a == c and view.interval(a).low >= 0:
            return _all_of(view.lows(a), view.at_most(b, d))
        if a == c and view.interval(a).high <= 0:
            return _all_of(view.highs(a), view.at_most(d, b))
    signs = _not_negative((left[0], right[0]), view)
    return _all_of(signs, view.at_most(*left), view.at_most(*right))


def _grows_as_quotient(
    left: tuple[int, int], right: tuple[int, int], view: View
) -> Premises | None:
    """0 <= a <= c and b >= d > 0 give a / b <= c / d; so do a <= c and b = d > 0."""
    if view.interval(right[1]).low < 0:
        return None
    signs = () if right[0] == right[1] else _not_negative((left[0],), view)
    divisors = _all_of(view.lows(right[1]), view.at_most(*right[::-1]))
    return _all_of(signs, divisors, view.at_most(*left))


def _not_negative(terms: Sequence[int], view: View) -> Premises | None:
    if all(view.interval(term).low >= 0 for term in terms):
        return view.lows(*terms)
    return None


def _all_of(*parts: Premises | None) -> Premises | None:
    found: list[Bound] = []
    for part in parts:
        if part is None:
            return None
        found.extend(part)
    return tuple(found)


def _order(low: int, high: int, view: View, premises: Premises) -> Iterator[Bound]:
    """Yield `low <= high` where it is not known yet; what concerns constants is an interval's."""
    if _are_variable((low, high), view) and view.distance(low, high) > (0.0, 0):
        yield derived(low, high, (0.0, 0), premises, Fact("{} is at most {}", (low, high)))


def _are_variable(terms: Sequence[int], view: View) -> bool:
    return all(view.terms[term].value is None for term in terms)
