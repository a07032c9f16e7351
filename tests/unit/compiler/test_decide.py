from dataclasses import replace

import pytest

from generators.irbuild import block, const, intent, play
from tradec.compiler import ir
from tradec.compiler.decide import NOTHING, Decision, decide
from tradec.compiler.ir import Action

YES, NO = ir.Known(value=True), ir.Known(value=False)
LONG, SHORT = intent(Action.ENTRY_LONG), intent(Action.ENTRY_SHORT)


def run(
    *blocks: ir.Block,
    side: int = 0,
    may_enter: bool = True,
    may_exit: bool = True,
    mode: str = "long_short",
    exit_mode: str = "first_hit",
    on_opposite: str = "ignore",
) -> Decision:
    one = play(*blocks, mode=mode, exit_mode=exit_mode)
    return decide(
        replace(one, policy=replace(one.policy, on_opposite=on_opposite)),
        is_true=lambda condition: condition == YES,
        percent=lambda node: float(node.value) if isinstance(node, ir.Const) else 0.0,
        side=side,
        may_enter=may_enter,
        may_exit=may_exit,
    )


def test_the_first_true_case_of_a_block_speaks() -> None:
    decision = run(block(NO, YES, YES))
    assert decision == Decision(Action.ENTRY_LONG, 1 | 1 << 24, 100.0)


def test_else_speaks_when_no_case_is_true() -> None:
    assert run(block(NO, otherwise=(SHORT,))).word == 2 | 0xFFFF << 24
    assert run(block(NO)) == NOTHING


def test_every_block_speaks_and_the_first_actionable_intent_wins() -> None:
    exits = block(YES, emit=(intent(Action.EXIT_ALL, 30.0),), id_="exit")
    entries = block(YES, emit=(intent(Action.NO_ACTION), SHORT, LONG))
    assert run(exits, entries).word == 2 | 1 << 8 | 1 << 40
    assert run(exits, entries, side=1) == Decision(Action.EXIT_ALL, 5, 30.0)


@pytest.mark.parametrize(
    ("action", "sides"),
    [
        (Action.NO_ACTION, ()),
        (Action.ENTRY_LONG, (0,)),
        (Action.ENTRY_SHORT, (0,)),
        (Action.EXIT_LONG, (1,)),
        (Action.EXIT_SHORT, (-1,)),
        (Action.EXIT_ALL, (-1, 1)),
    ],
)
def test_where_an_action_means_something(action: Action, sides: tuple[int, ...]) -> None:
    spoken = block(YES, emit=(intent(action),))
    assert tuple(side for side in (-1, 0, 1) if run(spoken, side=side).action) == sides


@pytest.mark.parametrize("on_opposite", ["close", "reverse"])
@pytest.mark.parametrize(
    ("action", "sides"), [(Action.ENTRY_LONG, (-1, 0)), (Action.ENTRY_SHORT, (0, 1))]
)
def test_an_entry_may_turn_a_position(
    on_opposite: str, action: Action, sides: tuple[int, ...]
) -> None:
    spoken = block(YES, emit=(intent(action),))
    found = [s for s in (-1, 0, 1) if run(spoken, side=s, on_opposite=on_opposite).action]
    assert tuple(found) == sides
    barred = [run(spoken, side=s, may_enter=False, on_opposite=on_opposite) for s in (-1, 0, 1)]
    assert barred == [NOTHING] * 3


@pytest.mark.parametrize(
    ("mode", "actions"),
    [
        ("long_only", [Action.ENTRY_LONG]),
        ("short_only", [Action.ENTRY_SHORT]),
        ("long_short", [Action.ENTRY_LONG, Action.ENTRY_SHORT]),
    ],
)
def test_the_mode_allows_sides(mode: str, actions: list[Action]) -> None:
    found = [
        a
        for a in (Action.ENTRY_LONG, Action.ENTRY_SHORT)
        if run(block(YES, emit=(intent(a),)), mode=mode).action
    ]
    assert found == actions


def test_a_forbidden_entry_lets_the_next_intent_speak() -> None:
    assert run(block(YES, emit=(SHORT, LONG)), mode="long_only").word == 1 | 1 << 40


def test_leave_to_enter_and_to_exit() -> None:
    entry, leave = block(YES), block(YES, emit=(intent(Action.EXIT_LONG),))
    assert run(entry, may_enter=False) == NOTHING
    assert run(entry, may_exit=False).action == Action.ENTRY_LONG
    assert run(leave, side=1, may_exit=False) == NOTHING
    assert run(leave, side=1, may_enter=False).action == Action.EXIT_LONG


def test_without_signal_exits_only_stops_and_targets_close() -> None:
    leave = block(YES, emit=(intent(Action.EXIT_ALL),))
    assert run(leave, side=1, exit_mode="sl_tp_only") == NOTHING
    assert run(leave, side=1, exit_mode="signal").action == Action.EXIT_ALL


def test_percent_is_that_of_the_intent() -> None:
    emit = (ir.Intent(action=Action.EXIT_LONG, percent=const(25)),)
    assert run(block(YES, emit=emit), side=1).percent == 25.0
