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
from kernels.relations import Rule
from kernels.units import UNITS, ChainParams, Unit, assert_same, is_missing
from shared import need_shared
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import (
    DATA_DEPENDENT,
    Anchored,
    Fading,
    Finite,
    Integral,
    Memory,
    Output,
    Param,
)
from tradec.runtime.spec import UNITS as MEASURES
from tradec.runtime.timeframe import MINUTE_MS, MONDAY_MS, TIMEFRAMES

EACH_UNIT = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
KINDS = {"int": "int", "float": "float", "bool": "bool", "choice": "enum", "series": "key"}
KINDS |= {"list": "levels"}
Columns = dict[str, NDArray[Any]]
SLACK = 1e-9  # bounds hold up to rounding (facts.json, notes)


def _facts(unit: Unit) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(need_shared("spec", "facts.json").read_text())
    facts: dict[str, Any] = found[unit.folder][unit.name]
    return facts


def _sample(unit: Unit) -> dict[str, Any]:
    """Return the default parameters, 5 or the first choice where there is none."""
    return unit.values({m.name: {p.name: _plain(p) for p in m.spec.params} for m in unit.chain})


def _plain(param: Param) -> Any:
    if param.default is not None or not (param.required or param.required_if):
        return param.default
    if param.kind == "list":
        return (0.5, 1.0)
    return None if param.kind == "series" else param.choices[0] if param.choices else 5


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
    facts, values = _facts(unit), _sample(unit)
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
    facts, values = _facts(unit), _sample(unit)
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
    values = _sample(unit)
    assert all(evaluate(rule, values) for rule, _ in spec.constraints)
    assert all(evaluate(ring.size, values) >= 1 for ring in spec.rings)
    assert all(evaluate(output.lag, values) >= DATA_DEPENDENT for output in spec.outputs)


@EACH_UNIT
@settings(max_examples=settings().max_examples // 2)
@given(data=st.data())
def test_declarations_hold(unit: Unit, data: st.DataObject, native: ModuleType) -> None:
    params, fed = data.draw(series.params(unit)), data.draw(series.bars())
    got = run_native(native, unit, params, fed)
    _ranges_and_relations_hold(unit, params, fed, got)
    _values_go_together(unit, got)
    if "source" in unit.spec.inputs and data.draw(st.integers(0, 2)) == 0:
        chained = fed | {"source": fed["close"] - np.median(fed["close"])}  # of any sign
        shown = run_native(native, unit, params, chained)
        _ranges_and_relations_hold(unit, params, chained, shown)
        _values_go_together(unit, shown)
    _first_valid_is_exact(unit, params, fed, native)
    if isinstance(unit.spec.memory, Finite):
        start = data.draw(st.integers(0, len(fed["close"]) - 1))
        window = int(evaluate(unit.spec.memory.window, unit.values(params)))
        later = {name: column[start:] for name, column in fed.items()}
        part = run_native(native, unit, params, later)
        finite = [o.name for o in unit.spec.outputs if o.memory is None]
        whole = {name: got[name][start:] for name in finite}
        _agree_from(2 * window - 1, {name: part[name] for name in finite}, whole)


def _first_valid_is_exact(
    unit: Unit, params: ChainParams, fed: Columns, native: ModuleType
) -> None:
    late = 4 if unit.folder == "structures" and "volatility" in unit.inputs else 0
    volatility = np.where(np.arange(len(fed["close"])) < late, np.nan, fed["high"])
    timeframe = TIMEFRAMES["15m"]
    number = timeframe.bar_number(MONDAY_MS) + np.arange(len(fed["close"]))
    fed = {**fed, "volatility": volatility, "volume": np.maximum(fed["volume"], 0.1)}
    fed |= {"bar_number": number, "ts_open": number * timeframe.minutes * MINUTE_MS}
    got = run_native(native, unit, params, fed)
    for output in unit.outputs(params):
        first = unit.first_valid(output, params, late, timeframe.name)
        column = got[output.name]
        if unit.folder == "indicators":
            assert is_missing(column[:first]).all(), output.name
            assert output.exclusive or not is_missing(column[first : first + 1]).any(), output.name
        elif output.unit != "bars":
            assert (_is_initial(column[:first], output)).all()


def _values_go_together(unit: Unit, got: Columns) -> None:
    for group in unit.spec.together:
        absent = [is_missing(got[name]) for name in group]
        assert all((one == absent[0]).all() for one in absent), group


def _is_initial(column: NDArray[Any], output: Output) -> Any:
    if output.kind == "float":
        return np.isnan(column)
    if output.kind == "enum":
        return column == next(code for word, code in output.tokens if word in {"", "none"})
    return column == (0 if output.empty is None else output.empty)


def _ranges_and_relations_hold(unit: Unit, params: ChainParams, fed: Columns, got: Columns) -> None:
    values = unit.values(params)
    named = {_plain_names(name): column for name, column in got.items()}
    for output in unit.outputs(params):
        if _is_given(output, values, fed):
            _range_holds(output, values, got)
        for relation in output.relations:
            text = _plain_names(relation)
            mentioned = {n: c for n, c in named.items() if re.search(rf"\b{n}\b", text)}
            rule = Rule(text, mentioned, fed, values)
            assert rule.broken() == [], (output.name, relation)


def _plain_names(text: str) -> str:
    """Return a relation whose names are those of variables: `zone[0].lower` is `zone_0_lower`."""
    return re.sub(r"\[(\d+)\]\.", r"_\1_", text)


def _is_given(output: Output, values: dict[str, Any], fed: Columns) -> bool:
    """Return whether the condition of an output's bounds holds, on every bar where it is asked."""
    names = values | {"source": float(fed["source"].min())}
    return not output.given or bool(evaluate(output.given, names))


def _range_holds(output: Output, values: dict[str, Any], got: Columns) -> None:
    """Assert that an output keeps its bounds; mostly, if rounding can carry it anywhere."""
    low, high = (_number(bound, values) for bound in (output.low, output.high))
    column = got[output.name]
    if output.slack is None:
        column = column[_is_resolved(got)]
    column = column[~is_missing(column)]
    most = max(1.0 if output.slack is None else 0.0, abs(low or 0.0), abs(high or 0.0))
    room = (SLACK if output.slack is None else output.slack) * most
    outside = np.zeros(len(column), bool)
    if low is not None:
        outside |= column < low - room
    if high is not None:
        outside |= column > high + room
    allowed = 0.1 * len(column) + 1 if output.slack is None and output.kind == "float" else 0
    assert outside.sum() <= allowed, output.name


def _is_resolved(got: dict[str, NDArray[Any]]) -> NDArray[np.bool_] | slice:
    """Return the bars whose bands stand apart by more than the rounding of prices."""
    if "upper" not in got:
        return slice(None)
    span: NDArray[np.bool_] = got["upper"] - got["lower"] > 1e-6 * got["upper"]
    return span


def _agree_from(settled: int, part: Columns, whole: Columns) -> None:
    """Assert that two starts agree bit for bit once a finite memory has settled (rulings A5)."""
    assert_same(
        {name: column[settled:].copy() for name, column in part.items()},
        {name: column[settled:].copy() for name, column in whole.items()},
    )


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
