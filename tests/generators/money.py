"""Money rules in few words, for tests."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from tradec.runtime.sim.rules import (
    Assumptions,
    BreakEven,
    Entry,
    Impact,
    Rules,
    Sizing,
    Stop,
    Target,
    Trailing,
)

_ENTRY = {one.name for one in fields(Entry)}
_ASSUMED = {one.name for one in fields(Assumptions)}
STOP_VOLATILITY, LONG_LEVEL, SHORT_LEVEL, TARGET_VOLATILITY, TRAIL_VOLATILITY = range(5)
"""The slots of what `Replay` is given as `seen`."""


def stop(rule: str, value: float | None, buffer_pct: float = 0.0) -> Stop:
    """Return a stop that reads the slots of a Replay."""
    return Stop(
        rule=rule,
        value=value,
        buffer_pct=buffer_pct,
        volatility=STOP_VOLATILITY if rule == "atr_multiple" else None,
        long_level=LONG_LEVEL if rule == "structure" else None,
        short_level=SHORT_LEVEL if rule == "structure" else None,
    )


def target(rule: str, value: float) -> Target:
    """Return a target that reads the slots of a Replay."""
    volatility = TARGET_VOLATILITY if rule == "atr_multiple" else None
    return Target(rule=rule, value=value, volatility=volatility)


def trailing(rule: str, distance: float, activation_pct: float = 0.0) -> Trailing:
    """Return a trailing stop that reads the slots of a Replay."""
    volatility = TRAIL_VOLATILITY if rule == "volatility" else None
    return Trailing(
        rule=rule, distance=distance, activation_pct=activation_pct, volatility=volatility
    )


_MADE: dict[str, Callable[..., Any]] = {
    "stop": stop,
    "target": target,
    "trailing": trailing,
    "break_even": lambda activation, offset=0.0: BreakEven(
        activation_pct=activation, offset_pct=offset
    ),
    "sizing": lambda model, value, costs=False: Sizing(
        model=model, value=value, include_costs=costs
    ),
    "impact": lambda model, k, cap_bps=None: Impact(model=model, k=k, cap_bps=cap_bps),
}


def rules(**words: Any) -> Rules:
    """Return rules from flat words: those of Rules, of its entry and of its assumptions.

    Rules and models are tuples, such as stop=("percent", 2.0); `position_pct` is the sizing of
    percent_equity.
    """
    given = {
        name: _MADE[name](*word) if name in _MADE and isinstance(word, tuple) else word
        for name, word in words.items()
    }
    if "position_pct" in given:
        given["sizing"] = Sizing(value=given.pop("position_pct"))
    entry = {name: given.pop(name) for name in list(given) if name in _ENTRY}
    assumed = {name: given.pop(name) for name in list(given) if name in _ASSUMED}
    return Rules(
        **{"symbol": "TEST", "entry": Entry(**entry), "backtest": Assumptions(**assumed), **given}
    )
