"""Expressions: what parses to what, and what is said of the rest."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reading import clean_condition, condition, marked
from tradec.dsl import grammar, nodes
from tradec.dsl.expr import main, parse_operand
from tradec.dsl.marked import Scalar
from tradec.dsl.operands import simple_operand
from tradec.dsl.span import NOWHERE
from tradec.dsl.variables import Variables

_TOKENS = """a b.c 1h. close D. [1] [0.618] ( ) > < == and or not crosses above between in ,
near within 5 0.5 % + - * / true 5m é " is every holds( . 1.5.2"""
TOKENS = _TOKENS.split()


def ref(*names: str, qualifier: str | None = None, index: tuple[float, ...] = ()) -> nodes.Ref:
    segments = [nodes.Segment(name=name) for name in names[:-1]]
    last = nodes.Segment(name=names[-1], indexes=index)
    return nodes.Ref(qualifier=qualifier, segments=(*segments, last))


def literal(value: float | bool) -> nodes.Literal:  # noqa: FBT001  a literal's value
    return nodes.Literal(value=value)


def compare(op: str, left: nodes.Operand, right: nodes.Operand) -> nodes.Compare:
    return nodes.Compare(op=op, left=left, right=right)


A, B, C = ref("a"), ref("b"), ref("c")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("x > -5", compare(">", ref("x"), literal(-5))),
        ("x > - 5.0", compare(">", ref("x"), literal(-5.0))),
        ("a > -b", compare(">", A, nodes.Negate(operand=B))),
        ("a > --5", compare(">", A, literal(5))),
        ("70 > a", compare("<", A, literal(70))),
        ("70 == a", compare("==", A, literal(70))),
        ("30 crosses above a", nodes.Cross(above=False, left=A, right=literal(30))),
        ("a CROSSES over B", nodes.Cross(above=True, left=A, right=ref("B"))),
        ("fib.level[-0.272] > 1", compare(">", ref("fib", "level", index=(-0.272,)), literal(1))),
        ("1h.close > D.a", compare(">", ref("close", qualifier="1h"), ref("a", qualifier="D"))),
        ("exec.a.b > 1e3", compare(">", ref("a", "b", qualifier="exec"), literal(1000.0))),
        ("D > 1", compare(">", ref("D"), literal(1))),
        ("a is b", compare("==", A, B)),
        ("a is not b", compare("!=", A, B)),
        ("a is true", compare("==", A, literal(True))),
        ("android > 1", compare(">", ref("android"), literal(1))),
        ("is_up", nodes.Truth(operand=ref("is_up"))),
        ("true", nodes.Truth(operand=literal(True))),
        ("not a", nodes.Not(operand=nodes.Truth(operand=A))),
        (
            "50 near a within 2",
            nodes.Near(relative=False, left=A, right=literal(50), tolerance=literal(2)),
        ),
        (
            "a - b - c > 0",
            compare(
                ">",
                nodes.Arithmetic(op="-", left=nodes.Arithmetic(op="-", left=A, right=B), right=C),
                literal(0),
            ),
        ),
        (
            "a + b * c > 0",
            compare(
                ">",
                nodes.Arithmetic(op="+", left=A, right=nodes.Arithmetic(op="*", left=B, right=C)),
                literal(0),
            ),
        ),
        (
            "a or b and not c",
            nodes.Any(
                operands=(
                    nodes.Truth(operand=A),
                    nodes.All(
                        operands=(
                            nodes.Truth(operand=B),
                            nodes.Not(operand=nodes.Truth(operand=C)),
                        )
                    ),
                )
            ),
        ),
        (
            "(a and b) and c",
            nodes.All(operands=tuple(nodes.Truth(operand=one) for one in (A, B, C))),
        ),
        (
            "a between 1 and 2 and b",
            nodes.All(
                operands=(
                    nodes.Between(operand=A, low=literal(1), high=literal(2)),
                    nodes.Truth(operand=B),
                )
            ),
        ),
        (
            "a near b within 5 % and c",
            nodes.All(
                operands=(
                    nodes.Near(relative=True, left=A, right=B, tolerance=literal(5)),
                    nodes.Truth(operand=C),
                )
            ),
        ),
    ],
)
def test_expressions(text: str, node: nodes.Condition) -> None:
    assert clean_condition(f"'{text}'") == node


