"""How a plan becomes the text of a module: names, clocks, conditions, sizes, places."""

import re

import pytest

from complete import complete
from frontend import typed
from generators.irbuild import INT, bar, const, op, param, read, series
from generators.passes import CONTEXT
from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.compiler.emit import Emitted, emit, emit_many
from tradec.compiler.emit_clock import roots, sweep, volume_readers
from tradec.compiler.emit_expr import Printer
from tradec.compiler.emit_names import cell_names, slug
from tradec.compiler.emit_units import ring_size, setting_texts
from tradec.compiler.pipeline import check_source, plan_of
from tradec.compiler.plan import Plan
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source

CLOSE = bar("close")
SWING = series("s", "swing", params={"left": 1, "right": 1})
COUNT = read(SWING, "version")


def plan(sections: str) -> Plan:
    return plan_of(typed(sections), CONTEXT)


def emitted(sections: str) -> Emitted:
    return emit(plan(sections), standard())


def method(text: str, name: str) -> str:
    """Return the lines of one function of a module."""
    return text.partition(f" {name}(")[2].partition("\n\n\n")[0]


# --- modules --------------------------------------------------------------------------------------


def test_the_same_plan_gives_the_same_text() -> None:
    assert emitted("") == emitted("")


def test_several_plays_have_prefixes_and_one_has_none() -> None:
    one, other = plan(""), plan("features: {}\nactions: {entry_long: 'close > 5'}")
    assert emit_many((one,), standard()) == emit(one, standard()).text
    both = emit_many((one, other), standard())
    assert re.findall(r"^cdef class (\w+)\(Strategy\)", both, re.MULTILINE) == [
        "P0_Play",
        "P1_Play",
    ]
    assert re.findall(r"^ctypedef struct (\w+)State:", both, re.MULTILINE) == ["P0_", "P1_"]
    imports = [line for line in both.splitlines() if line.startswith("from ")]
    assert len(imports) == len(set(imports))


def test_kernels_are_imported_for_what_is_used_alone() -> None:
    text = emitted("features: {}\nactions: {entry_long: 'close > 5'}").text
    assert "runtime.indicators" not in text
    assert "runtime.structures" not in text
    assert "runtime.indicators.rsi cimport Rsi, rsi_init, rsi_step" in emitted("").text


def test_a_module_says_nothing_of_positions_fees_or_files() -> None:
    sections = "account: {starting_equity_usdt: 12345.0, fee_model: {taker_bps: 6.75}}"
    text = emitted(sections).text
    assert not re.search(r"12345|6\.75|play\.yml|@", text)
    assert text == emitted("").text


def test_places_name_the_rule_behind_a_line() -> None:
    source = Source("name.yml", complete('actions:\n  entry_long: "ema_9 > ema_21"\n'))
    play = check_source(source, Diagnostics())
    assert play is not None
    found = emit(plan_of(play, CONTEXT), standard())
    lines = found.text.splitlines()
    rule = next(
        number for number, line in enumerate(lines, 1) if line.lstrip().startswith("if can")
    )
    spans = [span for number, span in found.places if number == rule]
    assert [source.text[s.start.offset : s.end.offset] for s in spans] == ["ema_9 > ema_21"]
    assert found.annotated.splitlines()[rule - 1] == (
        f"{lines[rule - 1]}  # @ name.yml:{spans[0].start.line}:{spans[0].start.column}"
    )


# --- clocks ---------------------------------------------------------------------------------------


def clocks(timeframes: str, features: str = "") -> tuple[list[str], str | None]:
    """Return the timeframes that grow from base bars, and the one along which a scan jumps."""
    used = "".join(
        f"  f_{k}: {{indicator: ema, tf: {name}}}\n" for k, name in enumerate(features.split())
    )
    made = plan(
        f"timeframes: {{{timeframes}, exec: low_tf}}\nfeatures:\n"
        f"  e: {{indicator: ema}}\n{used}actions: {{entry_long: e > close}}\n"
    )
    volume = volume_readers(made)
    jump = sweep(made.play, volume)
    found = [root.timeframe for root in roots(made.play, "", volume)]
    return found, jump.timeframe if jump else None


@pytest.mark.parametrize(
    ("low", "others", "grown", "jump"),
    [
        ("1m", "", ["1m"], None),
        ("15m", "", ["15m"], "15m"),
        ("15m", "1h 4h D", ["15m"], "15m"),
        ("15m", "W M", ["15m"], "15m"),
        ("3m", "5m 15m", ["3m", "5m"], None),
        ("1m", "5m 1h", ["1m", "5m"], None),
        ("4h", "6h 12h", ["4h", "6h"], None),
        ("W", "M", ["W", "M"], None),
        ("D", "W M", ["D"], "D"),
    ],
)
def test_a_timeframe_grows_from_the_slowest_that_divides_it(
    low: str, others: str, grown: list[str], jump: str | None
) -> None:
    roles = f"low_tf: {low}, med_tf: {low}, high_tf: M"
    assert clocks(roles, others) == (grown, jump)


def test_a_timeframe_whose_volume_is_read_grows_from_base_bars() -> None:
    sections = """
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}
features: {e: {indicator: ema, tf: 1h}, v: {indicator: sma, source: volume, tf: D}}
actions: {entry_long: "e > close and 1h.volume[2] > v"}
"""
    made = plan(sections)
    volume = volume_readers(made)
    assert volume == {"1h", "D"}
    assert [root.timeframe for root in roots(made.play, "", volume)] == ["15m", "1h", "D"]
    assert sweep(made.play, volume) is None


