"""Named conditions: in their places, of any depth and order, and what is wrong with them."""

import pytest

from frontend import codes, condition, findings, one, placed, typed
from tradec.compiler.setups import MAX_CONDITIONS

SETUPS = """
setups:
  late: {all: [{setup: up}, "rsi_14 < 70"]}
  up: "ema_9 > ema_21"
  strong: {not: [[rsi_14, "<", 50]]}
"""
UP = "'ema_9 > ema_21'"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{setup: up}", UP),
        ("'setup(up)'", UP),
        ("up", UP),
        ("{not: {setup: up}}", "'not ema_9 > ema_21'"),
        ("{setup: late}", "'ema_9 > ema_21 and rsi_14 < 70'"),
        ("[{setup: late}, strong]", "'ema_9 > ema_21 and rsi_14 < 70 and not rsi_14 < 50'"),
        ("'holds(up, 3)'", "'holds(ema_9 > ema_21, 3)'"),
        (
            "{count_true: {bars: 5, min_true: 2, expr: {any: [up, strong]}}}",
            "'count(ema_9 > ema_21 or not rsi_14 < 50, 5) >= 2'",
        ),
    ],
)
def test_a_setup_means_what_stands_under_its_name(written: str, meant: str) -> None:
    assert condition(written, SETUPS) == condition(meant)


def test_a_condition_named_twice_is_one_object_of_each_pass() -> None:
    play = typed(f"{SETUPS}actions:\n  entry_long: {{all: [up, late, strong]}}\n")
    again = typed(
        "actions:\n  entry_long: 'ema_9 > ema_21 and ema_9 > ema_21 and rsi_14 < 70"
        " and not rsi_14 < 50'\n"
    )
    assert play.blocks[0].cases[0].when == again.blocks[0].cases[0].when


def test_variables_stand_in_names_and_conditions() -> None:
    sections = """
variables: {side: up, low: 30}
setups: {"${side}_1": "rsi_14 > ${low}"}
actions: {entry_long: "setup(${side}_1)"}
"""
    assert typed(sections).params[0].name == "low"


BROKEN = """
setups:
  bad: "rsi_14 > close"
  worse: {all: [{setup: nowhere}, "ema_99 > 1"]}
actions: {entry_long: "ema_9 > ema_21"}
"""


def test_a_setup_that_nothing_uses_is_checked_too() -> None:
    assert [c for c in codes(BROKEN) if c.startswith("E")] == ["E501", "E403", "E401"]


def test_a_wrong_setup_is_told_once_however_often_it_is_used() -> None:
    sections = (
        "setups: {bad: 'rsi_14 > close'}\nactions: {entry_long: [bad, bad], exit_long: bad}\n"
    )
    found = one(sections, "E501")
    assert placed(sections, found) == "rsi_14"


def test_an_unused_setup_is_reported() -> None:
    found = one(f"{SETUPS}actions: {{entry_long: late}}\n", "W102")
    assert found.message == "setup `strong` is not used"


@pytest.mark.parametrize(
    ("setups", "messages"),
    [
        ("{a: a}", ["`a` holds itself: a -> a"]),
        ("{a: 'not b', b: {setup: a}}", ["`a` holds itself: a -> b -> a"]),
        (
            "{a: 'b and ema_9 > 1', b: 'c or d', c: 'close > 1', d: 'holds(b, 2)', e: 'setup(e)'}",
            ["`b` holds itself: b -> d -> b", "`e` holds itself: e -> e"],
        ),
    ],
)
def test_circles(setups: str, messages: list[str]) -> None:
    found = findings(f"setups: {setups}\nactions: {{entry_long: a}}\n")
    assert [d.message for d in found if d.code == "E404"] == messages
    assert {d.code for d in found} == {"E404"}


def test_one_namespace() -> None:
    assert codes("setups: {ema_9: 'close > 1'}\n") == ["E105"]
    assert codes("setups: {close: 'close > 1'}\n") == ["E307"]
    assert codes("setups: [close]\n") == ["E103"]
    assert codes("setups: {up: }\n") == ["E103"]


def test_setups_that_multiply_are_refused_in_a_moment() -> None:
    doubling = [f"  s{k + 1}: [s{k}, s{k}]" for k in range(60)]
    sections = "\n".join(["setups:", "  s0: 'ema_9 > ema_21 or rsi_14 < 70'", *doubling])
    found = one(f"{sections}\nactions: {{entry_long: s60}}\n", "E502")
    assert f"{MAX_CONDITIONS:,}" in found.message
