"""What the units of operands say about the unit of a result, and which units compare.

Where nothing certain is known the unit is NUMBER, which fits every other: a rule here reports an
error only when no reading of the play makes sense.
"""

from tradec.compiler.types import NUMBER

PRICE = "price"
DIFFERENCE = "price-difference"
PROPORTION = "share of a price"
"""A price times a number: 0.01 of the close is a distance, 0.99 of it a level; it fits both."""
VOLUME = "volume"
RATIO = "ratio"

_MONEY = {PRICE, DIFFERENCE, PROPORTION}
_DIMENSIONED = {*_MONEY, VOLUME}
_OF_SOURCE = "source"
_DIFFERENCE_OF_SOURCE = "source-difference"
_BOUNDED = "bounded oscillator"
_UNBOUNDED = "oscillator"
_DIFFERENCES = {PRICE: DIFFERENCE, _BOUNDED: _UNBOUNDED}


def resolve(unit: str, source: str) -> str:
    """Return the unit of a SPEC's output, given that of the unit's source."""
    if unit == _OF_SOURCE:
        return source
    if unit == _DIFFERENCE_OF_SOURCE:
        return difference(source)
    return unit


def difference(unit: str) -> str:
    """Return the unit of the difference of two values of one unit."""
    return _DIFFERENCES.get(unit, unit)


def comparable(left: str, right: str) -> bool:
    """Return whether two units measure the same kind of thing.

    Prices, differences of prices and volumes compare only with their like; everything else is a
    pure number.
    """
    if PROPORTION in (left, right) and {left, right} <= _MONEY:
        return True
    return NUMBER in (left, right) or _measure(left) == _measure(right)


def merged(left: str, right: str) -> str:
    """Return the unit of the smaller or larger of two values that can be compared."""
    if NUMBER in (left, right):
        return right if left == NUMBER else left
    if PROPORTION in (left, right):
        return PROPORTION
    return left if left == right else NUMBER


def negated(unit: str) -> str:
    """Return the unit of `-x`."""
    return NUMBER if unit == PRICE else _unbounded(unit)


def combined(op: str, left: tuple[str, bool], right: tuple[str, bool]) -> str:
    """Return the unit of `left op right`; each side is its unit and whether it is constant."""
    match op:
        case "+" | "-":
            return _sum(op, left, right)
        case "*":
            return _product(left, right)
        case "/":
            return _quotient(left, right)
        case _:
            return _scaled(left[0]) if right[1] or left[0] == right[0] else NUMBER


def _sum(op: str, left: tuple[str, bool], right: tuple[str, bool]) -> str:
    (one, one_constant), (two, two_constant) = left, right
    if two_constant and two == NUMBER:
        return _unbounded(one)
    if one_constant and one == NUMBER:
        return _unbounded(two) if op == "+" else negated(two)
    if PROPORTION in (one, two) and {one, two} <= _MONEY:
        return PROPORTION
    if one == two:
        return PROPORTION if one == PRICE and op == "+" else difference(one)
    if one == PRICE and two == DIFFERENCE:
        return PRICE
    if op == "+" and one == DIFFERENCE and two == PRICE:
        return PRICE
    return NUMBER


def _product(left: tuple[str, bool], right: tuple[str, bool]) -> str:
    for (unit, _), (other, constant) in ((left, right), (right, left)):
        if other == NUMBER and constant:
            return _scaled(unit)
        if other == RATIO and unit in _DIMENSIONED | {RATIO}:
            return _scaled(unit)
    return NUMBER


def _quotient(left: tuple[str, bool], right: tuple[str, bool]) -> str:
    (one, _), (two, two_constant) = left, right
    if two == NUMBER:
        return _scaled(one) if two_constant else NUMBER
    if one == two or {one, two} <= _MONEY:
        return RATIO
    if two == RATIO and one in _DIMENSIONED:
        return _scaled(one)
    return NUMBER


def _scaled(unit: str) -> str:
    return PROPORTION if unit == PRICE else _unbounded(unit)


def _unbounded(unit: str) -> str:
    return _UNBOUNDED if unit == _BOUNDED else unit


def _measure(unit: str) -> str:
    return unit if unit in _DIMENSIONED else NUMBER
