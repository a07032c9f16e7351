"""A user's own units on the command line: taken in, told of when unchecked, checked."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from commandline import tradec

PYTHON = '''
"""How far the close stands from the middle of its bar, smoothed."""

from tradec.runtime.kernels.expavg import ExpAvg
from tradec.runtime.spec import Fading, Output, Spec, integer

SPEC = Spec(
    kind="indicator",
    title="Close against the middle of the bar",
    inputs=("high", "low", "close"),
    params=(integer("length", 9),),
    outputs=(Output(name="value", unit="price-difference"),),
    primary="value",
    first_valid="length - 1",
    memory=Fading(decay="(length - 1) / (length + 1)"),
)


class LeanOfClose:
    """The reference of the kernel in `lean_of_close.pxd`."""

    def __init__(self, *, length: int) -> None:
        self.average = ExpAvg(length)

    def step(self, high: float, low: float, close: float) -> tuple[float]:
        """Return the average after the closed bar."""
        return (self.average.step(close - (high + low) / 2.0),)
'''
KERNEL = """
from libc.stdint cimport int64_t
from tradec.runtime.kernels.expavg cimport ExpAvg, expavg_init, expavg_step

ctypedef struct LeanOfClose:
    ExpAvg average

cdef inline void lean_of_close_init(LeanOfClose* s, int64_t length) noexcept nogil:
    expavg_init(&s.average, length)

cdef inline double lean_of_close_step(LeanOfClose* s, double high, double low,
                                      double close) noexcept nogil:
    return expavg_step(&s.average, close - 0.5 * (high + low))
"""
PLAY = """
version: "3.0.0"
name: leaning
symbol: BTCUSDT
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: 4h, exec: low_tf}
account:
  starting_equity_usdt: 10000
  max_leverage: 1
  max_drawdown_pct: 50
  min_trade_notional_usdt: 10
  slippage_bps: 2
  fee_model: {taker_bps: 5.5, maker_bps: 2}
features:
  lean_of_close_5: {indicator: lean_of_close, params: {length: 5}}
  lean_of_close_5_1h: {indicator: lean_of_close, params: {length: 5}, tf: 1h}
actions:
  entry_long: lean_of_close_5 crosses above 0
  exit_long: lean_of_close_5_1h < 0
position_policy: {mode: long_only, exit_mode: first_hit}
risk:
  stop_loss: {type: price_percent, value: 2}
  take_profit: {type: price_percent, value: 4}
  max_position_pct: 10
"""
UNCHECKED = "your unit `lean_of_close` is unchecked: `tradec units check lean_of_close`"


@pytest.fixture(autouse=True)
def units(places: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with one pair of files; a play beside it uses it."""
    del places
    monkeypatch.setenv("TRADEC_BUILD_DIR", str(tmp_path / "build"))
    home = tmp_path / "mine" / "indicators"
    home.mkdir(parents=True)
    (home / "lean_of_close.py").write_text(PYTHON)
    (home / "lean_of_close.pxd").write_text(KERNEL)
    (tmp_path / "leaning.yml").write_text(PLAY)
    return home.parent


def _answer(*words: object) -> dict[str, Any]:
    said = tradec(*words, "--json")
    assert said.code == 0, said.answer
    return said.answer


def test_one_pair_of_files_runs_natively_and_interpreted_to_the_bit(units: Path) -> None:
    how = ("run", "leaning.yml", "--units", units, "--synthetic", "--bars", 300)
    native = _answer(*how, "--emit", "features")["data"]
    twin = _answer(*how, "--emit", "features", "--engine", "interpreter")["data"]
    assert native["trades"] > 0
    assert native["digest"] == twin["digest"]
    tables = [pq.read_table(Path(d["run_dir"]) / "features.parquet") for d in (native, twin)]
    assert {"lean_of_close_5", "lean_of_close_5_1h"} <= set(tables[0].column_names)
    for left, right in zip(tables[0].columns, tables[1].columns, strict=True):
        np.testing.assert_array_equal(left.to_numpy(), right.to_numpy(), strict=True)
    manifests = [
        json.loads((Path(d["run_dir"]) / "manifest.json").read_text()) for d in (native, twin)
    ]
    assert list(manifests[0]["units"]) == ["lean_of_close"]
    assert manifests[0]["units"] == manifests[1]["units"]
    assert manifests[0]["input_hash"] == manifests[1]["input_hash"]


