"""Expressions and lists: every condition is printed in both, and reads back as itself."""

from hypothesis import given, settings

from frontend import typed
from generators.plays import Drawn, plays
from generators.surface import conditions
from reading import clean_condition
from tradec.compiler.pipeline import check_source
from tradec.dsl import nodes
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.normal.convert import convert
from tradec.dsl.normal.rewriting import EXPRESSIONS, LISTS
from tradec.dsl.print_expr import print_condition
from tradec.dsl.print_lists import block_lines, condition_lists, flow_text
from tradec.dsl.quoting import quoted
from tradec.dsl.span import Source


@settings(max_examples=60)
@given(conditions)
def test_an_expression_reads_back(condition: nodes.Condition) -> None:
    assert clean_condition(quoted(print_condition(condition))) == condition


@settings(max_examples=60)
@given(conditions)
def test_lists_read_back_on_one_line_and_as_a_block(condition: nodes.Condition) -> None:
    written = condition_lists(condition)
    assert clean_condition(flow_text(written, flow=False)) == condition
    assert clean_condition("\n" + "\n".join(block_lines(written, 2))) == condition


@settings(max_examples=12)
@given(plays())
def test_a_play_means_the_same_in_either_form(drawn: Drawn) -> None:
    expressions = convert(Source("play.yml", drawn.text), EXPRESSIONS)
    lists = convert(Source("play.yml", expressions.text), LISTS)
    for made, form in ((expressions, EXPRESSIONS), (lists, LISTS)):
        assert made.kept == ()
        assert check_source(Source("play.yml", made.text), Diagnostics()) == drawn.play
        assert convert(Source("play.yml", made.text), form).text == made.text


def test_both_forms_of_one_play_are_one_meaning() -> None:
    text = "actions:\n  entry_long: %s\n"
    one = "ema_9 crosses above ema_21 and not (rsi_14 between 40 and 60 or close > 2 * ema_9)"
    other = (
        "{all: [[ema_9, cross_above, ema_21], {not: {any: [[rsi_14, between, [40, 60]],"
        ' [close, ">", [2, "*", ema_9]]]}}]}'
    )
    assert typed(text % one) == typed(text % other)
