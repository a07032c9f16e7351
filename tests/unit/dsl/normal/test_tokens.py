"""Expressions are spaced and spelled in one way."""

import pytest

from tradec.dsl.normal.tokens import spaced


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("a>b", "a > b"),
        ("ema_9 Crosses Over b AND rsi_14<  -5", "ema_9 crosses above b and rsi_14 < -5"),
        ("a.over crosses UNDER b", "a.over crosses below b"),
        ("a -b* ( c+d )>1", "a - b * (c + d) > 1"),
        ("a - -5 > b%c", "a - -5 > b % c"),
        ("x near y within 0.5 % and c", "x near y within 0.5% and c"),
        ("x near y within ${w} %", "x near y within ${w}%"),
        ("NOT( a )", "not (a)"),
        ("Holds( a>1 , 5,every 1h)", "holds(a > 1, 5, every 1h)"),
        ("Count > 1", "Count > 1"),
        ("x not  in( 1,-2 )", "x not in (1, -2)"),
        ("a[ 1 ] . b>2", "a[1].b > 2"),
        ("fib.level[ -0.272 ]>1h . close", "fib.level[-0.272] > 1h.close"),
        ("ema_${fast}>${ tf}.x", "ema_${fast} > ${ tf}.x"),
        ("${a}_b > ${c}", "${a}_b > ${c}"),
        ("x is True", "x is true"),
        ("a between 1 and -b", "a between 1 and -b"),
        ("-a > - 3", "-a > -3"),
    ],
)
def test_expressions(text: str, normal: str) -> None:
    assert spaced(text) == normal
    assert spaced(normal) == normal
