"""The normal form: what is laid out anew, what is spelled anew, and what stays."""

from textwrap import dedent

import pytest

from tradec.dsl.normal.form import normal_form
from tradec.dsl.span import Source


def normal(text: str) -> str:
    """Return a text in normal form, which is its own."""
    done = normal_form(Source("play.yml", dedent(text)))
    assert normal_form(Source("play.yml", done)) == done
    return done


def test_a_whole_file() -> None:
    before = """\
    # what it does

    symbol:   "btcusdt"   # the market
    "name": 'x'


    version: "3.0.0"
    actions:
        entry_long:
            all:
            - ["a",   ">", 'b' ]   # above
            # between
            - "c>d AND e Crosses Over f"


            - not: [g, ==, 1]
        # the end
    # features of the play
    features:
      # fast
      a: { indicator: ema, params: {
          length: 9 } }
    risk: {stop_loss_pct: 2, # the stop
           take_profit_pct: 4}
    timeframes: {low_tf: 15m, med_tf: 1h, high_tf: d, exec: low_tf}
    # the last word
    """
    after = """\
    # what it does

    version: "3.0.0"
    name: x
    symbol: BTCUSDT  # the market

    timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: low_tf}

    # features of the play
    features:
      # fast
      a: {indicator: ema, params: {length: 9}}

    actions:
      entry_long:
        all:
          - [a, ">", b]  # above
          # between
          - c > d and e crosses above f

          - not: [g, "==", 1]
      # the end

    risk:
      stop_loss_pct: 2  # the stop
      take_profit_pct: 4
    # the last word
    """
    assert normal(before) == dedent(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: {b: 1,c: [1,2]}", "a: {b: 1, c: [1, 2]}"),
        ("a: {\n  b: 1}", "a:\n  b: 1"),
        ("a: [\n  b, c]", "a:\n  - b\n  - c"),
        ("a: [b,\n  c]", "a: [b, c]"),
        ("a: [b, # x\n  c]", "a:\n  - b  # x\n  - c"),
        ("a:\n- b\n-  - c\n   - d", "a:\n  - b\n  - - c\n    - d"),
        ("a:\n    b:\n        c: 1", "a:\n  b:\n    c: 1"),
        ("a: # x\n  1", "a:  # x\n  1"),
        ("a: # x\n  {b: 1}", "a:  # x\n  {b: 1}"),
        ("a: # x\n  b: 1", "a:  # x\n  b: 1"),
        ("a: {}\nb: []", "a: {}\n\nb: []"),
        ("a:\nb: ''", 'a:\nb: ""'),
        ("a: 1\r\nb: 2\r\n", "a: 1\nb: 2"),
        ("---\na: 1\n...\n", "a: 1"),
        ("a: one\n   two", "a: one\n  two"),
        ("a: 'one\n   two'", "a: 'one\n  two'"),
        ("a: |\n     one\n       two\n\n     three\nb: 1", "a: |\n  one\n    two\n\n  three\nb: 1"),
        ("a: >-\n     one\n     two\n", "a: >-\n  one\n  two"),
        ("a: |2\n   one\n", 'a: " one\\n"'),
        ("a: |+\n  one\n\n", 'a: "one\\n\\n"'),
        ("a: &x {b: 1}\nc: *x", "a: &x {b: 1}\n\nc: *x"),
        ("a: &x\n    b: 1\nc: {<<: *x, d: 2}", "a: &x\n  b: 1\n\nc: {<<: *x, d: 2}"),
        ("symbol: &x a\nname: *x", "symbol: &x A\nname: *x"),
        ("name: 'no'", 'name: "no"'),
        ("name: '15m'", "name: 15m"),
        ("name: it's", "name: it's"),
        ("k: {b: " + "x" * 50 + ", c: " + "y" * 50 + "}", f"k:\n  b: {'x' * 50}\n  c: {'y' * 50}"),
    ],
)
def test_layout(before: str, after: str) -> None:
    assert normal(before) == f"{after}\n"


def test_expressions_in_blocks_keep_their_lines() -> None:
    before = """\
    actions:
      entry_long: >-
          a>b
          AND c<d
      exit_long: "a[ 1 ]>b"
    """
    after = """\
    actions:
      entry_long: >-
        a > b
        and c < d
      exit_long: a[1] > b
    """
    assert normal(before) == dedent(after)


def test_old_fields_are_spelled_as_today() -> None:
    before = 'actions: {entry_long: [close, ">", fib.level_0.618]}'
    assert normal(before) == 'actions: {entry_long: [close, ">", "fib.level[0.618]"]}\n'


def test_names_that_look_like_words_stay() -> None:
    text = "features:\n  Above: {indicator: ema, params: {length: 9}}\n"
    assert normal(text) == text
