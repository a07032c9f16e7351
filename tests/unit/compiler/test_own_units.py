"""A user's own units: one pair of files in a folder, taken in by every part of the compiler."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tradec.compiler.artifact import compile_play
from tradec.compiler.catalog import Catalog, UnitError, standard
from tradec.compiler.interpreted import strategy_of
from tradec.compiler.pipeline import check_source, front
from tradec.compiler.unit_rules import complaints
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source
from tradec.runtime.spec import Output

PYTHON = '''
"""The typical range: a simple average of how far the bars reach, in units of `scale`."""

from tradec.runtime.kernels.rolling import RollingMean
from tradec.runtime.spec import Finite, Output, Ring, Spec, integer, number

SPEC = Spec(
    kind="indicator",
    title="Typical range",
    inputs=("high", "low", "bar_number"),
    params=(integer("length", 14), number("scale", 1.0, low=0, low_exclusive=True)),
    outputs=(
        Output(name="value", unit="price-difference", low=0),
        Output(name="share", unit="ratio", low=0),
    ),
    primary="value",
    first_valid="length - 1",
    memory=Finite(window="length"),
    rings=(Ring(name="window", size="length"),),
)


class TypicalRange:
    def __init__(self, *, length: int, scale: float) -> None:
        self.mean = RollingMean(length)
        self.scale = scale

    def step(self, high: float, low: float, bar_number: int) -> tuple[float, float]:
        mean = self.mean.step(high - low, bar_number) / self.scale
        return mean, mean / low
'''
KERNEL = """
# cython: cdivision=True
from libc.stdint cimport int64_t
from tradec.runtime.kernels.rolling cimport RollingMean, rolling_mean_init, rolling_mean_step

ctypedef struct TypicalRange:
    RollingMean mean
    double scale

ctypedef struct TypicalRangeOut:
    double value
    double share

cdef inline void typical_range_init(TypicalRange* s, int64_t length, double scale) noexcept nogil:
    rolling_mean_init(&s.mean, length)
    s.scale = scale

cdef inline void typical_range_step(TypicalRange* s, double* window, double high, double low,
                                    int64_t bar_number, TypicalRangeOut* out) noexcept nogil:
    out.value = rolling_mean_step(&s.mean, window, high - low, bar_number) / s.scale
    out.share = out.value / low
"""
PLAY = """
version: "3.0.0"
name: own
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
  reach: {indicator: typical_range, params: {length: 9, scale: 2}}
  slow: {indicator: sma, source: reach, params: {length: 5}}
actions:
  entry_long: reach.share > 0.001 and reach.value > slow
position_policy: {mode: long_only, exit_mode: sl_tp_only}
risk:
  stop_loss: {type: price_percent, value: 2}
  take_profit: {type: price_percent, value: 4}
  max_position_pct: 10