@pytest.mark.parametrize(
    ("text", "code", "part", "word"),
    [
        ("a < b < c", "E506", "<", "between"),
        ("a crosses b", "E506", "b", "crosses above"),
        ("a near b", "E506", "b", "within"),
        ("a between b", "E506", "b", "between low and high"),
        ("a >", "E506", ">", "operand"),
        ("(a > b", "E506", "b", "parenthesis"),
        ("a > b)", "E506", ")", "closes nothing"),
        ("a b", "E506", "b", "operator"),
        ("a && b", "E506", "&&", "`and`"),
        ("a || b", "E506", "||", "`or`"),
        ("a = 5", "E506", "=", "`==`"),
        ("a <> 5", "E506", ">", "`!=`"),
        ("a cross_above b", "E506", "cross_above", "`crosses above`"),
        ("a near_pct b", "E506", "near_pct", "within"),
        ('a == "x"', "E506", '"', "quotes"),
        (".5 < a", "E506", ".5", "`0.5`"),
        ("a[b] > 1", "E506", "b", "not a number"),
        ("or a", "E506", "or", "operand is missing"),
        ("a > b or", "E506", "r", "operand"),
        ("1h", "E506", "1h", "timeframe"),
        ("5", "E506", "5", "not a condition"),
        ("a + 1", "E506", "a + 1", "not a condition"),
        ("5 > 3", "E506", "5 > 3", "both sides"),
        ("5 between a and b", "E506", "5", "literal"),
        ("100 near a within 5%", "E506", "100", "change the sides"),
        ("(a > b) > c", "E506", "a > b", "not a number"),
        ("a + true > 1", "E506", "true", "not a number"),
        ("a[501] > 1", "E507", "a[501]", "500"),
        ("a[-1] > 1", "E507", "a[-1]", "500"),
        ("a[0.5] > 1", "E507", "a[0.5]", "500"),
        ("a[1][2] > 1", "E506", "a[1][2]", "more than one offset"),
        ("a > 99999999999999999999", "E104", "99999999999999999999", "64 bits"),
        ("a > 1e999", "E104", "1e999", "64 bits"),
        ("a between 70 and 30", "E104", "70 and 30", "lower bound"),
        ("holds(a > b)", "E506", "holds(a > b)", "2 or 3 arguments"),
        ("holds(a > b, c)", "E506", "c", "number of samples"),
        ("holds(a + b, 5)", "E506", "a + b", "not a condition"),
        ("holds(a > b, 5, 1h)", "E506", "1h", "`every 1h`"),
        ("holds(a > b, 4h, every 1h)", "E506", "1h", "number of samples"),
        ("count(a > b, 20)", "E506", "count(a > b, 20)", ">= 15"),
        ("count(a > b, 20) < 15", "E506", "count(a > b, 20) < 15", "`>=`"),
        ("count(a > b, 20) >= c", "E506", "count(a > b, 20) >= c", "number"),
        ("count(a > b, 20) > 1.5", "E506", "1.5", "whole number"),
        ("count(a, 5) >= count(b, 5)", "E506", "count(a, 5) >= count(b, 5)", "number"),
        ("count(a > b, 20) + 1 > 2", "E506", "count(a > b, 20)", "not a condition"),
        ("setup(a.b)", "E506", "a.b", "name of a setup"),
        ("setup(a, b)", "E506", "setup(a, b)", "1 argument"),
        ("changed(a, b)", "E506", "changed(a, b)", "1 argument"),
        ("changed(a > b)", "E506", "a > b", "not a number"),
        ("max(a) > 1", "E506", "max(a)", "at least two"),
        ("abs(a, b) > 1", "E506", "abs(a, b)", "one number"),
        ("abs(a > b) > 1", "E506", "a > b", "not a number"),
        ("max(a, true) > 1", "E506", "true", "not a number"),
        ("max(a, every 1h) > 1", "E506", "every 1h", "alone"),
        ("abs(a)", "E506", "abs(a)", "not a condition"),
        ("a in (b + 1)", "E506", "b + 1", "`or`"),
        ("a in (b.c)", "E506", "b.c", "`or`"),
        ("5 in (5, 6)", "E506", "5", "always or never"),
        ("a in ()", "E506", ")", "operand"),
    ],
)
def test_what_is_no_expression(text: str, code: str, part: str, word: str) -> None:
    read, found = condition(f"'{text}'")
    assert read is None
    (only,) = found
    written = f"k: '{text}'\n"
    assert only.code == code
    assert written[only.span.start.offset : only.span.end.offset] == part
    assert word in " ".join((only.message, *only.helps))


