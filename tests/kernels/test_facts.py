"""What each SPEC declares is what facts.json says, and holds on random series."""

import json
import math
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kernels import series
from kernels.harness import run_native
from kernels.units import UNITS, ChainParams, Unit, assert_same
from shared import need_shared
from tradec.runtime.formula import evaluate
from tradec.runtime.spec import DATA_DEPENDENT, Anchored, Fading, Finite, Output, Param
from tradec.runtime.spec import UNITS as MEASURES

EACH_UNIT = pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
KINDS = {"int": "int", "float": "float", "bool": "bool", "choice": "enum", "series": "key"}
Columns = dict[str, NDArray[Any]]
_BAR = ("high", "low", "close", "source")
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
    return None if param.kind == "series" else param.choices[0] if param.choices else 5


@EACH_UNIT
def test_params_are_those_of_the_facts(unit: Unit) -> None:
    facts = dict(_facts(unit)["params"])
    own = {p.name: p for p in unit.spec.params}
    assert own.keys() == facts.keys()
    for name, want in facts.items():
        assert KINDS[own[name].kind] == want["type"], name
        assert own[name].default == want.get("default"), name
        assert list(own[name].choices) == want.get("values", []), name
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
    assert {o.name for o in unit.spec.outputs} == facts["outputs"].keys()
    assert unit.spec.primary == facts.get("primary")
    for name, want in facts["outputs"].items():
        output = unit.spec.output(name)
        assert (output.kind, output.unit) == (want["type"], want["unit"]), name
        assert set(want.get("values", ())) == {word for word, _ in output.tokens}
        bounds = [_number(b, values) for b in (output.low, output.high)]
        assert bounds == [_number(b, values) for b in want["range"]], name
        if "fv" in want:
            first = unit.spec.first_valid_of(output, values)
            assert first == evaluate(want["fv"], values), name
        assert (output.empty == -1) == (want.get("initial") == -1), name
        assert (output.lag != "0") == (want["lag"] != 0), name


@EACH_UNIT
def test_what_it_uses_is_that_of_the_facts(unit: Unit) -> None:
    facts = _facts(unit)
    if unit.folder == "structures":
        assert list(unit.spec.needs) == facts["needs"]
        assert list(unit.spec.optional) == facts["optional"]


def _number(bound: float | str | None, values: dict[str, Any]) -> float | None:
    return float(evaluate(bound, values)) if isinstance(bound, str) else bound


@EACH_UNIT
def test_memory_is_that_of_the_facts(unit: Unit) -> None:
    facts, values = _facts(unit), _sample(unit)
    symbols = dict(re.findall(r"\b(\w)=(\w+)", facts.get("symbols", "")))
    values |= {short: values[name] for short, name in symbols.items()}
    want = facts["memory"]
    match unit.spec.memory:
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
            assert evaluate(required, values) == first + 1


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
    got = run_native(native, unit, params, fed | {"volatility": volatility})
    for output in unit.spec.outputs:
        first = unit.first_valid(output, params, late)
        column = got[output.name]
        if unit.folder == "indicators":
            assert np.isnan(column[:first]).all()
            assert not np.isnan(column[first : first + 1]).any()
        elif output.unit != "bars":
            assert (_is_initial(column[:first], output)).all()


def _is_initial(column: NDArray[Any], output: Output) -> Any:
    if output.kind == "float":
        return np.isnan(column)
    if output.kind == "enum":
        return column == next(code for word, code in output.tokens if word in {"", "none"})
    return column == (0 if output.empty is None else output.empty)


def _ranges_and_relations_hold(unit: Unit, params: ChainParams, fed: Columns, got: Columns) -> None:
    values = unit.values(params)
    for output in unit.spec.outputs:
        low, high = (_number(bound, values) for bound in (output.low, output.high))
        column = got[output.name][_is_resolved(got)]
        column = column[~np.isnan(column)]
        assert low is None or (column >= low - SLACK * max(1.0, abs(low))).all(), output.name
        assert high is None or (column <= high + SLACK * max(1.0, abs(high))).all(), output.name
        for relation in output.relations:
            named = set(re.findall(r"[a-z_0-9]+", relation))
            for row in _rows(got, fed):
                if not any(math.isnan(row[name]) for name in named & row.keys() - {"min", "max"}):
                    assert eval(relation, {}, values | row), (relation, row)  # noqa: S307  of a SPEC


def _is_resolved(got: dict[str, NDArray[Any]]) -> NDArray[np.bool_] | slice:
    """Return the bars whose bands stand apart by more than the rounding of prices."""
    if "upper" not in got:
        return slice(None)
    span: NDArray[np.bool_] = got["upper"] - got["lower"] > 1e-6 * got["upper"]
    return span


def _rows(got: dict[str, NDArray[Any]], fed: dict[str, NDArray[Any]]) -> Iterator[dict[str, Any]]:
    least = np.minimum.accumulate(fed["source"]) * (1 - SLACK)
    most = np.maximum.accumulate(fed["source"]) * (1 + SLACK)
    for i in range(len(fed["close"])):
        row: dict[str, Any] = {name: got[name][i].item() for name in got}
        bar: dict[str, Any] = {name: fed[name][i].item() for name in _BAR}
        yield bar | row | {"min": _always(least[i]), "max": _always(most[i])}


def _always(value: float) -> Callable[[float], float]:
    return lambda _source: value


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
        assert run_native(native, unit, longest, fed).keys() == {o.name for o in unit.spec.outputs}


def _longest(unit: Unit) -> dict[str, Any]:
    found = {
        p.name: int(p.high) if p.kind == "int" and p.high else p.choices[0] if p.choices else None
        for p in unit.spec.params
    }
    found = {name: value for name, value in found.items() if value is not None}
    for rule, _ in unit.spec.constraints:
        if not evaluate(rule, unit.complete(found)):
            found.pop(next(iter(found)))
    return found


def _walk(n: int) -> dict[str, NDArray[Any]]:
    close = 100.0 + np.arange(n) % 7
    fed: dict[str, NDArray[Any]] = dict.fromkeys(("open", "close", "source"), close)
    fed |= {"high": close + 1, "low": close - 1, "volume": close, "volatility": close}
    return fed | {"bar_number": np.arange(n)}
