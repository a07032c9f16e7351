"""The seam of a compiled play: scans, snapshots, outputs and parameters."""

import struct
from functools import cache
from math import isnan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tradec.runtime.strategy import PythonStrategy, ScannedError, SnapshotError, Strategy

from complete import complete
from differential.native_batch import compiled
from differential.native_cases import read, values_of
from differential.sample import Specimen, sample
from differential.seam import AT_END, DECIDED, TOUCHED, accounts, drive, driver
from effort import examples
from generators.passes import CONTEXT
from generators.scripted import Script, plain_bars
from tradec.compiler.catalog import standard
from tradec.compiler.interpreted import strategy_of
from tradec.compiler.pipeline import plan_of
from tradec.compiler.reads import columns_of
from tradec.runtime.data.bars import Bars

INFINITY = float("inf")
BAR_COUNT = 240

# Bands of which no rule reads the middle, and a cross with two variables.
SECTIONS = """
timeframes: {low_tf: 1m, med_tf: 3m, high_tf: 5m, exec: low_tf}
variables: {fast: 3, slow: 8, width: 2.0}
features:
  fast: {indicator: ema, params: {length: "${fast}"}}
  slow: {indicator: ema, params: {length: "${slow}"}}
  bands: {indicator: bbands, params: {length: 5, std: "${width}"}, tf: med_tf}
structures:
  low_tf:
    - {type: swing, key: swing, params: {left: 2, right: 1}}
    - {type: trend, key: trend, uses: swing}
actions: {entry_long: "fast crosses above slow and close < bands.upper"}
"""
# The same with every output of every series read by a rule.
WHOLE = """
timeframes: {low_tf: 1m, med_tf: 3m, high_tf: 5m, exec: low_tf}
features: {fast: {indicator: ema, params: {length: 3}}}
actions: {entry_long: fast crosses above close}
"""


@cache
def classes() -> tuple[Any, Any]:
    texts = [complete(SECTIONS), complete(WHOLE)]
    return compiled([plan_of(read(text, {}), CONTEXT) for text in texts], texts)  # type: ignore[return-value]


def made(**changed: float) -> Any:
    values = values_of(read(complete(SECTIONS), {}))
    return classes()[0](values | changed)


@cache
def wave() -> Bars:
    k = np.arange(BAR_COUNT)
    return plain_bars(100.0 + 3.0 * np.sin(k / 5.0) + k % 3)


FREE = np.tile(np.array([0, 1, 1], np.int64), (BAR_COUNT, 1))


def stepped(strategy: Any, count: int = BAR_COUNT) -> Any:
    drive(strategy, wave(), 0, count, FREE)
    return strategy


def watch(**changed: float) -> dict[str, float]:
    quiet = {
        "low": -INFINITY,
        "high": INFINITY,
        "max_high": -INFINITY,
        "min_low": INFINITY,
        "cash": 10_000.0,
        "entry": 0.0,
        "signed_qty": 0.0,
        "floor": float("nan"),
        "peak": 10_000.0,
        "keep": float("nan"),
    }
    return quiet | changed


def scanned(strategy: Any, count: int = BAR_COUNT) -> Any:
    """Scan from decision to decision."""
    curve, i = np.zeros(BAR_COUNT), 0
    while i < count:
        i, _, told = driver().scan(strategy, wave(), i, count, (0, 1, 1), watch(), curve, False)
        i += told["why"] == DECIDED
    return strategy


# --- parameters -----------------------------------------------------------------------------------


def test_parameters_are_given_when_a_play_is_made() -> None:
    assert classes()[0].PARAMS == ("fast", "slow", "width")
    plain, other = stepped(made()), stepped(made(fast=9, width=1.0))
    assert plain.values()["slow"] == other.values()["slow"]
    assert plain.values()["fast"] != other.values()["fast"]
    assert plain.digest != other.digest
    assert other.state_bytes == plain.state_bytes, "an average keeps no ring"


def test_what_is_set_is_what_is_written() -> None:
    """A parameter means what the interpreter makes of the same value."""
    play = read(complete(SECTIONS), {"fast": "9", "width": "1.5"})
    twin = strategy_of(play, standard(), values_of(play))
    assert drive(twin, wave(), 0, BAR_COUNT, FREE) == drive(
        made(fast=9, width=1.5), wave(), 0, BAR_COUNT, FREE
    )


