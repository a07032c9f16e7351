"""The cost of each unit is measured beside TA-Lib's, and what is slow or grows is told."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bench.talib_twins import REASONS, TWINS
from bench.units import GROWN, SLOW, Figures, lengthened, measured, table

from kernels import harness
from kernels.units import UNITS, unit_named
from tradec.compiler.unit_native import UnitModule

ROOT = Path(__file__).resolve().parents[2]
COMPOSED = {"zlma"}  # of TA-Lib's average; it has no function of that name


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return measured(UnitModule(harness.build()), 3_000, 1)


def test_each_unit_has_its_figures(found: dict[str, Any]) -> None:
    assert set(found["units"]) == {unit.name for unit in UNITS}
    for name, row in found["units"].items():
        assert row["ns_per_bar"] > 0
        assert row["growth"] > 0
        assert (row["ratio"] is not None) == (name in TWINS)
    lines = table(found).splitlines()
    assert len(lines) == len(UNITS) + 3
    assert all(line.startswith(unit.name) for line, unit in zip(lines[1:-2], UNITS, strict=True))


def test_what_talib_has_is_measured_beside_it() -> None:
    named = {unit.name for unit in UNITS if unit.spec.reference.startswith("TA-Lib")}
    assert named - COMPOSED <= TWINS.keys()
    assert REASONS.keys() <= TWINS.keys()


def _figures(talib: float | None = 1.0, growth: float = 1.0, cost: str = "O(1)") -> Figures:
    return Figures(ns_per_bar=SLOW * 1.1, talib_ns_per_bar=talib, growth=growth, cost=cost)


def test_slow_without_a_reason_and_grown_without_a_word() -> None:
    assert _figures().is_unexplained
    assert not replace(_figures(), reason="does not drift").is_unexplained
    assert not _figures(talib=None).is_unexplained
    assert not _figures().is_grown
    assert _figures(growth=GROWN * 1.1).is_grown
    assert not _figures(growth=GROWN * 1.1, cost="O(length)").is_grown


def test_lengths_are_longer_within_their_bounds() -> None:
    assert lengthened(unit_named("sma"), 8) == {"sma": {"length": 160}}
    assert lengthened(unit_named("sma"), 800) == {"sma": {"length": 5000}}
    bands = lengthened(unit_named("bbands"), 8)["bbands"]
    assert bands == {"length": 160, "std": 2.0, "ddof": 0}


@pytest.mark.slow
def test_no_cost_grows_with_its_length_but_those_that_say_so() -> None:
    rows = measured(UnitModule(harness.build()), 40_000, 5)["units"]
    grown = {name for name, row in rows.items() if row["growth"] > 3}
    assert {name for name in grown if rows[name]["cost"].startswith("O(1)")} == set()
    assert all(rows[name]["growth"] > 1.4 for name in ("alma", "cci", "volume_profile"))


@pytest.mark.slow
def test_the_command_prints_them() -> None:
    command = [sys.executable, "-m", "bench", "units", "--json", "--minutes", "2000"]
    done = subprocess.run(
        [*command, "--repeats", "1"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["data"]["units"]) == {unit.name for unit in UNITS}
