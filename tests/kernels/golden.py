"""The golden vectors: which unit with which parameters gives which columns."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from kernels.units import UNITS, run_reference, unit_named
from shared import SHARED, need_shared

SETS = ("walk", "stress", "micro", "ict")
BAR_MS = {"walk": 900_000, "stress": 3_600_000, "micro": 900_000, "ict": 300_000}
NAMES = {unit.name for unit in UNITS}
ANCHOR = {"left": 5, "right": 5}  # of the structure that the anchored indicators use


# Bars on which a bucket is as full as another, or an area as large as wanted, up to rounding: there
# the vectors, which add in another order, decide otherwise (golden/README.md; test_histogram).
TIES = {
    ("anchored_volume_profile(num_buckets=50,lookback=50,value_area_pct=0.7)", "stress"): (
        *(624, 859, 860),
    ),
    ("anchored_volume_profile(num_buckets=24,lookback=96,value_area_pct=0.68)", "micro"): (
        467,
        468,
    ),
}


@dataclass(frozen=True)
class Case:
    """One instance of a unit in the golden vectors."""

    unit: str
    key: str  # the columns' prefix
    params: dict[str, dict[str, Any]]
    volatility: str = ""  # the column that is fed, or the length of a private one
    source: str = "close"

    def __str__(self) -> str:
        return self.key


def _manifest(kind: str) -> dict[str, Any]:
    path = SHARED / "golden" / f"{kind}_manifest.json"
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


def indicator_cases() -> list[tuple[Case, str]]:
    """Return each instance with each set that holds it."""
    columns = _manifest("indicators").get("columns", {})
    cases = {}
    for column, facts in columns.items():
        if facts["indicator"] in NAMES:
            key = column.rpartition(".")[0]
            params = dict(facts["params"])
            source = params.pop("source", "close")
            params = {name: "null" if x is None else x for name, x in params.items()}
            used = {one.name: ANCHOR for one in unit_named(facts["indicator"]).uses}
            case = Case(
                facts["indicator"], key, {**used, facts["indicator"]: params}, source=source
            )
            cases[key] = [(case, which) for which in facts["first_valid"]]
    return [pair for pairs in cases.values() for pair in pairs]


def structure_cases() -> list[Case]:
    instances = {i["key"]: i for i in _manifest("structures").get("instances", [])}
    return [_structure_case(i, instances) for i in instances.values() if i["type"] in NAMES]


def _structure_case(instance: dict[str, Any], instances: dict[str, Any]) -> Case:
    params = {i["type"]: _as_declared(i["params"]) for i in _with_used(instance, instances)}
    source = params[instance["type"]].pop("source", "close")
    keys = {str(p.pop("atr_key", p.get("atr_length", ""))) for p in params.values()} - {""}
    assert len(keys) <= 1, "a chain of two volatilities"
    return Case(instance["type"], instance["key"], params, "".join(keys), source)


def _as_declared(params: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in params.items()}


def column_name(output: str) -> str:
    """Return the name of an output in the vectors: `level_0.618`, `zone0_state`."""
    output = re.sub(r"zone\[(\d+)\]\.", r"zone\1_", output)
    return re.sub(r"\[(.*)\]", r"_\1", output)


def _with_used(instance: dict[str, Any], instances: dict[str, Any]) -> Iterator[dict[str, Any]]:
    used = instance.get("uses", ())
    for key in (used,) if isinstance(used, str) else used:
        yield from _with_used(instances[key], instances)
    yield instance


@lru_cache(maxsize=16)
def table(kind: str, which: str) -> dict[str, NDArray[Any]]:
    """Return the columns of one file; words stay words."""
    found = pq.read_table(need_shared("golden", f"{kind}_{which}.parquet"))
    return {
        name: np.array(column.to_pylist(), dtype=object)
        if str(column.type).startswith(("dictionary", "string"))
        else column.to_numpy()
        for name, column in zip(found.column_names, found.columns, strict=True)
    }


def inputs(which: str, case: Case) -> dict[str, NDArray[Any]]:
    """Return what the unit is fed."""
    bars = dict(table("ohlcv", which))
    high, low, close = bars["high"], bars["low"], bars["close"]
    bars |= {
        "hl2": (high + low) / 2,
        "hlc3": (high + low + close) / 3,
        "ohlc4": (bars["open"] + high + low + close) / 4,
    }
    bars["bar_number"] = bars["ts_open"] // BAR_MS[which]
    bars["source"] = bars[case.source]
    bars["volatility"] = _volatility(which, case.volatility)
    return bars


@lru_cache(maxsize=16)
def _volatility(which: str, name: str) -> NDArray[Any]:
    bars = table("ohlcv", which)
    if not name:
        return np.full(len(bars["close"]), np.nan)
    if not name.isdigit():
        return table("structures", which)[name]
    unit = unit_named("atr")
    return run_reference(unit, {unit.name: {"length": int(name)}}, bars)["value"]


def rel_tol(column: str) -> float:
    return float(_manifest("indicators")["columns"][column]["rel_tol"])


def tokens(unit: str, output: str) -> dict[str, int]:
    return dict(unit_named(unit).spec.output(output).tokens)
