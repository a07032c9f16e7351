import pytest

from generators.irbuild import bar, block, const, play
from generators.passes import CONTEXT
from tradec.compiler import ir
from tradec.compiler.passes.plan_windows import plan_windows


def crossing(offset: int) -> ir.Play:
    return play(block(ir.Cross(above=True, left=bar("close", offset=offset), right=const(1))))


def test_a_sound_play_is_the_same_play() -> None:
    one = crossing(500)
    assert plan_windows(one, CONTEXT) is one


def test_a_crossing_that_no_history_can_feed_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="501"):
        plan_windows(crossing(501), CONTEXT)
