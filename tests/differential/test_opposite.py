"""Entries in a position of the other side: every machine asks for the same (13)."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from differential.native_batch import compiled
from differential.seam import Told, accounts, drive
from generators.irbuild import bar, block, const, intent, play
from generators.passes import CONTEXT
from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.compiler.interpreted import strategy_of
from tradec.compiler.pipeline import plan_of
from tradec.runtime.data.synthetic import synthesize

TURNS = ("ignore", "close", "reverse")
MODES = ("long_short", "long_only")
LONG, SHORT = ir.Action.ENTRY_LONG, ir.Action.ENTRY_SHORT


def sample(mode: str, on_opposite: str) -> ir.Play:
    """Return a play that asks for both sides and for exits, each now and then."""
    rises = ir.Compare(op=">", left=bar("close"), right=bar("open"))
    jumps = ir.Compare(op=">", left=bar("high"), right=bar("high", offset=1))
    falls = ir.Cross(above=False, left=bar("close"), right=const(50_000.0))
    one = play(
        block(ir.All(operands=(rises, jumps)), emit=(intent(LONG), intent(SHORT, 100.0))),
        block(jumps, emit=(intent(SHORT),), id_="short"),
        block(falls, emit=(intent(ir.Action.EXIT_ALL, 40.0),), id_="leave"),
        mode=mode,
    )
    return replace(one, policy=replace(one.policy, on_opposite=on_opposite))


@cache
def told() -> dict[tuple[str, str], tuple[Told, Told]]:
    """Return what native code and the interpreter ask for, for each policy."""
    bars = synthesize("range_wide", minutes=800, seed=5)
    given = accounts(np.random.default_rng(2), bars.n)
    plays = {(mode, turn): sample(mode, turn) for mode in MODES for turn in TURNS}
    made = compiled([plan_of(p, CONTEXT) for p in plays.values()], ["by hand"] * len(plays))
    return {
        name: (
            drive(native({}), bars, 0, bars.n, given),
            drive(strategy_of(one, standard(), {}), bars, 0, bars.n, given),
        )
        for (name, one), native in zip(plays.items(), made, strict=True)
    }


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("mode", MODES)
def test_both_machines_ask_for_the_same(mode: str, turn: str) -> None:
    native, interpreted = told()[mode, turn]
    assert native == interpreted


def test_turning_asks_for_more() -> None:
    counts = {turn: sum(step[1] != 0 for step in told()["long_short", turn][0]) for turn in TURNS}
    assert counts["ignore"] < counts["close"] == counts["reverse"]
