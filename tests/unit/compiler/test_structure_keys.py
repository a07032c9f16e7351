"""Features that read structures: what they may name, and where they stand."""

from pathlib import Path

import pytest

from frontend import codes, findings, typed
from tradec.compiler.catalog import Catalog
from tradec.compiler.context import Context
from tradec.compiler.pipeline import run
from tradec.dsl.build import read_play
from tradec.dsl.diagnostics import Diagnostics, PlayError
from tradec.dsl.span import Source

SWING = "{type: swing, key: s, params: {left: 2, right: 2}}"
TREND = "{type: trend, key: a_trend, uses: s}"


def play(params: str, *, structures: str = f"exec: [{SWING}, {TREND}]", more: str = "") -> str:
    return (
        f"features:\n  v: {{indicator: anchored_vwap, params: {{{params}}}}}\n{more}"
        f"structures:\n  {structures}\n"
        'actions:\n  entry_long: "close > v.value and a_trend.direction == 1"\n'
    )


def test_it_steps_after_all_structures_of_its_timeframe() -> None:
    found = typed(play("structure: s"))
    assert [series.id for series in found.series] == ["s", "a_trend", "v"]
    assert found.series[-1].uses == ("s",)
    assert dict(found.series[-1].params)["structure"] is None


def test_what_it_reads_and_what_reads_it_stand_around_it() -> None:
    window = "{type: rolling_window, key: w, params: {size: 3, source: v, mode: max}}"
    more = "  a: {indicator: sma, params: {length: 3}, source: v}\n  e: {indicator: ema}\n"
    sections = play("structure: s", structures=f"exec: [{window}, {SWING}, {TREND}]", more=more)
    found = typed(sections.replace("close > v.value", "w.value > a and e > 0"))
    assert [series.id for series in found.series] == ["e", "s", "a_trend", "v", "w", "a"]


@pytest.mark.parametrize(
    ("params", "structures", "code", "message", "help_"),
    [
        ("", f"exec: [{SWING}]", "E302", "needs the parameter `structure`", "structure: s"),
        ("", "exec: []", "E302", "needs the parameter `structure`", "declare a swing"),
        ("structure: 3", f"exec: [{SWING}]", "E302", "`structure` is `3`, not a name", ""),
        ("structure: t", f"exec: [{SWING}]", "E306", "`t` is not declared", ""),
        ("structure: v", f"exec: [{SWING}]", "E306", "`v` is a feature", ""),
        ("structure: s", f"high_tf: [{SWING}]", "E306", "`s` runs on `D`, not on `15m`", "twin"),
        (
            "structure: a_trend",
            f"exec: [{SWING}, {TREND}]",
            "E306",
            "`anchored_vwap` cannot use `a_trend`, a trend",
            "it takes `swing`",
        ),
        ("structur: s", f"exec: [{SWING}]", "E302", "has no parameter `structur`", "structure"),
    ],
)
def test_what_does_not_fit(
    params: str, structures: str, code: str, message: str, help_: str
) -> None:
    sections = play(params, structures=structures)
    found = [d for d in findings(sections) if d.code == code and message in d.message]
    assert len(found) == 1
    assert any(help_ in text for text in found[0].helps) or not help_


def test_its_twin_on_another_timeframe_has_no_structure_there() -> None:
    sections = play("structure: s").replace("close > v.value", "close > 1h.v.value")
    found = [d for d in findings(sections) if d.code == "E306"]
    assert [d.message for d in found] == ["`s` runs on `15m`, not on `1h`"]


def test_a_feature_over_a_broken_structure_is_quiet() -> None:
    assert codes(
        play("structure: s", structures="exec: [{type: swing, key: s, params: {left: 0}}]")
    )


FOLLOWER = '''
"""The level of a window: a unit of a user that reads a structure."""

from tradec.runtime.spec import Anchored, Output, Spec, structure_key

SPEC = Spec(
    kind="indicator",
    title="Follower",
    inputs=("source",),
    params=(structure_key("window", of="rolling_window"),),
    outputs=(Output(name="value"),),
    primary="value",
    first_valid="0",
    memory=Anchored(event="never", bars_required="1"),
    needs=("rolling_window",),
)


class Follower:
    """The reference."""

    def __init__(self, *, window):
        pass

    def step(self, window, x):
        """Return the source."""
        return (x,)
'''

KERNEL = """
from tradec.runtime.structures.rolling_window cimport RollingWindow

ctypedef struct Follower:
    double last

cdef inline void follower_init(Follower* s) noexcept nogil:
    s.last = 0.0

cdef inline double follower_step(Follower* s, const RollingWindow* w, double x) noexcept nogil:
    s.last = x
    return x
"""


def test_a_circle_by_way_of_a_structure_is_found(tmp_path: Path) -> None:
    (tmp_path / "indicators").mkdir()
    (tmp_path / "indicators" / "follower.py").write_text(FOLLOWER)
    (tmp_path / "indicators" / "follower.pxd").write_text(KERNEL)
    text = (
        'version: "3.0.0"\nname: circle\nsymbol: BTCUSDT\n'
        "timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}\n"
        "account: {starting_equity_usdt: 1000}\n"
        "features:\n  f: {indicator: follower, params: {window: w}}\n"
        "structures:\n  exec:\n"
        "    - {type: rolling_window, key: w, params: {size: 2, source: f, mode: min}}\n"
        'actions: {entry_long: "close > f"}\nrisk: {stop_loss_pct: 1, take_profit_pct: 1}\n'
    )
    diagnostics = Diagnostics()
    written = read_play(Source("circle.yml", text), diagnostics, {})
    assert written is not None
    with pytest.raises(PlayError):
        run(written, Context(catalog=Catalog.load((tmp_path,)), diagnostics=diagnostics))
    found = [d for d in diagnostics.all if d.code.startswith("E")]
    assert [d.message for d in found] == ["`f` reads itself: f -> w -> f"]
