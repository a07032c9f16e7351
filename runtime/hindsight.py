"""Looks at the decisions of a run again: what each entry hung on."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from tradec.runtime.revisit import slots_at
from tradec.runtime.strategy import Strategy

from tradec.runtime.backtest import Outcome, exec_closes
from tradec.runtime.logic import Array, Rows, Ticks
from tradec.runtime.margins import PRICE, Margins, instants_of, margins_of
from tradec.runtime.sim.tables import Columns

TICK = "tick"


class UnequalError(RuntimeError):
    """The rules, looked at again, came to other decisions than the run."""


def margin_columns(
    outcome: Outcome,
    strategy: Strategy,
    logic: Mapping[str, Any],
    *,
    exec_tf: str,
    tick: float | None,
) -> Columns:
    """Return the decision margin of every leg's entry, as `trades` holds it.

    `strategy` is a fresh instance of what ran, `logic` its rules as `compiler.logic_of` has them,
    `tick` None where prices have no grid. Raises UnequalError where the rules do not come to the
    decisions of the run.
    """
    legs = outcome.legs
    orders = outcome.fills["order"][legs["entry_fill"] - 1]
    entries, leg_of = np.unique(orders, return_inverse=True)
    words = outcome.orders["word"][entries - 1]
    made = judged(outcome, strategy, logic, outcome.orders["ts"][entries - 1], exec_tf=exec_tf)
    if not np.array_equal(made.word, words):
        raise UnequalError("the rules do not come to the decisions of the run")
    atoms = logic["atoms"]
    texts = np.array([*(atom["text"] for atom in atoms), None], dtype=object)
    units = np.array([*(_unit(atom["unit"], tick) for atom in atoms), None], dtype=object)
    scale = np.where(units[made.atom] == TICK, tick or 1.0, 1.0)
    return {
        "margin": (made.value / scale)[leg_of],
        "margin_unit": units[made.atom][leg_of],
        "margin_condition": texts[made.atom][leg_of],
        "margin_ticks": (made.price / (tick or np.nan))[leg_of],
    }


def _unit(unit: str | None, tick: float | None) -> str | None:
    return TICK if unit == PRICE and tick else unit


def judged(
    outcome: Outcome,
    strategy: Strategy,
    logic: Mapping[str, Any],
    instants: Array,
    *,
    exec_tf: str,
) -> Margins:
    """Return the margins of the decisions at `instants`, ms UTC and increasing."""
    bars = outcome.history
    at = (instants - bars.ts0) // bars.base_ms - 1
    ticks = Ticks((exec_closes(bars, exec_tf) - bars.ts0) // bars.base_ms - 1)
    places = instants_of(logic, ticks, at)
    seen = slots_at(strategy, bars, places, outcome.mark_source)
    return margins_of(logic, ticks, Rows(places, seen), at, side_before(outcome, instants))


def side_before(outcome: Outcome, instants: Array) -> Array:
    """Return the side of the position just before each instant: 1, 0 or -1."""
    states = outcome.states
    row = np.searchsorted(states["ts"], instants, side="left") - 1
    held = states["signed_qty"][np.maximum(row, 0)] if states.size else np.zeros(instants.shape)
    return np.where(row >= 0, np.sign(held), 0).astype(np.int64)
