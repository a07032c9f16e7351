"""Past instants seen again: the same values, decisions and margins as where they came from.

The plays are the random ones of `sample`. What the slots show natively, from one instant to the
next, is held to the interpreter's minute by minute; the rules over many instants at once to the
decisions of that interpreter; and margins to brute force.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import inf
from typing import Any

import numpy as np
import pytest
from tradec.runtime.revisit import slots_at
from tradec.runtime.sim.sizes import sized

from differential.native_cases import values_of
from differential.sample import Specimen, sample
from differential.seam import drive
from differential.three_ways import same_records
from generators.hindsight import decided, smallest
from generators.passes import CONTEXT
from tradec.cli.look_back import entered
from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.compiler.clocks import EVERY_MINUTE
from tradec.compiler.corrections import Flips, corrections, judged
from tradec.compiler.decide import decide
from tradec.compiler.evaluate import Truth, truth
from tradec.compiler.firing import Standing, admitting, barred, goal_of
from tradec.compiler.hindsight import At, Past, Table, places_of
from tradec.compiler.interpreted import strategy_of
from tradec.compiler.logic_of import logic_of
from tradec.compiler.pipeline import plan_of
from tradec.compiler.reads import intents, rule_conditions, slots
from tradec.runtime import backtest, margins
from tradec.runtime.backtest import Outcome, exec_closes
from tradec.runtime.data.bars import Bars
from tradec.runtime.hindsight import side_before
from tradec.runtime.logic import Judge, Rows, Ticks
from tradec.runtime.sim.records import CAPS

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


# --- an instant of a whole run ------------------------------------------------------------------


def _run(specimen: Specimen, asked: int | None) -> Outcome:
    market = specimen.case.markets[0]
    return backtest.run(
        specimen.fresh(),
        market.bars,
        specimen.rules,
        market.instrument,
        exec_tf=specimen.play.exec,
        warmup=market.warmup,
        asked=asked,
    )


def _asked(outcome: Outcome) -> list[int]:
    """Return some instants: of decisions, and of bars without one."""
    decided = outcome.signals["ts"].tolist()
    return [*decided[:3], *outcome.ts_close[1 : -1 : max(1, outcome.bars // 3)].tolist()]


def _standing(one: Specimen, outcome: Outcome, ts: int) -> Standing:
    return Standing.of(outcome.asked, entered=entered(one.play, outcome, ts))


def _place(outcome: Outcome, ts: int) -> int:
    return (ts - outcome.history.ts0) // outcome.history.base_ms - 1


def _view(one: Specimen, outcome: Outcome, ts: int) -> At:
    bars, play = outcome.history, one.play
    closes = ((exec_closes(bars, play.exec) - bars.ts0) // bars.base_ms - 1).tolist()
    places = places_of(play, values_of(play), closes, _place(outcome, ts))
    rows = slots_at(one.fresh(), bars, np.array(places), outcome.mark_source)
    table = Table(dict(zip(places, rows.tolist(), strict=True)))
    return Past(play, values_of(play), closes, table).at(_place(outcome, ts))


def test_asking_for_an_instant_changes_nothing_and_decides_what_was_recorded() -> None:
    decisions = held = 0
    for one in sample():
        plain = _run(one, None)
        for ts in _asked(plain):
            asked = _run(one, ts)
            with one.told(ts=ts, account=asked.asked):
                assert asked.digest == plain.digest
                same_records(plain, asked, "plain and asked")
                standing, view = _standing(one, asked, ts), _view(one, asked, ts)
                word = decided(
                    one.play,
                    view,
                    standing.side,
                    may_enter=standing.may_enter,
                    may_exit=standing.may_exit,
                )
                recorded = plain.signals["word"][plain.signals["ts"] == ts]
                assert word == (recorded[0] if recorded.size else 0)
                assert standing.side == side_before(plain, np.array([ts]))[0]
            decisions += word != 0
            held += standing.side != 0
    assert decisions > 15
    assert held > 5


def test_an_entry_is_sized_as_it_was() -> None:
    sizes = 0
    for one in sample():
        outcome = _run(one, None)
        entries = outcome.orders[(outcome.orders["purpose"] == 0) & (outcome.orders["qty"] > 0)]
        for order in entries[:4]:
            ts = int(order["ts"])
            asked = _run(one, ts)
            assert asked.asked is not None
            if asked.asked["side"] != 0:
                continue  # it turns a position, and is sized at its arrival
            rows, rules = _view(one, asked, ts).past.rows.row(_place(asked, ts)), one.rules
            slots_of_money = {
                "stop_volatility": rules.stop.volatility if rules.stop else None,
                "target_volatility": rules.target.volatility if rules.target else None,
                "long_level": rules.stop.long_level if rules.stop else None,
                "short_level": rules.stop.short_level if rules.stop else None,
            }
            seen_then = {k: rows[slot] for k, slot in slots_of_money.items() if slot is not None}
            instrument = backtest.constrained(one.case.markets[0].instrument, rules)
            close = float(asked.history.close[_place(asked, ts)])
            cash = asked.asked["cash"]
            size = sized(rules, instrument, int(order["side"]), close, cash, seen_then)
            with one.told(order=order, size=size):
                assert (size["qty"], size["reference"]) == (order["qty"], order["reference"])
                assert (size["cap"] or "") == CAPS[order["cap"]]
                assert size["qty"] <= size["qty_before_rounding"] * (1 + 1e-12)
            sizes += 1
    assert sizes > 10


@dataclass(frozen=True, slots=True)
class Trial:
    """A play at an instant, an action, and an account that admits it."""

    one: Specimen
    view: At
    stand: Standing
    action: ir.Action

    def sets(self) -> tuple[Flips, ...]:
        policy = self.one.play.policy
        goal = goal_of(
            self.one.play,
            lambda _, intent: intent.action is self.action,
            lambda intent: self.stand.admits(policy, intent.action),
        )
        return corrections(goal, lambda leaf: truth(leaf, self.view)).sets

    def decision(self, flips: Flips) -> int:
        """Walk the rules with exactly these conditions the other way."""

        def leaf_truth(leaf: ir.Condition) -> Truth:
            return flips[leaf] if leaf in flips else truth(leaf, self.view)

        return decide(
            self.one.play,
            is_true=lambda condition: judged(condition, leaf_truth) is True,
            percent=lambda _: 100.0,
            side=self.stand.side,
            may_enter=self.stand.may_enter,
            may_exit=self.stand.may_exit,
        ).action


def _trials(one: Specimen) -> Iterator[Trial]:
    policy = one.play.policy
    for ts in _asked(_run(one, None)):
        asked = _run(one, ts)
        standing, view = _standing(one, asked, ts), _view(one, asked, ts)
        for action in dict.fromkeys(intent.action for intent in intents(one.play)):
            stand = standing
            if action and barred(policy, action, standing):
                stand = admitting(action, standing)
            if stand.admits(policy, action):
                yield Trial(one, view, stand, action)


def test_flipping_what_why_not_names_makes_it_fire() -> None:
    fired = 0
    for one in sample():
        for trial in _trials(one):
            for flips in trial.sets():
                with one.told(action=trial.action, flips=flips):
                    assert trial.decision(flips) == trial.action
                    assert all(trial.decision(less) != trial.action for less in _smaller(flips))
                fired += len(flips) > 0
    assert fired > 30


def _smaller(flips: Flips) -> Iterator[Flips]:
    """Yield the flips without one of them."""
    for left_out in flips:
        yield {leaf: value for leaf, value in flips.items() if leaf is not left_out}
