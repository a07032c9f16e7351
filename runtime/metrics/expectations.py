"""What a play expects of a synthetic run (`validation.expect`), against what the run showed."""

from collections.abc import Mapping
from typing import Any

_SIDES = {
    "long": ("long_trades", "short_trades"),
    "short": ("short_trades", "long_trades"),
}


def unmet(expect: Mapping[str, Any], metrics: Mapping[str, Any]) -> tuple[str, ...]:
    """Return each expectation that a run has not met, and what it showed instead.

    A rate that is undefined, since nothing was traded, meets no lower bound above 0.
    """
    found = []
    trades, least = metrics["total_trades"], expect.get("min_trades")
    if least is not None and trades < least:
        found.append(f"min_trades: at least {least}, the run has {trades}")
    direction = expect.get("direction")
    if direction is not None:
        found += _wrong_sides(direction, metrics)
    rate, least = metrics["win_rate_pct"], expect.get("min_win_rate")
    if least and (rate is None or rate < least):
        shown = "none" if rate is None else f"{rate:.4g} %"
        found.append(f"min_win_rate: at least {least:g} %, the run has {shown}")
    depth, most = metrics["max_drawdown_pct"], expect.get("max_drawdown_pct")
    if most is not None and depth > most:
        found.append(f"max_drawdown_pct: at most {most:g} %, the run has {depth:.4g} %")
    return tuple(found)


def _wrong_sides(direction: str, metrics: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the sides that were traded."""
    counts = f"{metrics['long_trades']} long and {metrics['short_trades']} short"
    if direction == "both":
        is_met = metrics["long_trades"] > 0 and metrics["short_trades"] > 0
    else:
        wanted, other = _SIDES[direction]
        is_met = metrics[wanted] > 0 and metrics[other] == 0
    return [] if is_met else [f"direction: {direction}, the run has {counts}"]