def test_volume_that_nothing_reads_is_not_loaded() -> None:
    assert "volume[i]" not in emitted("").text
    assert "volume[i]" in emitted("actions: {entry_long: 'volume > 5'}\nfeatures: {}").text


# --- rules ----------------------------------------------------------------------------------------


def test_a_rule_that_cannot_act_is_not_tried() -> None:
    policy = "position_policy: {mode: long_only, exit_mode: sl_tp_only}"
    text = emitted(f"actions: {{entry_short: 'close > 1'}}\n{policy}").text
    assert "if False and (" in text
    assert "decision.action =" not in method(text, "decide").partition("# entry_short")[2]


def test_at_most_one_block_speaks() -> None:
    sections = """
actions:
  - {id: a, cases: [{when: close > 1, emit: [exit_all]}, {when: close > 2, emit: [entry_long]}]}
  - {id: b, cases: [{when: close > 3, emit: [entry_short]}], else: {emit: [entry_long]}}
position_policy: {mode: long_short, exit_mode: first_hit}
"""
    body = (
        emitted(sections).text.partition("    # a\n")[2].partition("    if decision.action != 0")[0]
    )
    assert body.count("if decision.action == 0:") == 1
    assert body.index("if decision.action == 0:") > body.index("# b")
    words = re.findall(r"decision\.word = (0x[0-9a-f]+)", body)
    assert [int(word, 16) for word in words] == [
        5,
        1 | 1 << 24,
        2 | 1 << 8,
        1 | 1 << 8 | 0xFFFF << 24,
    ]


# --- expressions ----------------------------------------------------------------------------------


class Somewhere:
    """Places that tell what they are for."""

    def crossing(self, _node: ir.Cross) -> tuple[str, str, str, str]:
        return ("a0", "b0", "a", "b")

    def change(self, _node: ir.Changed) -> tuple[str, str]:
        return ("was", "is")

    def window(self, _node: ir.Window) -> tuple[str, str]:
        return ("enough", "short")


def printer() -> Printer:
    return Printer(lambda node: f"<{node.series}.{node.output}>", Somewhere())


def test_numbers_print_by_kind() -> None:
    out = printer()
    assert out.double(const(3.0)) == "3.0"
    assert out.double(const(3)) == "3.0"
    assert out.integer(const(3)) == "3"
    assert out.double(param("n", INT)) == "<double>p.n_param"
    assert out.double(COUNT) == "f64(<s.version>)"
    assert out.double(op(CLOSE, "%", const(2.0))) == "mod_floor(<1m.close>, 2.0)"
    assert out.double(op(CLOSE, "+", const(2))) == "finite(<1m.close> + 2.0)"
    assert out.double(op(COUNT, "/", const(2))) == "div_true(f64(<s.version>), 2.0)"
    assert out.integer(op(COUNT, "*", const(2))) == "mul_i64(<s.version>, 2)"
    assert out.integer(op(COUNT, "%", const(2))) == "mod_i64(<s.version>, 2)"


def test_what_is_missing_is_neither_true_nor_false() -> None:
    out = printer()
    above = ir.Compare(op=">", left=CLOSE, right=const(2.0))
    assert out.true(above) == "(<1m.close> > 2.0)"
    assert out.false(above) == out.true(ir.Not(operand=above)) == "(<1m.close> <= 2.0)"
    same = ir.Compare(op="==", left=COUNT, right=const(2))
    assert out.true(same) == "(<s.version> != MISSING and <s.version> == 2)"
    assert out.false(same) == "(<s.version> != MISSING and <s.version> != 2)"
    either = ir.Any(operands=(above, same))
    assert out.false(either) == f"({out.false(above)} and {out.false(same)})"


def test_both_directions_of_a_crossing_share_a_cell() -> None:
    up, down = (ir.Cross(above=above, left=CLOSE, right=const(1.0)) for above in (True, False))
    other = ir.Cross(above=True, left=const(1.0), right=CLOSE)
    names = cell_names((up, down, other))
    assert names[up] == names[down]
    assert len(set(names.values())) == 2
    assert all(re.fullmatch(r"[A-Za-z]\w*_cross\d*", name) for name in names.values())


def test_crossings_that_read_alike_have_cells_of_their_own() -> None:
    sums = [op(CLOSE, "+", const(float(k))) for k in range(3)]
    crosses = tuple(ir.Cross(above=True, left=left, right=CLOSE) for left in sums)
    assert len(set(cell_names(crosses).values())) == 3


@pytest.mark.parametrize(
    ("text", "found"),
    [("entry", "entry"), ('a "b"\nc', "a_b_c"), ("  #@1", "1"), ("", ""), ("-0.5", "0_5")],
)
def test_slugs(text: str, found: str) -> None:
    assert slug(text) == found


# --- sizes ----------------------------------------------------------------------------------------


def test_the_size_of_a_ring_is_an_expression_over_parameters() -> None:
    spec = standard().spec("sma")
    fixed = series("m", "sma", params={"length": 7})
    assert ring_size("length + 1", setting_texts(fixed, spec)) == "7 + 1"
    free = series("m", "sma", params={"length": param("n", INT)})
    assert ring_size("length + 1", setting_texts(free, spec)) == "p.n_param + 1"
    assert ring_size("max(length, 3)", setting_texts(free, spec)) == "max(p.n_param, 3)"


def test_a_choice_leaves_one_branch() -> None:
    spec = standard().spec("swing")
    formula = "left + right if mode == 'fractal' else 1"
    sizes = []
    for mode in spec.param("mode").choices:
        swing = series("s", "swing", params={"left": 2, "right": 3, "mode": mode})
        sizes.append(ring_size(formula, setting_texts(swing, spec)))
    assert sorted(sizes) == ["1", "2 + 3"]
