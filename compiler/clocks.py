"""When the rules are looked at, and when what they remember ticks (play-language.md 10.3)."""

from enum import StrEnum

from tradec.compiler import ir
from tradec.compiler.reads import reads_of, rule_conditions
from tradec.compiler.rewrite import Tree

EXEC_CLOSE = "exec_close"
EVERY_MINUTE = "every_1m"
MINUTE_PRICES = frozenset({"last_price", "mark_price"})
"""The built-in prices that make what reads them tick every minute."""


class Clock(StrEnum):
    """What a condition that remembers ticks on."""

    EXEC = "exec"
    MINUTE = "minute"


def reads_minutes(node: Tree) -> bool:
    """Return whether `node` holds a price of the minute at any depth."""
    return any(read.series in MINUTE_PRICES for read in reads_of(node))


def clock_of(node: Tree, play: ir.Play) -> Clock:
    """Return the clock that a part of a play's rules ticks on."""
    by_minute = play.evaluation == EVERY_MINUTE and reads_minutes(node)
    return Clock.MINUTE if by_minute else Clock.EXEC


def evaluation_of(written: str | None, play: ir.Play) -> str:
    """Return when the rules of `play` are looked at; with bars of one minute both ways agree."""
    if play.exec == "1m":
        return EXEC_CLOSE
    if written is not None:
        return written
    return EVERY_MINUTE if any(map(reads_minutes, rule_conditions(play))) else EXEC_CLOSE
