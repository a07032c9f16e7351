"""What each SPEC declares is what facts.json says, and holds on random series."""

import json
import re
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kernels import series
from kernels.harness import run_native
from kernels.units import UNITS, ChainParams, Unit
from shared import need_shared
from tradec.compiler.unit_chain import sample
from tradec.compiler.unit_check import keeps_its_word
from tradec.compiler.unit_native import UnitModule
from tradec.compiler.unit_relations import Rule
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import (
    DATA_DEPENDENT,
    Anchored,
    Fading,
    Family,
    Finite,
    Integral,
    Memory,
    Output,
    Param,
)
from tradec.runtime.spec import UNITS as MEASURES
from tradec.runtime.timeframe import MINUTE_MS

EACH_UNIT = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
KINDS = {"int": "int", "float": "float", "bool": "bool", "choice": "enum", "series": "key"}
KINDS |= {"list": "levels"}
IN_FORMULAS = {
    "inside implies touched": "touched_this_bar or not inside",
    "on+off+no_sqz == 1 once ready": "on + off + no_sqz == 1",
    "long == trend where direction == 1": "direction != 1 or long == trend",
    "short == trend where direction == -1": "direction != -1 or short == trend",
    "retracement, 0<=ratio<=1: anchor_low <= level <= anchor_high": "True",  # test_invariants
}
"""What the facts say of outputs in words."""


def _facts(unit: Unit) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(need_shared("spec", "facts.json").read_text())
    facts: dict[str, Any] = found[unit.folder][unit.name]
    return facts


@EACH_UNIT
def test_params_are_those_of_the_facts(unit: Unit) -> None:
    facts = dict(_facts(unit)["params"])
    own = {p.name: p for p in unit.spec.params}
    assert own.keys() == facts.keys()
    for name, want in facts.items():
        assert KINDS[own[name].kind] == want["type"], name
        assert own[name].default == want.get("default"), name
        choices = ["null" if word is None else word for word in want.get("values", [])]
        assert list(own[name].choices) == choices, name
        if own[name].kind in {"int", "float"}:
            assert _bounds(own[name]) == (
                want["min"],
                want["max"],
                want.get("min_exclusive", False),
            )


def _bounds(param: Param) -> tuple[float | None, float | None, bool]:
    return param.low, param.high, param.low_exclusive


@EACH_UNIT
def test_outputs_are_those_of_the_facts(unit: Unit) -> None:
    facts, values = _facts(unit), unit.values(sample(unit))
    symbols = dict(re.findall(r"\b(\w)=(\w+)", facts.get("symbols", "")))
    values |= {short: values[name] for short, name in symbols.items()}
    declared = _declared(unit)
    assert declared.keys() == facts["outputs"].keys()
    assert unit.spec.primary == facts.get("primary")
    for name, want in facts["outputs"].items():
        output = declared[name]
        assert (output.kind, output.unit) == (want["type"], want["unit"]), name
        assert set(want.get("values", ())) == {word for word, _ in output.tokens}
        bounds = [_number(b, values) for b in (output.low, output.high)]
        assert bounds == [_number(b, values) for b in want["range"]], name
        if "fv" in want:
            first = unit.spec.first_valid_of(output, values)
            assert first == evaluate(_first_valid(name, facts), values), name
            assert output.exclusive == ("exclusive" in want["fv"])
        assert (output.empty == -1) == (want.get("initial") == -1), name
        assert (output.lag != "0") == (want["lag"] != 0), name


def _declared(unit: Unit) -> dict[str, Output]:
    """Return the outputs by the name that the facts give them, those of a family once."""
    members = {
        f"{f.name}<N>_{o.name}" if o.name else f"{f.name}_<ratio>": o
        for f in unit.spec.families
        for o in f.outputs
    }
    return {o.name: o for o in unit.spec.outputs} | members


@EACH_UNIT
def test_what_it_uses_is_that_of_the_facts(unit: Unit) -> None:
    facts = _facts(unit)
    if unit.folder == "structures":
        assert list(unit.spec.needs) == facts["needs"]
        assert list(unit.spec.optional) == facts["optional"]


def _first_valid(name: str, facts: dict[str, Any]) -> str:
    """Return the formula in what the facts say of an output's first value."""
    text = re.sub(r" \(.*\)$|, exclusive$", "", facts["outputs"][name]["fv"])
    if text.startswith("as "):
        return _first_valid(text.removeprefix("as "), facts)
    return {"next day": "bars_per_day", "next week": "bars_per_week"}.get(text, text)


def _number(bound: float | str | None, values: dict[str, Any]) -> float | None:
    return float(evaluate(bound, values)) if isinstance(bound, str) else bound


@EACH_UNIT
def test_memory_is_that_of_the_facts(unit: Unit) -> None:
    facts, values = _facts(unit), unit.values(sample(unit))
    symbols = dict(re.findall(r"\b(\w)=(\w+)", facts.get("symbols", "")))
    values |= {short: values[name] for short, name in symbols.items()}
    _is_memory(unit.spec.memory, facts["memory"], unit, values)
    for name, output in facts["outputs"].items():
        own = _declared(unit)[name].memory
        if "memory" in output and own is not None:  # one that a choice decides is the unit's
            _is_memory(own, output["memory"], unit, values)