def test_every_command_knows_the_units(units: Path) -> None:
    play, known = "leaning.yml", ("--units", units)
    assert _answer("check", play, *known)["status"] == "ok"
    assert _answer("diff", play, play, *known)["data"]["same"]
    assert "lean_of_close" in _answer("describe", *known)["data"]["indicators"]
    assert _answer("describe", "lean_of_close", *known)["data"]["own"]
    assert "lean_of_close" in tradec("schema", "play", *known).out
    assert "lean_of_close" in tradec("compile", play, "--stop-after", "check_rules", *known).out
    assert tradec("check", play, "--json").code == 2
    assert tradec("describe", "lean_of_close").code == 2


def test_the_configuration_names_folders_beside_itself(
    units: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tradec.toml").write_text('units = ["mine"]\n')
    assert _answer("check", "leaning.yml")["status"] == "ok"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    config = ("--config", tmp_path / "tradec.toml")
    assert _answer("check", "../leaning.yml", *config)["status"] == "ok"
    assert _answer("check", "../leaning.yml", *config, "--units", units)["status"] == "ok"
    monkeypatch.setenv("TRADEC_UNITS", "../mine")
    assert _answer("check", "../leaning.yml")["status"] == "ok"


def test_a_unit_is_unchecked_until_it_is_checked_and_after_each_change(units: Path) -> None:
    how = ("compile", "leaning.yml", "--units", units)
    assert UNCHECKED in _answer(*how)["warnings"]
    checked = _answer("units", "check", "--units", units, "--rounds", 20)
    assert checked["data"]["units"] == {"lean_of_close": {"fault": None}}
    assert UNCHECKED not in _answer(*how)["warnings"]
    kernel = units / "indicators" / "lean_of_close.pxd"
    kernel.write_text(KERNEL.replace("0.5 * (high + low)", "0.49 * (high + low)"))
    assert UNCHECKED in _answer(*how)["warnings"]
    said = tradec("units", "check", "lean_of_close", "--units", units, "--rounds", 20)
    assert said.code == 1
    assert "lean_of_close: value[" in said.out
    assert "is the reference" in said.out
    assert "1 of 1 units at fault" in said.out
    assert UNCHECKED in _answer(*how)["warnings"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("units", "check"), "there is no unit of yours to check"),
        (("units", "check", "lean_of_closs"), "there is no unit `lean_of_closs`"),
        (("check", "leaning.yml", "--units", "nowhere"), "there is no folder of units `nowhere`"),
        (("compile", "leaning.yml", "--units", "."), "holds no folder `indicators`"),
    ],
)
def test_wrong_folders_and_names(words: tuple[str, ...], said: str) -> None:
    answer = tradec(*words)
    assert answer.code == 2
    assert said in answer.err


@pytest.mark.parametrize(
    "command",
    [
        ("check",),
        ("compile",),
        ("run", "--synthetic"),
        ("run", "--synthetic", "--engine=interpreter"),
    ],
)
def test_a_wrong_unit_is_told_with_its_place(command: tuple[str, ...], units: Path) -> None:
    file = units / "indicators" / "lean_of_close.py"
    file.write_text(PYTHON.replace("price-difference", "price-diffrence"))
    answer = tradec(command[0], "leaning.yml", *command[1:], "--units", units)
    assert answer.code == 2
    assert f"{file}: SPEC: output `value`: unit `price-diffrence` is unknown" in answer.err
    assert "write `price-difference`" in answer.err


def test_tradecs_own_units_can_be_checked() -> None:
    assert _answer("units", "check", "sma", "--rounds", 5)["data"]["units"] == {
        "sma": {"fault": None}
    }
