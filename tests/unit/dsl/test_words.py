"""Words, numbers and suggestions."""

import pytest

from tradec.dsl.words import NumberRangeError, closest, join_words, number_text, to_bool, to_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-5", -5),
        ("+5", 5),
        ("007", 7),
        ("5.0", 5.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("1E-3", 0.001),
        ("9223372036854775807", 2**63 - 1),
        ("0x1F", None),
        ("1_000", None),
        ("", None),
        (".", None),
        ("nan", None),
        (".inf", None),
        ("1 2", None),
        ("٣", None),
        ("5\n", None),
    ],
)
def test_numbers(text: str, value: float | None) -> None:
    read = to_number(text)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize("text", ["9223372036854775808", "1e999", "-1e999", "9" * 5000])
def test_numbers_that_do_not_fit(text: str) -> None:
    with pytest.raises(NumberRangeError):
        to_number(text)


def test_bools() -> None:
    words = ("true", "False", "TRUE", "yes", "on", "1")
    assert [to_bool(word) for word in words] == [True, False, True, None, None, None]


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("stop_los_pct", ["stop_loss_pct"]),
        ("stop_lsos_pct", ["stop_loss_pct"]),
        ("STOP_LOSS_PCT", ["stop_loss_pct"]),
        ("stop_loss_percent", ["stop_loss_pct"]),
        ("mode", ["mode"]),
        ("xyz", []),
        ("leverage", ["max_leverage"]),
        ("old", ["mode"]),
    ],
)
def test_suggestions(word: str, found: list[str]) -> None:
    options = ["stop_loss_pct", "take_profit_pct", "mode", "max_leverage", "name"]
    assert closest(word, options, {"old": "mode"})[: len(found) or 1] == found


def test_at_most_three_suggestions() -> None:
    assert len(closest("ema", [f"ema{i}" for i in range(9)])) == 3


def test_lists_of_words() -> None:
    assert [join_words("abc"[:count]) for count in range(4)] == [
        "",
        "`a`",
        "`a` or `b`",
        "`a`, `b` or `c`",
    ]
    assert [number_text(value) for value in (5, 5.0, 0.5, 1e300)] == ["5", "5", "0.5", "1e+300"]
