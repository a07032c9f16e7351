"""The order of the prices of bars, and of their extremes over windows."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import permutations

from tradec.compiler import ir
from tradec.compiler.prices import AVERAGES, SOURCES, price
from tradec.compiler.prover.formula import Bound, Fact
from tradec.compiler.prover.terms import Extreme, Place, Shifted, Term

_PRICES = frozenset({"open", "high", "low", "close"})
_EXACT = _PRICES | {"hl2"}
"""Of whose values rounding makes none larger than the high or smaller than the low."""
_ORDER = (("low", "open"), ("low", "close"), ("low", "high"), ("open", "high"), ("close", "high"))

_MOST = 64
"""How many extremes are compared with each other and with everything else."""


def order_of_bars(terms: Sequence[Term]) -> Iterator[Bound]:
    """Yield which prices of the same bars, and which of their extremes, are at most which."""
    prices: dict[Place, dict[str, int]] = defaultdict(dict)
    extremes: list[tuple[int, Extreme]] = []
    for term in terms:
        match term:
            case Term(subject=Shifted(number=ir.Read(output=name) as read), place=Place() as place):
                if read.series == place.timeframe and name in _PRICES:
                    prices[place][name] = term.id
            case Term(subject=Extreme() as extreme):
                extremes.append((term.id, extreme))
    extremes = extremes[:_MOST]
    for names in prices.values():
        pairs = ((low, high) for low, high in _ORDER if {low, high} <= names.keys())
        yield from (_at_most(names[low], names[high]) for low, high in pairs)
    for id_, extreme in extremes:
        for term in terms:
            yield from _order_within(id_, extreme, term)
    for (one, first), (two, second) in permutations(extremes, 2):
        yield from _order_of_extremes(one, first, two, second)


def _order_within(id_: int, extreme: Extreme, term: Term) -> Iterator[Bound]:
    """Yield the bound between an extreme and a value of its window."""
    if not (isinstance(term.subject, Shifted) and isinstance(term.subject.number, ir.Read)):
        return
    read, place = term.subject.number, term.place
    if place is None or not _covers(extreme, place):  # the market's own numbers have no place
        return
    if read.series == place.timeframe and read.output in SOURCES:
        name, watched = read.output, source_name(extreme.of)
        low, high = (name, watched) if extreme.highest else (watched, name)
        if low is not None and high is not None and _is_below(low, high):
            exact = low in _EXACT and high in _EXACT
            yield _upward(id_, term.id, extreme, rounded=not (exact or low == high))
    elif place == extreme.place and _is_same(read, extreme.of):
        yield _upward(id_, term.id, extreme, rounded=False)


def _order_of_extremes(one: int, first: Extreme, two: int, second: Extreme) -> Iterator[Bound]:
    """Yield `one <= two` where it holds."""
    low, high = source_name(first.of), source_name(second.of)
    if low is None or high is None:
        low = high = "same" if first.of == second.of and first.place == second.place else None
    if low is None or high is None or not (low == high or _is_below(low, high)):
        return
    if _is_ordered(first, second):
        exact = low in _EXACT and high in _EXACT
        yield _at_most(one, two, rounded=not (exact or low == high))


def _is_ordered(first: Extreme, second: Extreme) -> bool:
    """Return whether the windows alone put `first` below `second`, of one and the same series."""
    match first.highest, second.highest:
        case True, True:
            return _lies_within(first, second)
        case False, False:
            return _lies_within(second, first)
        case False, True:
            return _covers(first, second.place) or _covers(second, first.place)
        case _:
            return False


def _lies_within(inner: Extreme, outer: Extreme) -> bool:
    if not _covers(outer, inner.place):
        return False
    if outer.length is None or inner.length is None:
        return outer.length is None
    reach = inner.place.offset + inner.length
    return reach <= outer.place.offset + outer.length


def _covers(extreme: Extreme, place: Place) -> bool:
    """Return whether the bar at `place` is one of the window."""
    start = extreme.place
    if (start.timeframe, start.steps) != (place.timeframe, place.steps):
        return False
    age = place.offset - start.offset
    return age >= 0 and (extreme.length is None or age < extreme.length)


def _is_below(low: str, high: str) -> bool:
    """Return whether one source is never above another on the same bar."""
    return low == high or ("volume" not in {low, high} and (low == "low" or high == "high"))


def _is_same(read: ir.Read, source: ir.Number) -> bool:
    match source:
        case ir.Read(series=series, output=output):
            return (read.series, read.output) == (series, output)
        case _:
            return False


@lru_cache(maxsize=1024)
def source_name(source: ir.Number) -> str | None:
    """Return which source of the bars a number is, None for another series."""
    timeframe = source.type.timeframe
    match source:
        case ir.Read(series=series, output=output):
            return output if series == timeframe else None
        case _:
            names = (name for name in AVERAGES if price(name, timeframe) == source)
            return next(names, None)


def _upward(extreme: int, value: int, of: Extreme, *, rounded: bool) -> Bound:
    low, high = (value, extreme) if of.highest else (extreme, value)
    return _at_most(low, high, rounded=rounded)


def _at_most(low: int, high: int, *, rounded: bool = False) -> Bound:
    return Bound(low, high, 0.0, 0, Fact("{} is at most {}", (low, high)), rounded)
