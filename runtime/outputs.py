"""The outputs that structures have in common: levels, places, counters, signs and events."""

from typing import Any

from tradec.runtime.spec import Output

DIRECTIONS = (("none", 0), ("bullish", 1), ("bearish", -1))
UNNAMED_DIRECTIONS = (("", 0), ("bullish", 1), ("bearish", -1))

_ALL_ACTIVE = "active_bull_count + active_bear_count <= max_active"


def level(name: str, *relations: str, lag: str = "0") -> Output:
    """Return a price, NaN where there is none."""
    return Output(name=name, unit="price", lag=lag, relations=relations)


def index(name: str, lag: str = "0", **more: Any) -> Output:
    """Return the number of a bar, -1 where there is none."""
    return Output(name=name, kind="int", unit="bar index", low=-1, empty=-1, lag=lag, **more)


def counter(name: str, unit: str, *relations: str, **more: Any) -> Output:
    """Return a whole number from 0 on."""
    return Output(name=name, kind="int", unit=unit, low=0, relations=relations, **more)


def version(name: str, *relations: str, **more: Any) -> Output:
    """Return a number that grows by one with each event of its kind."""
    return counter(name, "version", *relations, **more)


def sign(name: str, *relations: str, **more: Any) -> Output:
    """Return 1 for up, -1 for down, 0 for neither."""
    return Output(
        name=name, kind="int", unit="direction", low=-1, high=1, relations=relations, **more
    )


def truth(name: str, *relations: str) -> Output:
    """Return something that holds or does not."""
    return Output(name=name, kind="bool", unit="bool", relations=relations)


def event(name: str, *relations: str) -> Output:
    """Return something that is true on exactly the bar on which it happens."""
    return Output(name=name, kind="bool", unit="event", relations=relations)


def word(name: str, tokens: tuple[tuple[str, int], ...]) -> Output:
    """Return one of a few words."""
    return Output(name=name, kind="enum", unit="enum", tokens=tokens)


def zone_book(*more: Output) -> tuple[Output, ...]:
    """Return what kernels/zonebook tells of its zones, and `more` of a unit's own."""
    return (
        event("new_this_bar", "new_this_bar == (new_direction != 0)"),
        sign("new_direction"),
        level("new_upper", "new_lower < new_upper"),
        level("new_lower"),
        level("nearest_bull_upper", "nearest_bull_lower < nearest_bull_upper"),
        level("nearest_bull_lower", "close >= nearest_bull_lower"),
        level("nearest_bear_upper", "close <= nearest_bear_upper"),
        level("nearest_bear_lower", "nearest_bear_lower < nearest_bear_upper"),
        counter("active_bull_count", "count", _ALL_ACTIVE),
        counter("active_bear_count", "count"),
        event("any_mitigated_this_bar"),
        event(
            "any_invalidated_this_bar",
            "any_invalidated_this_bar == (last_invalidated_direction != 0)",
        ),
        sign("last_invalidated_direction"),
        level("last_invalidated_upper"),
        level("last_invalidated_lower"),
        version("version"),
        *more,
    )