@pytest.mark.parametrize("absent", ["fast", "slow", "width"])
def test_a_missing_parameter_is_named(absent: str) -> None:
    values: dict[str, float] = {"fast": 3, "slow": 8, "width": 2.0, "more": 1}
    del values[absent]
    with pytest.raises(KeyError, match=absent):
        classes()[0](values)


@pytest.mark.parametrize(
    ("name", "value"), [("fast", 0), ("slow", -3), ("slow", 5001), ("width", -1.0)]
)
def test_a_parameter_outside_of_its_bounds_is_refused(name: str, value: float) -> None:
    """Lengths give the state its size, so no instance is made of a wrong one."""
    with pytest.raises(ValueError, match=f"`{name}` is {value}"):
        made(**{name: value})


def test_a_play_needs_a_dict() -> None:
    with pytest.raises(TypeError):
        classes()[0](None)
    with pytest.raises(TypeError):
        classes()[0]({"fast": "nine", "slow": 8, "width": 2.0})


# --- outputs --------------------------------------------------------------------------------------


def test_outputs_have_the_names_of_the_language() -> None:
    columns = classes()[0].COLUMNS
    assert columns == columns_of(read(complete(SECTIONS), {}))
    assert [name for name, *_ in columns][:2] == ["fast", "slow"]
    assert made().width == len(columns)
    values = made().values()
    assert list(values) == [name for name, *_ in columns]
    assert all(v is None or isinstance(v, str | bool) or isnan(v) for v in values.values())


def test_values_are_those_of_the_words() -> None:
    strategy = stepped(made())
    words, values = strategy.words(), strategy.values()
    assert len(words) == strategy.width
    assert struct.unpack("<d", struct.pack("<q", words[0]))[0] == values["fast"]
    assert values["fast"] == pytest.approx(wave().close[-4:].mean(), rel=0.05)
    kinds = {name: kind for name, kind, _ in strategy.COLUMNS}
    for name, value in values.items():
        expected = {"float": float, "int": int, "bool": bool, "enum": str}[kinds[name]]
        assert value is None or type(value) is expected, name


def test_after_a_scan_only_what_rules_read_is_there() -> None:
    strategy = scanned(made())
    for ask in (strategy.words, strategy.values):
        with pytest.raises(ScannedError, match="step to have all"):
            ask()
    assert strategy.digest == stepped(made()).digest


def test_a_play_whose_rules_read_everything_always_tells() -> None:
    scan, step = scanned(classes()[1]({})), stepped(classes()[1]({}))
    assert scan.words() == step.words()


def test_a_scan_makes_no_outputs_whole_again_but_a_new_instance_is() -> None:
    late = scanned(made(), 100)
    drive(late, wave(), 100, BAR_COUNT, FREE, wordless=True)
    with pytest.raises(ScannedError):
        late.words()
    assert late.digest == stepped(made()).digest
    heir = made()
    heir.restore(late.snapshot())
    with pytest.raises(ScannedError):
        heir.words()
    heir.restore(stepped(made()).snapshot())
    assert heir.words() == stepped(made()).words()


# --- scans ----------------------------------------------------------------------------------------


def random_watch(noise: np.random.Generator, bars: Bars, i: int) -> dict[str, float]:
    """Return a watch around the price before bar i, with and without levels and a floor."""
    price = float(bars.close[max(i - 1, 0)])
    near = float(noise.choice((0.0005, 0.01, 0.2)))
    changed: dict[str, float] = {}
    if noise.random() < 0.5:
        changed["low"] = price * (1 - near)
    if noise.random() < 0.5:
        changed["high"] = price * (1 + near)
    if noise.random() < 0.7:
        changed |= {"entry": price, "signed_qty": float(noise.choice((-1, 1))) * 5_000.0 / price}
        changed |= {"max_high": price, "min_low": price}
    if noise.random() < 0.5:
        keep = 1.0 - float(noise.choice((1e-6, 0.001, 0.02)))
        peak = 10_000.0 * float(noise.choice((1.0, 1.003)))
        changed |= {"keep": keep, "peak": peak, "floor": peak * keep}
    return watch(**changed)


