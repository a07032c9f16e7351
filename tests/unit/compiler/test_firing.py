"""What keeps an intent from being the decision, said in words; and goals over several blocks."""

from dataclasses import replace

import pytest

from generators.irbuild import bar, block, const, intent, play
from tradec.compiler import ir, trading
from tradec.compiler.corrections import corrections
from tradec.compiler.firing import Standing, admitting, barred, goal_of

LONG, SHORT, LEAVE = ir.Action.ENTRY_LONG, ir.Action.ENTRY_SHORT, ir.Action.EXIT_ALL
BOTH = trading.Policy(mode="long_short", exit_mode="first_hit", on_opposite="ignore")
FREE = Standing(side=0, may_enter=True, may_exit=False)
HELD = Standing(side=1, may_enter=False, may_exit=True)
A, B, C = (ir.Compare(op=">", left=bar("close"), right=const(float(k))) for k in range(3))


@pytest.mark.parametrize(
    ("policy", "action", "standing", "said"),
    [
        (BOTH, LONG, FREE, None),
        (BOTH, LONG, HELD, "a long position is open already"),
        (BOTH, SHORT, HELD, "a long position is open, and on_opposite is ignore"),
        (replace(BOTH, mode="short_only"), LONG, FREE, "position_policy.mode is short_only"),
        (BOTH, LONG, replace(FREE, may_enter=False, entry_order=7), "entry order 7 is working"),
        (BOTH, LONG, replace(FREE, may_enter=False, entered=True), "in this exec bar already"),
        (BOTH, LONG, replace(FREE, may_enter=False, entries_disabled=True), "too little money"),
        (BOTH, LONG, replace(FREE, may_enter=False, is_stopping=True), "being stopped"),
        (BOTH, LEAVE, HELD, None),
        (BOTH, LEAVE, FREE, "there is no position to close"),
        (BOTH, ir.Action.EXIT_SHORT, HELD, "the open position is long"),
        (replace(BOTH, exit_mode="sl_tp_only"), LEAVE, HELD, "exit_mode is sl_tp_only"),
        (BOTH, LEAVE, replace(HELD, may_exit=False, exit_order=4), "being closed by order 4"),
        (BOTH, ir.Action.NO_ACTION, FREE, "asks for nothing"),
        (BOTH, LONG, Standing.of(None, entered=False), "warming up"),
    ],
)
def test_the_reason_is_said(
    policy: trading.Policy, action: ir.Action, standing: Standing, said: str | None
) -> None:
    found = barred(policy, action, standing)
    assert (found is None) if said is None else (found is not None and said in found)


def test_what_would_admit_an_action_does() -> None:
    for action in ir.Action:
        if action:
            assert admitting(action, HELD).admits(BOTH, action)
            assert admitting(action, FREE).admits(BOTH, action)


def _sets(one: ir.Play, action: ir.Action, *true: ir.Condition) -> list[dict[ir.Condition, bool]]:
    goal = goal_of(
        one, lambda _, it: it.action is action, lambda it: FREE.admits(one.policy, it.action)
    )
    return [dict(flips) for flips in corrections(goal, lambda leaf: leaf in true).sets]


def test_a_block_before_it_must_be_silent_if_the_account_admits_what_it_says() -> None:
    one = play(
        block(A, emit=(intent(LONG),), id_="first"),
        block(B, emit=(intent(SHORT),), id_="second"),
    )
    one = replace(one, policy=BOTH)
    assert _sets(one, SHORT, A) == [{B: True, A: False}]
    assert _sets(one, SHORT) == [{B: True}]
    exits = replace(one, blocks=(block(A, emit=(intent(LEAVE),), id_="first"), one.blocks[1]))
    assert _sets(exits, SHORT, A) == [{B: True}]  # flat: an exit is no decision


def test_a_case_before_it_must_not_be_true_and_else_comes_when_none_is() -> None:
    cases = (ir.Case(when=A, emit=()), ir.Case(when=B, emit=(intent(LONG),)))
    whole = ir.Block(id="one", cases=cases, otherwise=(intent(SHORT),))
    one = replace(play(block(C, emit=(intent(LONG),))), blocks=(whole,), policy=BOTH)
    assert _sets(one, LONG, A, B) == [{A: False}]
    assert _sets(one, SHORT, A, B) == [{A: False, B: False}]
    assert _sets(one, SHORT) == [{}]
