"""Conditions in lists and mappings: the same nodes as expressions, and what is malformed."""

import json

import pytest
from hypothesis import given, settings

from generators.surface import as_lists, as_text, conditions
from reading import clean_condition, condition
from tradec.dsl import nodes


@settings(max_examples=300)
@given(conditions)
def test_both_forms_give_the_same_nodes(node: nodes.Condition) -> None:
    assert clean_condition(json.dumps(as_lists(node))) == node
    assert clean_condition(json.dumps(as_text(node))) == node


@pytest.mark.parametrize(
    ("lists", "expression"),
    [
        (
            "{all: [[ema_9, cross_above, ema_21], [rsi_14, '<', 70]]}",
            "ema_9 crosses above ema_21 and rsi_14 < 70",
        ),
        ("[[ema_9, '>', ema_21]]", "ema_9 > ema_21"),
        ("[close, '>', ema_9]", "close > ema_9"),
        ("[close, near_pct, 'fib.level[0.618]', 0.5]", "close near fib.level[0.618] within 0.5%"),
        ("[close, near_abs, swing.high_level, 50]", "close near swing.high_level within 50"),
        ("[rsi_14, between, [30, 70]]", "rsi_14 between 30 and 70"),
        ("[rsi_14, between, {low: 30, high: 70}]", "rsi_14 between 30 and 70"),
        ("[{feature_id: rsi_14, offset: 1}, '<', 30]", "rsi_14[1] < 30"),
        ("[{feature_id: macd, field: signal, offset: 2}, '<', 0]", "macd.signal[2] < 0"),
        ("[{feature_id: fib, field: 'level[0.5]', offset: 2}, '<', 0]", "fib.level[0.5][2] < 0"),
        ("[[[ema_9, '-', ema_21], '/', atr_14], '>', 0.5]", "(ema_9 - ema_21) / atr_14 > 0.5"),
        ("[{'+': [ema_9, 1]}, '>', {'*': [ema_21, 2]}]", "ema_9 + 1 > ema_21 * 2"),
        ("{not: [[rsi_14, '>', 70], [close, '<', ema_9]]}", "not (rsi_14 > 70 and close < ema_9)"),
        ("[pd.zone, '==', discount]", "pd.zone is discount"),
        ("[ms.bos_this_bar, '!=', true]", "ms.bos_this_bar is not true"),
        ("['1h.ema_50', '>', D.close]", "1h.ema_50 > D.close"),
        ("['ema_9 > ema_21', 'rsi_14 < 70', 'close > ema_9']", None),
        ("{any: ['ms.up', 'ms.down']}", "ms.up or ms.down"),
        ("[[ema_9, '>', -5]]", "ema_9 > -5"),
        ("[fib.level_0.618, '>', 1]", None),
        ("[trend.direction, in, [1, 0]]", "trend.direction in (1, 0)"),
        ("[trend.direction, 'not in', [1]]", "trend.direction not in (1)"),
        ("[trend.direction, not_in, [1]]", "not trend.direction in (1)"),
        ("[pd.zone, in, [discount, premium]]", "pd.zone in (discount, premium)"),
        ("[ms.up, in, [true, 0]]", "ms.up in (true, 0)"),
        ("[x.n, in, [-1]]", "x.n in (-1)"),
        ("{not: {setup: up}}", "not setup(up)"),
        ("{holds_for: {bars: 5, expr: [close, '>', ema_21]}}", "holds(close > ema_21, 5)"),
        (
            "{occurred_within_duration: {duration: 4H, expr: [a.b, '>', 1]}}",
            "occurred(a.b > 1, 4h)",
        ),
        (
            "{count_true: {bars: 20, min_true: 15, expr: [[a, '>', 1], [b, '<', 2]]}}",
            "count(a > 1 and b < 2, 20) >= 15",
        ),
        ("{count_true: {bars: 20, min_true: 16, expr: a.b}}", "count(a.b, 20) > 15"),
        ("{count_true: {bars: 20, min_true: 16, expr: a.b}}", "15 < count(a.b, 20)"),
        (
            "{count_true_duration: {duration: 1d, min_true: 3, expr: a.b}}",
            "count(a.b, 1d) >= 3",
        ),
        (
            "{holds_for: {bars: 5, expr: [rsi_14, '>', 50], anchor_tf: 1h}}",
            "holds(rsi_14 > 50, 5, every 1h)",
        ),
        ("{holds_for: {bars: 5, expr: a.b, anchor_tf: D}}", "holds(a.b, 5, EVERY D)"),
        ("{holds_for: {bars: 5, expr: a.b, anchor_tf: high_tf}}", "holds(a.b, 5, every high_tf)"),
        (
            "{holds_for: {bars: 2, expr: {occurred_within: {bars: 3, expr: {setup: up}}}}}",
            "holds(occurred(setup(up), 3), 2)",
        ),
        (
            "['abs(close - open)', '>', 'max(atr_14, 2 * atr_5)']",
            "abs(close - open) > max(atr_14, 2 * atr_5)",
        ),
        ("['mark_price', '>', 'last_price[1]']", "mark_price > last_price[1]"),
        ("'changed(ms.version)'", "changed(ms.version)"),
    ],
)
def test_forms(lists: str, expression: str | None) -> None:
    read, _ = condition(lists)
    if expression is None:
        assert read is not None
    else:
        assert read == clean_condition(f'"{expression}"')


