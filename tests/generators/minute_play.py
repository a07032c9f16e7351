"""A play on minutes that enters at a close of 100, section by section, and minutes for it."""

from collections.abc import Sequence
from typing import Any

from generators.exchange_cases import bars_of
from tradec.runtime.data.bars import Bars

LEAD = 40
"""Quiet minutes at 90 before the one whose close is the signal."""
TIMES = "timeframes: {low_tf: 1m, med_tf: 1m, high_tf: 1m, exec: low_tf}\n"
FREE = "fee_model: {taker_bps: 0, maker_bps: 0}, slippage_bps: 0"
ACCOUNT = f"account: {{starting_equity_usdt: 10000, max_leverage: 5, {FREE}}}\n"
FEATURES = "features: {}\n"
LONG_AT_100 = "actions:\n  entry_long: close between 99.99 and 100.01\n"
ACTIONS = f"{LONG_AT_100}  exit_long: close between 299 and 301\n"
POLICY = "position_policy: {mode: long_only, exit_mode: first_hit}\n"
RISK = "risk: {stop_loss: {type: fixed_points, value: 19}, max_position_pct: 10}\n"
SECTIONS = {
    "timeframes": TIMES,
    "account": ACCOUNT,
    "features": FEATURES,
    "actions": ACTIONS,
    "position_policy": POLICY,
    "risk": RISK,
}


def text(**sections: str) -> str:
    """Return the play with these sections in place of the plain ones."""
    return "\n".join(part for part in (SECTIONS | sections).values() if part)


def market(rows: Sequence[tuple[float, ...]], **beside: Any) -> Bars:
    """Return minutes at 90, the signal, what is scripted, and a quiet end."""
    last = rows[-1][3] if rows else 100.0
    return bars_of([*[(90.0,) * 4] * LEAD, (100.0,) * 4, *rows, *[(last,) * 4] * 4], **beside)


def entry(words: str) -> dict[str, str]:
    """Return the section that says how it enters."""
    return {"entry": f"entry: {{{words}}}\n"}


def assuming(words: str) -> dict[str, str]:
    """Return the section that says what a backtest takes for granted."""
    return {"backtest": f"backtest: {{{words}}}\n"}
