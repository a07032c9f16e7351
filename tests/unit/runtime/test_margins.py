"""Decision margins by hand, on rules over two slots at a few instants."""

from typing import Any

import numpy as np
import pytest

from tradec.runtime.logic import Rows, Ticks
from tradec.runtime.margins import Margins, instants_of, margins_of

LONG, SHORT = [1, 1], [2, 2 | 1 << 8]


def atom(op: str, right: float, slot: int = 0, unit: str | None = "price") -> dict[str, Any]:
    operands = [["slot", slot], ["const", right]]
    return {"form": "compare", "op": op, "operands": operands, "unit": unit, "text": "x"}


def logic(*whens: Any, atoms: list[dict[str, Any]]) -> dict[str, Any]:
    emits = (LONG, SHORT)
    blocks = [
        {"cases": [{"when": when, "emit": [emits[k]]}], "otherwise": []}
        for k, when in enumerate(whens)
    ]
    return {
        "mode": "long_short",
        "exit_mode": "first_hit",
        "on_opposite": "ignore",
        "atoms": atoms,
        "blocks": blocks,
    }


def judged(rules: dict[str, Any], *rows: tuple[float, ...], at: int = -1) -> Margins:
    """Return the margin of one decision at a bar, the last one by default, of a flat account."""
    seen = np.array(rows, np.float64)
    places = np.arange(len(rows))
    instants = np.array([places[at]])
    return margins_of(rules, Ticks(places), Rows(places, seen), instants, np.zeros(1, np.int64))


def margin(rules: dict[str, Any], *rows: tuple[float, ...]) -> float:
    return float(judged(rules, *rows).value[0])


def test_the_nearest_of_those_that_alone_decide() -> None:
    both = logic(["all", ["atom", 0], ["atom", 1]], atoms=[atom(">", 100.0), atom("<", 50.0, 1)])
    made = judged(both, (103.0, 49.0))
    assert (made.value[0], made.atom[0], made.word[0]) == (1.0, 1, 1)
    assert margin(both, (100.5, 20.0)) == 0.5
    assert margin(both, (99.0, 20.0)) == 1.0  # nothing was decided: the flip would decide
    assert np.isnan(margin(both, (99.0, 51.0)))  # neither flip alone changes it


def test_one_of_two_reasons_that_both_hold_decides_nothing_alone() -> None:
    either = logic(["any", ["atom", 0], ["atom", 1]], atoms=[atom(">", 100.0), atom("<", 50.0, 1)])
    assert np.isnan(margin(either, (100.1, 49.9)))
    assert margin(either, (100.1, 51.0)) == pytest.approx(0.1)


def test_a_rule_before_it_counts() -> None:
    rules = logic(["atom", 0], ["atom", 1], atoms=[atom(">", 100.0), atom("<", 50.0, 1)])
    made = judged(rules, (99.75, 20.0))
    assert (made.word[0], made.value[0], made.atom[0]) == (2 | 1 << 8, 0.25, 0)


def test_what_is_missing_and_what_has_no_distance_cannot_flip() -> None:
    one = logic(["atom", 0], atoms=[atom(">", 100.0)])
    assert np.isnan(margin(one, (np.nan, 0.0)))
    wordy = logic(["atom", 0], atoms=[atom("==", 1.0, unit=None)])
    assert np.isnan(margin(wordy, (1.0, 0.0)))
    equal = logic(["atom", 0], atoms=[atom("==", 1.0)])
    assert np.isnan(margin(equal, (1.0, 0.0)))
    assert margin(equal, (1.5, 0.0)) == 0.5


def test_prices_are_told_apart() -> None:
    both = logic(
        ["all", ["atom", 0], ["atom", 1]],
        atoms=[atom(">", 100.0), atom("<", 50.0, 1, "bounded oscillator")],
    )
    made = judged(both, (103.0, 49.0))
    assert (made.value[0], made.price[0]) == (1.0, 3.0)


def test_a_crossing_is_two_comparisons() -> None:
    cross = {
        "form": "cross",
        "above": True,
        "clock": "exec",
        "operands": [["slot", 0], ["const", 100.0]],
        "unit": "price",
        "text": "x",
    }
    rules = logic(["atom", 0], atoms=[cross])
    assert margin(rules, (99.0, 0.0), (104.0, 0.0)) == 1.0
    assert margin(rules, (95.0, 0.0), (100.25, 0.0)) == 0.25
    assert margin(rules, (95.0, 0.0), (99.5, 0.0)) == 0.5  # it did not cross
    assert np.isnan(margin(rules, (100.5, 0.0), (99.5, 0.0)))  # neither half holds
    assert np.isnan(margin(rules, (104.0, 0.0)))  # there is no step before


def test_a_window_has_the_comparisons_of_its_samples() -> None:
    window = {
        "form": "window",
        "clock": "exec",
        "of": ["atom", 0],
        "samples": 3,
        "stride": 1,
        "least": 2,
        "unit": None,
        "text": "w",
    }
    rules = logic(["atom", 1], atoms=[atom(">", 100.0), window])
    rows = [(value, 0.0) for value in (100.5, 93.0, 102.0)]
    made = judged(rules, *rows)  # two of three: losing either changes it, the oldest is nearest
    assert (made.word[0], made.value[0], made.atom[0]) == (1, 0.5, 0)
    assert np.isnan(margin(rules, *[(value, 0.0) for value in (101.0, 101.0, 101.0)]))
    assert margin(rules, *[(value, 0.0) for value in (99.0, 98.0, 102.0)]) == 1.0
    needed = instants_of(rules, Ticks(np.arange(9)), np.array([8]))
    assert needed.tolist() == [6, 7, 8]


def test_a_window_samples_so_many_steps_apart() -> None:
    window = {
        "form": "window",
        "clock": "exec",
        "of": ["atom", 0],
        "samples": 2,
        "stride": 2,
        "least": 1,
        "unit": None,
        "text": "w",
    }
    rules = logic(["atom", 1], atoms=[atom(">", 100.0), window])
    assert instants_of(rules, Ticks(np.arange(2, 30, 3)), np.array([20])).tolist() == [14, 20]


def test_a_position_of_the_other_side_bars_the_entry() -> None:
    rules = logic(["atom", 0], atoms=[atom(">", 100.0)])
    rows = Rows(np.arange(1), np.array([[103.0, 0.0]]))
    at, side = np.zeros(1, np.int64), np.array([-1])
    barred = margins_of(rules, Ticks(np.arange(1)), rows, at, side)
    assert (barred.word[0], np.isnan(barred.value[0])) == (0, True)
    turning = margins_of(rules | {"on_opposite": "reverse"}, Ticks(np.arange(1)), rows, at, side)
    assert (turning.word[0], turning.value[0]) == (1, 3.0)