def test_old_fields_warn() -> None:
    read, found = condition("[fib.level_0.618, '>', zones.zone0_upper]")
    assert read == clean_condition('"fib.level[0.618] > zones.zone[0].upper"')
    assert [one.code for one in found] == ["W105", "W105"]
    assert found[0].helps == ("write `fib.level[0.618]`",)


@pytest.mark.parametrize(
    ("text", "code", "part", "word"),
    [
        ("[ema_9, crosses_above, ema_21]", "E502", "crosses_above", "`cross_above`"),
        ("[ema_9, gt, ema_21]", "E502", "gt", "`>`"),
        ("[ema_9, crossover, ema_21]", "E502", "crossover", "`cross_above`"),
        ("[ema_9, grater, ema_21]", "E502", "grater", "operator"),
        ("[30, '<', rsi_14]", "E502", "30", "left"),
        ("[rsi_14, '<']", "E502", "[rsi_14, '<']", "2 elements"),
        ("[rsi_14, '<', 5, 6]", "E502", "6", "tolerance"),
        ("[rsi_14, '<', 5, 6, 7]", "E502", "[rsi_14, '<', 5, 6, 7]", "5 elements"),
        ("[rsi_14, '+', 5]", "E502", "'+'", "number"),
        ("[rsi_14, between, 5]", "E502", "5", "[low, high]"),
        ("[rsi_14, '<', [a, b]]", "E502", "[a, b]", "arithmetic"),
        ("[rsi_14, '<', [a, '>', b]]", "E502", "'>'", "arithmetic"),
        ("[rsi_14, '<', {'+': [a]}]", "E502", "[a]", "two operands"),
        ("{all: [a.b], any: [c.d]}", "E502", "any", "beside"),
        ("{not: a.b, lhs: c}", "E502", "lhs", "beside"),
        ("[close, near_pct, ema_9]", "E503", "near_pct", "how near"),
        ("[close, near_pct, ema_9, -1]", "E503", "-1", "negative"),
        ("{all: []}", "E603", "all", "no conditions"),
        ("[]", "E603", "[]", "no conditions"),
        ("{}", "E603", "{}", "no conditions"),
        ("{al: [a.b]}", "E101", "al", "`k.al`"),
        ("{lhs: a, op: '>'}", "E102", "lhs", "`k.rhs`"),
        ("{all: a.b}", "E103", "a.b", "list"),
        ("[{feature_id: a, offset: 501}, '>', 1]", "E507", "501", "500"),
        ("[{feature_id: a, offset: -1}, '>', 1]", "E507", "-1", "500"),
        ("[{feature_id: a, offset: x}, '>', 1]", "E103", "x", "whole number"),
        ("[{feature_id: a, feild: x}, '>', 1]", "E101", "feild", "feild"),
        ("['a[501]', '>', 1]", "E507", "a[501]", "500"),
        ("[rsi_14, between, [70, 30]]", "E104", "70, 30", "nothing is between"),
        ("[t.direction, in, []]", "E502", "[]", "not empty"),
        ("[t.direction, in, 1]", "E502", "1", "list of values"),
        ("[t.direction, in, {low: 1}]", "E502", "{low: 1}", "list of values"),
        ("[t.direction, in, [[a, '+', 1]]]", "E506", "[a, '+', 1]", "`or`"),
        ("[t.direction, in, [a.b]]", "E506", "a.b", "`or`"),
        ("{setup: [a]}", "E103", "[a]", "name of a setup"),
        ("{holds_for: {bars: 3}}", "E102", "holds_for", "`k.holds_for.expr`"),
        ("{holds_for: {expr: a.b}}", "E102", "holds_for", "`k.holds_for.bars`"),
        ("{holds_for: {bars: 2.5, expr: a.b}}", "E103", "2.5", "whole number"),
        ("{holds_for: {bars: 2, expr: a.b, min_true: 1}}", "E101", "min_true", "min_true"),
        ("{count_true: {bars: 2, expr: a.b}}", "E102", "count_true", "min_true"),
        (
            "{holds_for_duration: {duration: 1h, expr: a.b, anchor_tf: 1h}}",
            "E101",
            "anchor_tf",
            "anchor_tf",
        ),
        ("{holds_for: {bars: 2, expr: []}}", "E603", "[]", "no conditions"),
        ("{holds_for: a.b}", "E103", "a.b", "mapping"),
        ("5", "E506", "5", "not a condition"),
        ("[rsi_14, '<', '']", "E103", "''", "operand"),
    ],
)
def test_what_is_malformed(text: str, code: str, part: str, word: str) -> None:
    read, found = condition(text)
    assert read is None
    (only,) = found
    written = f"k: {text}\n"
    assert only.code == code
    assert written[only.span.start.offset : only.span.end.offset] == part
    assert word in " ".join((only.message, *only.helps))


def test_every_member_of_a_block_is_read() -> None:
    _, found = condition("{all: [[a, gt, b], [a, '>', b], [a, lt, b]]}")
    assert [one.span.start.column for one in found] == [15, 40]
