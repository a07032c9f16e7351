"""Conversion touches conditions alone, keeps every comment, and says what it leaves."""

import re
from textwrap import dedent

import pytest

from complete import complete
from tradec.dsl.normal.convert import Converted, convert
from tradec.dsl.normal.rewriting import EXPRESSIONS, LISTS
from tradec.dsl.span import Source


def converted(text: str, to: str) -> Converted:
    """Return the conversion of some sections, and check that the rest stays as it is."""
    whole = complete(dedent(text))
    made = convert(Source("play.yml", whole), to)
    assert whole.startswith(made.text.partition("actions:")[0])
    return made


def actions(text: str, to: str) -> str:
    """Return the actions of a play after its conversion."""
    made = converted(text, to)
    assert made.kept == ()
    found = re.search(r"^actions:\n((?:[ #].*\n)*)", made.text, re.MULTILINE)
    assert found
    return found.group(1)


CASES = [
    ("close > ema_9", '[close, ">", ema_9]'),
    (
        "ema_9 crosses below close - 2 * ema_21",
        '[ema_9, cross_below, [close, "-", [2, "*", ema_21]]]',
    ),
    ("rsi_14 between 30 and 70", "[rsi_14, between, [30, 70]]"),
    ("close near ema_9 within 0.5%", "[close, near_pct, ema_9, 0.5]"),
    ("close near ema_9 within 50", "[close, near_abs, ema_9, 50]"),
    ("1h.close[2] >= -5", '["1h.close[2]", ">=", -5]'),
    ("not (close > ema_9)", '\n    not: [close, ">", ema_9]'),
]


@pytest.mark.parametrize(("expression", "lists"), CASES)
def test_one_condition(expression: str, lists: str) -> None:
    one = f"  entry_long: {expression}\n"
    other = f"  entry_long: {lists}\n".replace(": \n", ":\n")
    assert actions(f"actions:\n{one}", LISTS) == other
    assert actions(f"actions:\n{other}", EXPRESSIONS) == one


def test_groups_become_blocks_and_long_ones_fold() -> None:
    lists = (
        "  entry_long:\n"
        "    all:\n"
        '      - [close, ">", ema_9]\n'
        "      - any:\n"
        '          - [rsi_14, "<", 30]\n'
        "          - [rsi_14, cross_above, 30]\n"
        '      - [ema_9, ">", ema_21]\n'
        "      - [close, near_pct, ema_21, 1.5]\n"
    )
    expression = (
        "  entry_long: >-\n"
        "    close > ema_9\n"
        "    and (rsi_14 < 30 or rsi_14 crosses above 30)\n"
        "    and ema_9 > ema_21\n"
        "    and close near ema_21 within 1.5%\n"
    )
    assert actions(f"actions:\n{lists}", EXPRESSIONS) == expression
    assert actions(f"actions:\n{expression}", LISTS) == lists


def test_comments_outside_stay_and_those_inside_are_never_lost() -> None:
    text = """
    actions:
      # the trend
      entry_long:  # buy
        all:
          # above
          - [close, ">", ema_9]  # price
          - not: [rsi_14, ">", 70]
      exit_long: [close, "<", ema_9]  # out
    position_policy: {mode: long_only, exit_mode: first_hit}
    """
    assert actions(text, EXPRESSIONS) == (
        "  # the trend\n"
        "  entry_long:  # buy\n"
        "    all:\n"
        "      # above\n"
        "      - close > ema_9  # price\n"
        "      - not (rsi_14 > 70)\n"
        "  exit_long: close < ema_9  # out\n"
    )


def test_brackets_stay_on_their_line() -> None:
    text = """
    actions:
      - {id: a, cases: [{when: "close > ema_9[1] and rsi_14 < 70", emit: [entry_long]}]}
    """
    lists = '{all: [[close, ">", "ema_9[1]"], [rsi_14, "<", 70]]}'
    assert f"when: {lists}, emit" in actions(text, LISTS)
    again = converted(text.replace('"close > ema_9[1] and rsi_14 < 70"', lists), EXPRESSIONS).text
    assert 'when: "close > ema_9[1] and rsi_14 < 70", emit' in again


def test_variables_keep_their_names() -> None:
    text = """
    variables: {fast: 9, limit: 70, tf: 1h, near: 1}
    actions:
      entry_long: >-
        ema_${fast}[1] > ${tf}.close and rsi_14 < ${limit}
        and close near ema_${fast} within ${near}%
    """
    lists = actions(text, LISTS)
    assert lists == (
        "  entry_long:\n"
        "    all:\n"
        '      - ["ema_${fast}[1]", ">", "${tf}.close"]\n'
        '      - [rsi_14, "<", "${limit}"]\n'
        '      - [close, near_pct, "ema_${fast}", "${near}"]\n'
    )


def test_a_variable_that_holds_a_condition_is_left() -> None:
    text = """
    variables: {rule: rsi_14 < 70 or ema_9 > ema_21}
    actions:
      entry_long: [close, ">", ema_9]
      exit_long: ${rule} and close < ema_9
    position_policy: {mode: long_only, exit_mode: first_hit}
    """
    made = converted(text, LISTS)
    (kept,) = made.kept
    assert made.text[kept.span.start.offset :].startswith("${rule} and close < ema_9\n")
    assert kept.why == "it would read otherwise"


@pytest.mark.parametrize("to", [EXPRESSIONS, LISTS])
def test_what_has_the_form_is_left_as_it_is(to: str) -> None:
    text = {
        EXPRESSIONS: "actions: {entry_long: '(close)   > ema_9'}",
        LISTS: "actions:\n  entry_long: {all: [{lhs: close, op: '>', rhs: {feature_id: ema_9}}]}",
    }[to]
    made = converted(text, to)
    assert made.text == complete(text)
    assert (made.count, made.kept) == (0, ())


def test_an_anchor_is_left() -> None:
    text = """
    actions:
      entry_long: &rule [close, ">", ema_9]
      exit_long: {not: *rule}
    position_policy: {mode: long_only, exit_mode: first_hit}
    """
    made = converted(text, EXPRESSIONS)
    assert len(made.kept) == 2
    assert made.count == 0
