"""The words of the records against the C enums, and the actions against the compiler's."""

import re
from pathlib import Path

import pytest

import tradec.runtime.sim
from tradec.compiler.ir import Action
from tradec.runtime.sim import terms
from tradec.runtime.sim.records import (
    CAPS,
    CODES,
    FLAGS,
    IN_FORCE,
    KINDS,
    PURPOSES,
    SOURCES,
    STATUSES,
    STOPS,
)
from tradec.runtime.sim.rules import BEYOND, MODELS, OPPOSITE, ORDER_TYPES

SIM = Path(tradec.runtime.sim.__file__).parent
RENAMED = {
    "stop_loss": "sl",
    "take_profit": "tp",
    "end_of_run": "end_of_data",
    "no_code": "",
    "no_cap": "",
    "at_open": "open",
    "at_level": "level",
    "at_close": "close",
    "max_margin": "max_margin_usdt",
    "max_notional": "max_notional_usdt",
    "at_bankruptcy": "bankruptcy_price",
    "stop": "stop_market",
    "post_only": "PostOnly",
    "no_stop": "end_of_data",
    "floor_hit": "equity_floor_hit",
    "drawdown_hit": "max_drawdown_hit",
    "points": "fixed_points",
    "volatility": "atr_multiple",
    "ratio": "rr_ratio",
    "fixed_margin": "fixed_usdt",
    "trail_percent": "percent",
    "trail_volatility": "volatility",
    "root": "sqrt",
}


def members(name: str) -> dict[str, int]:
    """Return the members of a C enum as the sources write it; `name` may be the first of them.

    Members that are an index of an array stand in an enum without a name.
    """
    called = rf"cdef enum {name}:.*\n|cdef enum:.*\n(?=    {name} = 0)"
    for path in (*sorted(SIM.glob("*.pxd")), SIM / "exchange.pyx"):
        found = re.search(rf"^(?:{called})((?:    \w+ = \d+.*\n)+)", path.read_text(), re.MULTILINE)
        if found:
            return {word: int(code) for word, code in re.findall(r"(\w+) = (\d+)", found[1])}
    pytest.fail(f"no C enum {name}")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Purpose", PURPOSES),
        ("Status", STATUSES),
        ("Code", CODES),
        ("Source", SOURCES),
        ("NO_CAP", CAPS),
        ("Kind", KINDS),
        ("InForce", IN_FORCE),
        ("Stop", STOPS),
        ("Model", MODELS),
        ("Opposite", OPPOSITE),
        ("Beyond", BEYOND),
    ],
)
def test_words_follow_the_codes(name: str, words: tuple[str, ...]) -> None:
    assert renamed(name) == {word.lower(): code for code, word in enumerate(words)}


def renamed(name: str) -> dict[str, int]:
    """Return the members of a C enum by the words that records and plays have for them."""
    named = {RENAMED.get(key.lower(), key.lower()): code for key, code in members(name).items()}
    return {word.lower(): code for word, code in named.items()}


@pytest.mark.parametrize(
    ("name", "codes"),
    [("Measure", terms.MEASURES), ("Trail", terms.TRAILS), ("Impact", terms.IMPACTS)],
)
def test_rules_follow_the_codes(name: str, codes: dict[str, int]) -> None:
    told = renamed(name)
    assert {word: code for word, code in told.items() if code} == codes


def test_flags_follow_the_codes() -> None:
    assert renamed("Flag") == {word: bit for bit, word in FLAGS.items()}


def test_order_types_are_those_of_orders() -> None:
    assert [kind.removesuffix("_MARKET").lower() for kind in KINDS] == ["market", *ORDER_TYPES[1:]]


def test_actions_are_the_compilers() -> None:
    assert members("Action") == {action.name: action.value for action in Action if action.value}
