"""What money rules and metadata read reaches the exchange the same way from every machine."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from differential.native_batch import compiled
from differential.seam import accounts, drive
from generators.irbuild import bar, block, const, intent, param, play, read, risk, series, stop
from generators.passes import CONTEXT
from tradec.compiler import ir, trading
from tradec.compiler.catalog import standard
from tradec.compiler.interpreted import strategy_of
from tradec.compiler.pipeline import plan_of
from tradec.compiler.reads import slots, witnessed
from tradec.compiler.rules_of import notes_of, rules_of, slots_of
from tradec.runtime.data.synthetic import synthesize

ATR = series("atr_3", "atr", "5m", params={"length": 3})
SWING = series("s", "swing", "3m", params={"left": 1, "right": 1})
HIGH, LOW = read(SWING, "high_level", 2), read(SWING, "low_level")
PIVOT, VERSION = read(SWING, "last_confirmed_pivot_type"), read(SWING, "version")
NOTES = (
    ir.Note(name="pivot", value=PIVOT),
    ir.Note(name="version", value=VERSION),
    ir.Note(name="range", value=read(ATR)),
    ir.Note(name="why", value=ir.Word(text="a cross's")),
    ir.Note(name="level", value=param("level")),
    ir.Note(name="fast", value=const(value=True)),
)


def sample() -> ir.Play:
    entry = replace(intent(), metadata=NOTES)
    rule = ir.Compare(op=">", left=bar("close"), right=bar("open", offset=1))
    one = play(
        block(rule, emit=(entry,)),
        block(rule, emit=(intent(ir.Action.EXIT_ALL, 50.0),), id_="leave"),
        units=(ATR, SWING),
        params={"level": 2.5},
    )
    return replace(
        one,
        risk=risk(
            stop_loss=stop("structure", 2.0, long_level=LOW, short_level=HIGH),
            take_profit=trading.Target(
                rule="atr_multiple", value=param("level"), volatility=read(ATR)
            ),
        ),
    )


@cache
def told() -> dict[str, tuple[list[list[float]], list[Any]]]:
    """Return the slots after every minute, and what each minute decided, of both machines."""
    bars = synthesize("trending", minutes=600, seed=3)
    given = accounts(np.random.default_rng(1), bars.n)
    values = {"level": 2.5}
    (made,) = compiled([plan_of(sample(), CONTEXT)], ["by hand"])
    machines = {"native": made(values), "interpreter": strategy_of(sample(), standard(), values)}
    found: dict[str, tuple[list[list[float]], list[Any]]] = {}
    for name, machine in machines.items():
        seen, steps = [], []
        for minute in range(bars.n):
            steps += drive(machine, bars, minute, minute + 1, given, wordless=True)
            seen.append(machine.slots())
        found[name] = (seen, steps)
    return found


def test_slots_are_distinct_and_ordered() -> None:
    ruled = (bar("close"), bar("open", offset=1))
    assert slots(sample()) == (LOW, HIGH, read(ATR), PIVOT, VERSION, *ruled)
    assert [(s["series"], s["output"], s["offset"], s["kind"]) for s in slots_of(sample())] == [
        ("s", "low_level", 0, "float"),
        ("s", "high_level", 2, "float"),
        ("atr_3", "value", 0, "float"),
        ("s", "last_confirmed_pivot_type", 0, "enum"),
        ("s", "version", 0, "int"),
        ("1m", "close", 0, "float"),
        ("1m", "open", 1, "float"),
    ]
    assert slots_of(sample())[3]["tokens"] == [["none", 0], ["high", 1], ["low", -1]]


def test_both_machines_show_the_same_slots_at_every_minute() -> None:
    (native, one), (interpreted, two) = told()["native"], told()["interpreter"]
    np.testing.assert_array_equal(np.array(native), np.array(interpreted))
    assert one == two


def test_slots_come_alive_and_change_at_their_own_closes_only() -> None:
    seen = np.array(told()["native"][0])
    assert np.isnan(seen[0][:3]).all()
    assert np.isfinite(seen[-1]).all()
    atr_changes = np.flatnonzero(np.abs(np.diff(seen[:, 2])) > 0) + 1
    assert len(atr_changes) > 100
    assert set((atr_changes + 1) % 5) == {0}
    assert set((np.flatnonzero(np.diff(seen[:, 4]) > 0) + 2) % 3) == {0}


def test_what_slots_read_is_witnessed() -> None:
    assert witnessed(sample()) == (
        ("1m", "open"),
        ("1m", "close"),
        ("atr_3", "value"),
        ("s", "high_level"),
        ("s", "low_level"),
        ("s", "version"),
        ("s", "last_confirmed_pivot_type"),
    )


def test_the_manifest_names_slots() -> None:
    rules = rules_of(sample(), {"level": 2.5})
    assert rules["stop"] == {
        "rule": "structure",
        "value": 2.0,
        "buffer_pct": 0.0,
        "volatility": None,
        "long_level": 0,
        "short_level": 1,
    }
    assert rules["target"] == {"rule": "atr_multiple", "value": 2.5, "volatility": 2}
    assert rules["partial_exits"] is True
    (entry,) = notes_of(sample(), {"level": 2.5})
    assert entry["word"] == int(ir.Action.ENTRY_LONG)
    assert entry["notes"] == {
        "pivot": ["slot", 3],
        "version": ["slot", 4],
        "range": ["slot", 2],
        "why": ["value", "a cross's"],
        "level": ["value", 2.5],
        "fast": ["value", True],
    }