def scan_both(specimen: Specimen, bars: Bars, noise: np.random.Generator) -> set[int]:
    """Scan in random stretches, fast and by step; return the reasons for which scans ended."""
    fast, plain = specimen.fresh(), specimen.fresh()
    curves = np.zeros((2, bars.n + 1))
    reasons, i = set(), 0
    given_ = accounts(noise, bars.n)
    while i < bars.n:
        stop = min(i + int(noise.choice((1, 7, 60, bars.n))), bars.n)
        told = random_watch(noise, bars, i)
        account = tuple(given_[i].tolist())
        curves[:] = 0.0
        with specimen.told(i=i, stop=stop, account=account, watch=told):
            left, right = (
                driver().scan(one, bars, i, stop, account, told, curve, by_step)
                for one, curve, by_step in zip((fast, plain), curves, (False, True), strict=True)
            )
            assert repr(left) == repr(right)
            assert curves[0].tobytes() == curves[1].tobytes()
            assert fast.digest == plain.digest
        i, why = left[0], left[2]["why"]
        reasons.add(why)
        if why == TOUCHED:  # the exchange has acted: the bar is stepped without levels
            for one in (fast, plain):
                drive(one, bars, i, i + 1, given_, wordless=True)
        i += why != AT_END
    return reasons


def test_a_scan_is_its_steps_wherever_it_begins_and_ends() -> None:
    noise = np.random.default_rng(7)
    reasons: set[int] = set()
    for specimen in sample():
        for market in specimen.case.markets:
            for _ in range(examples(12)):
                reasons |= scan_both(specimen, market.bars, noise)
    assert reasons == {0, 1, 2, 3}, "every way to end is met"


# --- snapshots ------------------------------------------------------------------------------------


def unchanged_by(strategy: Any, snapshot: bytes, match: str | None = None) -> None:
    before, words = strategy.snapshot(), strategy.words()
    with pytest.raises(SnapshotError, match=match):
        strategy.restore(snapshot)
    assert strategy.snapshot() == before
    assert strategy.words() == words


def test_a_snapshot_of_other_parameters_is_refused() -> None:
    unchanged_by(stepped(made()), stepped(made(width=2.5)).snapshot(), "other parameter values")
    unchanged_by(stepped(made()), stepped(made(fast=4)).snapshot(), "other parameter values")


def test_a_snapshot_of_another_module_is_refused() -> None:
    unchanged_by(stepped(made()), stepped(classes()[1]({})).snapshot(), "another compiled play")
    assert made().module_id != classes()[1]({}).module_id


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, -1])
def test_a_snapshot_cut_short_is_refused(size: int) -> None:
    unchanged_by(stepped(made(), 50), stepped(made()).snapshot()[:size])
    unchanged_by(stepped(made(), 50), stepped(made()).snapshot() + b"\0", "damaged")


@given(st.integers(0, 10**6), st.integers(0, 7))
def test_a_flipped_bit_is_seen(place: int, bit: int) -> None:
    snapshot = bytearray(stepped(made(), 60).snapshot())
    snapshot[place % len(snapshot)] ^= 1 << bit
    unchanged_by(stepped(made(), 30), bytes(snapshot))


@pytest.mark.parametrize("snapshot", [b"", b"tradec01", bytes(40)])
def test_a_snapshot_of_nothing_is_refused(snapshot: bytes) -> None:
    with pytest.raises(SnapshotError):
        Strategy().restore(snapshot)


@pytest.mark.parametrize("snapshot", [None, "text", bytearray(40)])
def test_a_snapshot_is_bytes(snapshot: Any) -> None:
    with pytest.raises(TypeError):
        made().restore(snapshot)


# --- strategies in Python -------------------------------------------------------------------------


def test_a_python_machine_tells_its_outputs() -> None:
    strategy = Script({}).strategy()
    assert isinstance(strategy, PythonStrategy)
    assert strategy.words() == [0, 0]
    assert strategy.values() == {"steps": 0, "twice": 0}