"""
FLAGS = ("-O1", "-fno-math-errno", "-ffp-contract=off")


def write_unit(folder: Path, python: str = PYTHON, kernel: str = KERNEL) -> Path:
    home = folder / "indicators"
    home.mkdir(parents=True, exist_ok=True)
    (home / "typical_range.py").write_text(python)
    (home / "typical_range.pxd").write_text(kernel)
    return folder


def catalog_of(folder: Path, python: str = PYTHON, kernel: str = KERNEL) -> Catalog:
    return Catalog.load((write_unit(folder, python, kernel),))


def play_source() -> Source:
    return Source("own.yml", PLAY)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("build")


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) >= 1
    return text.replace(old, new)


def test_a_pair_of_files_is_all_that_a_play_needs(tmp_path: Path, build: Path) -> None:
    catalog = catalog_of(tmp_path)
    artifact = compile_play(play_source(), build_dir=build, catalog=catalog, flags=FLAGS)
    assert artifact.facts["units"] == {"typical_range": catalog.unit("typical_range").sha256}
    assert artifact.warmup["15m"] == 9 + 4
    columns = [name for name, _, _ in artifact.strategy().COLUMNS]
    assert columns == ["reach.value", "reach.share", "slow"]
    play = artifact.play
    assert [name for name, _, _ in strategy_of(play, catalog).COLUMNS] == columns


def test_the_units_of_tradec_are_what_a_unit_has_to_be() -> None:
    found = {unit.name: list(complaints(unit, standard())) for unit in standard().units}
    assert not any(found.values()), found


def test_each_content_of_a_unit_is_a_compile_of_its_own(tmp_path: Path, build: Path) -> None:
    def compiled(folder: Path, kernel: str = KERNEL) -> tuple[str, bool, float]:
        catalog = catalog_of(folder, kernel=kernel)
        made = compile_play(play_source(), build_dir=build, catalog=catalog, flags=FLAGS)
        return made.key, made.cached, made.seconds["cython"]

    other = changed(KERNEL, "# cython: cdivision=True", "# cython: cdivision=True\n# once more")
    first, _, _ = compiled(tmp_path / "a")
    again, cached, _ = compiled(tmp_path / "a")
    assert (again, cached) == (first, True)
    elsewhere, cached, cython = compiled(tmp_path / "b")  # the same pair in another folder
    assert (elsewhere, cached, cython) == (first, True, 0.0)
    changed_key, cached, _ = compiled(tmp_path / "a", other)
    assert (changed_key != first, cached) == (True, False)


def _refused(catalog: Catalog, build: Path) -> str:
    with pytest.raises(UnitError) as caught:
        compile_play(play_source(), build_dir=build, catalog=catalog, flags=FLAGS)
    assert caught.value.code == "BAD_UNIT"
    return f"{caught.value.message} = {caught.value.hint} = {caught.value.details}"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("SPEC = Spec(", "SPECS = Spec(", "SPEC is missing"),
        ("SPEC = Spec(", "SPEC = dict(", "SPEC is not made by tradec.runtime.spec.Spec"),
        ('"indicator"', '"structure"', "kind is `structure`, in the folder indicators"),
        ('title="Typical range"', 'title=""', "title is empty"),
        ('("high", "low", "bar_number")', '("hihg", "low", "bar_number")', "write `high`"),
        ('("high", "low", "bar_number")', '("volatility", "low", "bar_number")', "for structures"),
        ('integer("length", 14)', 'integer("length", 0)', "default 0 is out of bounds"),
        ('integer("length", 14)', 'integer("length", True)', "default True is no int"),
        ('integer("length", 14)', 'integer("scale", 14)', "parameter `scale` stands there twice"),
        ('integer("length", 14)', 'integer("class", 14)', "parameter `class` is no name"),
        ('unit="ratio"', 'unit="ration"', "write `ratio`"),
        ('name="share"', 'name="value"', "output `value` stands there twice"),
        ("low=0),", 'low=0, relations=("value <= hihg",)),', "write `high`"),
        ("low=0),", 'low=0, relations=("value <=",)),', "relation `value <=`"),
        ("low=0),", 'low=0, given="sourse >= 0"),', "given of `value` `sourse >= 0`"),
        ('primary="value"', 'together=(("value", "shar"),), primary="value"', "write `share`"),
        ('primary="value"', 'primary="valeu"', "write `value`"),
        ('first_valid="length - 1"', 'first_valid="lenght - 1"', "first_valid `lenght - 1`"),
        ('first_valid="length - 1"', 'first_valid="1 - length"', "is -13 with the defaults"),
        ('first_valid="length - 1"', 'first_valid="length -"', "first_valid `length -`"),
        ('window="length"', 'window="0"', "window of its memory `0`"),
        ('size="length"', 'size="length - 14"', "size of ring `window` `length - 14` is 0"),
        ("class TypicalRange:", "class Typical:", "class `TypicalRange`"),
        ("length: int, scale: float)", "length: int)", "takes length, the SPEC has length, scale"),
        ("high: float, low: float, bar", "high: float, bar", "is fed high, low, bar_number"),
        ("def step", "def stepp", "TypicalRange.step is missing"),
        (
            "self.scale = scale",
            "self.scale = scale +",
            "range.py:26: SyntaxError: invalid syntax =",
        ),
        ("SPEC = Spec(", "SPEC = Speck(", "typical_range.py:7: NameError"),
    ],
)
def test_a_wrong_python_half_is_refused(
    old: str, new: str, said: str, tmp_path: Path, build: Path
) -> None:
    message = _refused(catalog_of(tmp_path, python=changed(PYTHON, old, new)), build)
    assert said in message
    assert str(tmp_path / "indicators" / "typical_range.py") in message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ctypedef struct TypicalRange:", "ctypedef struct Typical:", "`ctypedef struct TypicalRa"),
        ("ctypedef struct TypicalRangeOut", "ctypedef struct Other", "`ctypedef struct TypicalRa"),
        ("typical_range_init", "typical_init", "has no `typical_range_init`"),
        ("s.scale = scale", "s.scala = scale", "typical_range.pxd:16: "),
        ("cdef inline void typical_range_step", "cdef inlin void typical_range_step", ".pxd:18: "),
        ("int64_t length, double scale", "int64_t length, double scale, int64_t more", "not fit"),
        ("double* window, double high", "double* more, double* window, double high", "not fit"),
        ("double* window, double high", "int64_t* window, double high", ".pxd:20: "),
        ("kernels.rolling cimport", "kernels.rollin cimport", "typical_range.pxd:4: "),
    ],
)
def test_a_wrong_kernel_is_refused(
    old: str, new: str, said: str, tmp_path: Path, build: Path
) -> None:
    message = _refused(catalog_of(tmp_path, kernel=changed(KERNEL, old, new)), build)
    assert said in message
    assert "typical_range.pxd" in message


def _without(suffix: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "indicators" / f"typical_range{suffix}").unlink()


def _renamed(name: str) -> Callable[[Path], None]:
    def rename(folder: Path) -> None:
        for suffix in (".py", ".pxd"):
            half = folder / "indicators" / f"typical_range{suffix}"
            half.rename(half.with_name(f"{name}{suffix}"))

    return rename


def _moved_up(folder: Path) -> None:
    for half in (folder / "indicators").iterdir():
        half.rename(folder / half.name)
    (folder / "indicators").rmdir()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_without(".pxd"), "unit `typical_range` is half there"),
        (_without(".py"), "unit `typical_range` is half there"),
        (_renamed("TypicalRange"), "`TypicalRange` is no name for a unit"),
        (_renamed("ema"), "unit `ema` is declared twice"),
        (_moved_up, "holds no folder `indicators` or `structures`"),
        (shutil.rmtree, "there is no folder of units"),
    ],
)
def test_a_wrong_folder_is_refused(
    spoil: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    folder = write_unit(tmp_path / "units")
    spoil(folder)
    with pytest.raises(UnitError, match=re.escape(said)):
        Catalog.load((folder,))


def test_the_front_end_knows_the_unit_only_where_it_is_given(tmp_path: Path) -> None:
    sink = Diagnostics()
    assert check_source(play_source(), sink) is None
    assert "E301" in [found.code for found in sink.all]
    assert front(play_source(), Diagnostics(), catalog=catalog_of(tmp_path)).name == "own"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"over": "max_activ"}, "family `zone`: parameter `max_activ` is unknown"),
        ({"ring": "zones"}, "family `zone`: ring `zones` is unknown"),
        ({"name": "active_count"}, "output `active_count` stands there twice"),
        (
            {"outputs": (Output(name="lower", unit="prise"),)},
            "family `zone`: output `lower`: unit `prise` is unknown",
        ),
        (
            {"outputs": (Output(name="lower", relations=("lower <= uper",)),)},
            "relation `lower <= uper`: name `uper` is unknown",
        ),
        (
            {"outputs": (Output(name="lower", lag="righ"),)},
            "lag of `lower` `righ`",
        ),
    ],
)
def test_a_wrong_family_of_outputs_is_refused(
    change: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = standard().unit("derived_zone")
    (family,) = standard().spec(unit.name).families
    wrong = replace(standard().spec(unit.name), families=(replace(family, **change),))
    monkeypatch.setattr(import_module(unit.module), "SPEC", wrong)
    assert any(said in text for text in complaints(unit, standard()))
