"""Past instants seen again: the same values, decisions and margins as where they came from.

The plays are the random ones of `sample`. What the slots show natively, from one instant to the
next, is held to the interpreter's minute by minute; the rules over many instants at once to the
decisions of that interpreter; and margins to brute force.
"""

from dataclasses import dataclass
from functools import cache
from math import inf
from typing import Any

import numpy as np
import pytest
from tradec.runtime.revisit import slots_at

from differential.native_cases import values_of
from differential.sample import Specimen, sample
from differential.seam import drive
from generators.hindsight import smallest
from generators.passes import CONTEXT
from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.compiler.clocks import EVERY_MINUTE
from tradec.compiler.evaluate import truth
from tradec.compiler.hindsight import Past, Table, places_of
from tradec.compiler.interpreted import strategy_of
from tradec.compiler.logic_of import logic_of
from tradec.compiler.pipeline import plan_of
from tradec.compiler.reads import rule_conditions, slots
from tradec.runtime import margins
from tradec.runtime.backtest import exec_closes
from tradec.runtime.data.bars import Bars
from tradec.runtime.logic import Judge, Rows, Ticks

INSTANTS = 24
ENTRIES = {1, 2}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """What the interpreter of a play showed and decided at every minute of a market."""

    specimen: Specimen
    bars: Bars
    rows: Any
    words: Any
    sides: Any
    free: Any

    @property
    def play(self) -> ir.Play:
        return self.specimen.play

    @property
    def values(self) -> dict[str, int | float]:
        return values_of(self.play)

    @property
    def closes(self) -> Any:
        return (exec_closes(self.bars, self.play.exec) - self.bars.ts0) // self.bars.base_ms - 1

    @property
    def logic(self) -> dict[str, Any]:
        return logic_of(self.play, self.values)

    def instants(self) -> Any:
        """Return some bars at which the play is looked at, those that decided first."""
        by_minute = self.play.evaluation == EVERY_MINUTE
        looked = np.arange(self.bars.n) if by_minute else self.closes
        looked = looked[self.free[looked]]
        decided = looked[self.words[looked] != 0][:INSTANTS]
        others = looked[:: max(1, looked.size // INSTANTS)]
        return np.unique(np.concatenate([decided, others]))

    def past(self, places: Any) -> Past:
        rows = {int(place): self.rows[place].tolist() for place in places}
        return Past(self.play, self.values, self.closes.tolist(), Table(rows))


@cache
def seen() -> tuple[Seen, ...]:
    return tuple(_seen(specimen) for specimen in sample())


def _seen(specimen: Specimen) -> Seen:
    bars = specimen.case.markets[0].bars
    machine: Any = strategy_of(specimen.play, standard(), values_of(specimen.play))
    noise = np.random.default_rng(bars.n)
    given = np.ones((bars.n, 3), np.int64)
    given[:, 0] = np.repeat(noise.integers(-1, 2, bars.n), noise.integers(1, 9, bars.n))[: bars.n]
    rows = np.empty((bars.n, len(slots(specimen.play))))
    words, free = np.zeros(bars.n, np.int64), np.zeros(bars.n, np.bool_)
    entered = False
    for minute in range(bars.n):
        ((exec_closed, action, word, *_),) = drive(
            machine, bars, minute, minute + 1, given, wordless=True
        )
        rows[minute], words[minute] = machine.slots(), word
        free[minute] = exec_closed or not entered
        entered = (entered and not exec_closed) or action in ENTRIES
    return Seen(specimen=specimen, bars=bars, rows=rows, words=words, sides=given[:, 0], free=free)


def test_the_slots_of_a_compiled_play_are_those_of_its_plan() -> None:
    for specimen in sample():
        assert slots(specimen.play) == slots(plan_of(specimen.play, CONTEXT).play)


def test_instants_seen_again_show_what_they_showed() -> None:
    for one in seen():
        places = np.unique(np.random.default_rng(7).integers(0, one.bars.n, 40))
        again = slots_at(one.specimen.fresh(), one.bars, places)
        with one.specimen.told(places=places):
            np.testing.assert_array_equal(again, one.rows[places])


def test_instants_are_seen_in_order_only() -> None:
    one = seen()[0]
    for wrong in ([5, 5], [7, 3], [one.bars.n], [-1]):
        with pytest.raises(IndexError):
            slots_at(one.specimen.fresh(), one.bars, np.array(wrong))


def test_rules_looked_at_again_decide_the_same() -> None:
    decisions = 0
    for one in seen():
        at = one.instants()
        ticks = Ticks(one.closes)
        needed = margins.instants_of(one.logic, ticks, at)
        rows = Rows(needed, one.rows[needed])
        with one.specimen.told():
            again = Judge(one.logic, ticks, rows).decision(at, one.sides[at])
            np.testing.assert_array_equal(again, one.words[at])
        decisions += int((again != 0).sum())
    assert decisions > 50


def test_a_view_of_the_past_sees_what_the_rules_saw() -> None:
    for one in seen():
        judge_at = one.instants()
        ticks = Ticks(one.closes)
        judge = Judge(one.logic, ticks, Rows(np.arange(one.bars.n), one.rows))
        for number, condition in enumerate(rule_conditions(one.play)):
            when = [case["when"] for block in one.logic["blocks"] for case in block["cases"]]
            many = judge.truth(when[number], judge_at)
            for k, place in enumerate(judge_at.tolist()):
                needed = places_of(one.play, one.values, one.closes.tolist(), place)
                single = truth(condition, one.past(needed).at(place))
                with one.specimen.told(place=place, condition=condition):
                    assert {None: 1, True: 2, False: 0}[single] == many[k]


def test_margins_are_those_of_brute_force() -> None:
    found = priced = 0
    for one in seen():
        at = one.instants()
        ticks = Ticks(one.closes)
        needed = margins.instants_of(one.logic, ticks, at)
        made = margins.margins_of(
            one.logic, ticks, Rows(needed, one.rows[needed]), at, one.sides[at]
        )
        past = one.past(needed)
        for k, place in enumerate(at.tolist()):
            expected = smallest(one.play, past.at(place), int(one.sides[place]))
            with one.specimen.told(place=place, made=made.value[k], expected=expected):
                assert np.nan_to_num(made.value[k], nan=inf) == expected[None]
                assert np.nan_to_num(made.price[k], nan=inf) == expected.get("price", inf)
            found += expected[None] < inf
            priced += expected.get("price", inf) < inf
    assert found > 50
    assert priced > 20
