"""Chooses the one decision of an instant (play-language.md 8.2)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tradec.compiler import ir, trading
from tradec.compiler.ir import Action

OTHERWISE = 0xFFFF
"""The case index of a block's `else`."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is asked of the exchange; `word` also says which intent asked."""

    action: int
    word: int
    percent: float


NOTHING = Decision(0, 0, 0.0)


def decide(
    play: ir.Play,
    *,
    is_true: Callable[[ir.Condition], bool],
    percent: Callable[[ir.Setting], float],
    side: int,
    may_enter: bool,
    may_exit: bool,
) -> Decision:
    """Return the first actionable intent of all blocks in order, or NOTHING."""
    for place, intent in _spoken(play, is_true):
        may_act = may_enter if intent.action in ENTRIES else may_exit
        if may_act and is_actionable(play.policy, intent.action, side):
            return Decision(int(intent.action), intent.action | place, percent(intent.percent))
    return NOTHING


ENTRIES = (Action.ENTRY_LONG, Action.ENTRY_SHORT)
"""The actions that open a position."""


def _is_free(policy: trading.Policy, side: int) -> bool:
    """Return whether an entry finds no position, or one of the other side that it turns."""
    return side == 0 or (side < 0 and policy.on_opposite != "ignore")


def is_actionable(policy: trading.Policy, action: Action, side: int) -> bool:
    """Return whether `action` means anything in a position of `side`."""
    has_exits = policy.exit_mode != "sl_tp_only"
    match action:
        case Action.NO_ACTION:
            return False
        case Action.ENTRY_LONG:
            return policy.mode != "short_only" and _is_free(policy, side)
        case Action.ENTRY_SHORT:
            return policy.mode != "long_only" and _is_free(policy, -side)
        case Action.EXIT_LONG:
            return side > 0 and has_exits
        case Action.EXIT_SHORT:
            return side < 0 and has_exits
        case Action.EXIT_ALL:
            return side != 0 and has_exits


def _spoken(
    play: ir.Play, is_true: Callable[[ir.Condition], bool]
) -> Iterator[tuple[int, ir.Intent]]:
    """Yield (place, intent) for every intent that the blocks emit, in order."""
    for block_index, block in enumerate(play.blocks):
        case_index, emit = _first_true(block, is_true)
        for intent_index, intent in enumerate(emit):
            yield block_index << 8 | case_index << 24 | intent_index << 40, intent


def _first_true(
    block: ir.Block, is_true: Callable[[ir.Condition], bool]
) -> tuple[int, tuple[ir.Intent, ...]]:
    for index, case in enumerate(block.cases):
        if is_true(case.when):
            return index, case.emit
    return OTHERWISE, block.otherwise
