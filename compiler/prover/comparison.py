"""Comparisons of two terms as formulas."""

from tradec.compiler.evaluate import compare as compared
from tradec.compiler.evaluate import is_missing
from tradec.compiler.prover.formula import (
    FALSE,
    STRICTLY,
    TRUE,
    ZERO,
    Bound,
    Differ,
    Formula,
    Reason,
    both,
)
from tradec.compiler.prover.interval import rounded_up
from tradec.compiler.prover.terms import Terms

MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}
OPPOSITE = {">": "<=", "<=": ">", "<": ">=", ">=": "<", "==": "!=", "!=": "=="}


def compare(
    terms: Terms, op: str, left: int, right: int, reason: Reason, *, rounded: bool = False
) -> Formula:
    """Return what it takes for `left op right` to be True; both have a value then."""
    if not (terms[left].whole and terms[right].whole):
        left, right = terms.as_double(left), terms.as_double(right)
    one, two = terms[left].value, terms[right].value
    if (one is not None and is_missing(one)) or (two is not None and is_missing(two)):
        return FALSE
    if one is not None and two is not None:
        return TRUE if compared(op, one, two) else FALSE
    match op:
        case "<":
            return _below(terms, left, right, STRICTLY, reason, rounded=rounded)
        case "<=":
            return _below(terms, left, right, 0, reason, rounded=rounded)
        case ">" | ">=":
            return compare(terms, MIRRORED[op], right, left, reason, rounded=rounded)
        case "==":
            ways = ((left, right), (right, left))
            return both(_below(terms, a, b, 0, reason, rounded=rounded) for a, b in ways)
        case _:
            return _differ(terms, left, right, reason)


def _below(
    terms: Terms, left: int, right: int, strict: int, reason: Reason, *, rounded: bool
) -> Formula:
    """Return `left <= right`, or `<`; one of them at most is a constant."""
    if left == right:
        return FALSE if strict else TRUE
    above, below = terms[left].value, terms[right].value
    limit = 0.0 if above is None else rounded_up(-above)
    if below is not None:
        limit = rounded_up(below)
    if terms[left].whole and terms[right].whole:
        limit, strict = limit + strict, 0
    return Bound(
        left if above is None else ZERO,
        right if below is None else ZERO,
        limit,
        strict,
        reason,
        rounded,
    )


def _differ(terms: Terms, left: int, right: int, reason: Reason) -> Formula:
    above, below = terms[left].value, terms[right].value
    if left == right:
        return FALSE
    if above is not None:
        return Differ(right, ZERO, float(above), reason)
    return (
        Differ(left, right, 0.0, reason)
        if below is None
        else Differ(left, ZERO, float(below), reason)
    )