def _is_memory(memory: Memory, want: dict[str, Any], unit: Unit, values: dict[str, Any]) -> None:
    match memory:
        case Finite(window=window) if "volatility" in unit.inputs:
            assert want == {"class": "fading", "decay": "(n-1)/n", "order": 1}  # of that alone
            assert evaluate(window, values) == 1
        case Finite(window=window):
            assert want["class"] == "finite"
            assert evaluate(window, values) == evaluate(want["window"], values)
        case Fading(decay=decay, order=order, window=window):
            assert want["class"] == "fading"
            faded = want["decay"].partition(";")[0]  # behind it, what another choice makes of it
            assert evaluate(decay, values) == evaluate(faded, values)
            own = (order, evaluate(window, values))
            assert own == (want["order"], evaluate(str(want.get("plus_window", 0)), values))
        case Anchored(event=event, bars_required=required):
            assert want["class"] == "anchored"
            assert event == want["anchor"]
            first = evaluate(unit.spec.first_valid, values)
            if "ts_open" in unit.inputs:  # a calendar that may begin anywhere: see test_calendar
                assert evaluate(required, values) > first
            else:
                assert evaluate(required, values) == first + 1
        case Integral():
            assert want["class"] == "integral"


@EACH_UNIT
def test_declarations_are_whole(unit: Unit) -> None:
    spec = unit.spec
    assert spec.kind == unit.folder.removesuffix("s")
    assert spec.primary is None or spec.output(spec.primary)
    assert all(output.unit in MEASURES for output in spec.outputs)
    values = unit.values(sample(unit))
    assert all(evaluate(rule, values) for rule, _ in spec.constraints)
    assert all(evaluate(ring.size, values) >= 1 for ring in spec.rings)
    assert all(evaluate(output.lag, values) >= DATA_DEPENDENT for output in spec.outputs)


@EACH_UNIT
@settings(max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_declarations_hold(unit: Unit, data: st.DataObject, native: ModuleType) -> None:
    params, fed = data.draw(series.params(unit)), data.draw(series.bars())
    start = data.draw(st.integers(0, len(fed["close"]) - 1))
    keeps_its_word(unit, params, fed, start, UnitModule(native))


def _stated(facts: dict[str, Any]) -> list[str]:
    """Return the relations of a unit, those of its outputs and its own, as formulas."""
    told = [text for output in facts["outputs"].values() for text in output.get("relations", ())]
    return [IN_FORMULAS.get(text, text) for text in (*told, *facts.get("relations", ()))]


def _of_members(text: str, family: Family, names: list[str]) -> list[str]:
    """Return a relation for each member of a family of which it speaks, or itself."""
    own = [o.name for o in family.outputs if re.search(rf"\b({family.name}<N>_)?{o.name}\b", text)]
    keys = {name.partition("[")[2].partition("]")[0] for name in names if "[" in name}
    if not own or "" in own:
        return [text]
    return [
        re.sub(
            rf"\b(?:{family.name}<N>_)?({'|'.join(own)})\b",
            lambda found: family.name_of(key, found[1]),  # noqa: B023  called in this round
            text,
        )
        for key in sorted(keys)
    ]


@EACH_UNIT
@settings(max_examples=20)
@given(data=st.data())
def test_relations_of_the_facts_hold(unit: Unit, data: st.DataObject, native: ModuleType) -> None:
    relations = _stated(_facts(unit))
    if not relations:
        return
    params, fed = data.draw(series.params(unit)), data.draw(series.bars())
    got = run_native(native, unit, params, fed)
    for text in relations:
        texts = [text]
        for family in unit.spec.families:
            texts = _of_members(text, family, list(got))
        for each in texts:
            broken = Rule(each, got, fed, unit.values(params)).broken()
            assert broken == [], each


def test_longest_windows_run(native: ModuleType) -> None:
    for unit in UNITS:
        needed = unit.present({})
        longest: ChainParams = {m.name: _longest(m) for m in unit.chain if m.name in needed}
        fed = _walk(20)
        got = run_native(native, unit, longest, fed)
        assert [*got] == [o.name for o in unit.outputs(longest)]


def _longest(unit: Unit) -> dict[str, Any]:
    found: dict[str, Any] = {
        p.name: int(p.high) if p.kind == "int" and p.high else p.choices[0] if p.choices else None
        for p in unit.spec.params
    }
    found |= {p.name: tuple(range(40)) for p in unit.spec.params if p.kind == "list"}
    found |= {p.name: 1.0 for p in unit.spec.params if p.kind == "float" and p.required}
    found = {name: value for name, value in found.items() if value is not None}
    for rule, _ in unit.spec.constraints:
        if not evaluate(rule, unit.complete(found)):
            found.pop(next(iter(found)))
    return found


def _walk(n: int) -> dict[str, NDArray[Any]]:
    close = 100.0 + np.arange(n) % 7
    fed: dict[str, NDArray[Any]] = dict.fromkeys(("open", "close", "source"), close)
    fed |= {"high": close + 1, "low": close - 1, "volume": close, "volatility": close}
    return fed | {"bar_number": np.arange(n), "ts_open": np.arange(n) * MINUTE_MS}