def test_columns_point_into_a_folded_block() -> None:
    _, found = condition(">\n  ema_9 > ema_21\n  and rsi_14 less 70")
    (only,) = found
    assert (only.span.start.line, only.span.start.column) == (3, 14)


def test_columns_point_into_escaped_text() -> None:
    _, found = condition('"a >\\tb\\x20lt c"')
    (only,) = found
    assert (only.span.start.column, only.span.end.column) == (15, 17)


def test_depth_and_length_are_limited() -> None:
    for text in ("-(" * 100 + "a" + ")" * 100 + " > 1", "a > " + "1 + " * 5000 + "1"):
        _, found = condition(f"'{text}'")
        assert [one.code for one in found] == ["E506"]


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(TOKENS),
        max_size=12,
    ).map(" ".join)
)
def test_no_text_breaks_the_reader(text: str) -> None:
    read, found = condition("|\n  " + text)
    assert (read is None) == bool(found)


OPERAND_PARTS = st.lists(
    st.sampled_from(["a", "ema_9", ".", "[1]", "[-0.5]", "1h.", "D.", "and", "5", "-", "in", " "]),
    min_size=1,
    max_size=6,
).map("".join)


@settings(max_examples=400)
@given(OPERAND_PARTS)
def test_the_fast_path_agrees_with_the_grammar(text: str) -> None:
    try:
        fast = simple_operand(text, lambda _start, _end: NOWHERE)
    except Exception as error:  # noqa: BLE001  whatever it is, the grammar must refuse the text too
        with pytest.raises(type(error)):
            parse_operand(scalar(text), Variables())
        return
    is_yaml_number = text.strip().startswith(".") or text.strip().endswith(".")
    if fast is not None and not is_yaml_number:
        assert parse_operand(scalar(text), Variables()) == fast


def scalar(text: str) -> Scalar:
    value = marked('"' + text + '"')
    assert isinstance(value, Scalar)
    return value


def test_tables_give_the_same_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = tmp_path / "expr.tables"
    main(["--tables", str(tables)])
    monkeypatch.setattr(grammar, "_TABLES", tables)
    loaded = grammar.load_parser.__wrapped__()
    text = "a between 1 and 2 and not b.c[0.5] > -5"
    assert loaded.parse(text, start="condition") == grammar.load_parser().parse(
        text, start="condition"
    )


def test_tables_of_another_grammar_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = tmp_path / "expr.tables"
    tables.write_bytes(b"{}\n" + pickle.dumps("nothing"))
    monkeypatch.setattr(grammar, "_TABLES", tables)
    assert grammar.load_parser.__wrapped__().parse("a", start="operand")


def test_a_play_of_plain_lists_does_not_import_lark() -> None:
    code = """
import sys
from tradec.dsl.build import read_play
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source
from complete import complete
text = complete("actions: {entry_long: [[ema_9, '>', '1h.ema_21[1]'], [rsi_14, '<', 70]]}")
assert read_play(Source("p.yml", text), Diagnostics())
print("lark" in sys.modules)
"""
    tests = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tests, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
