"""The words of the records against the C enums, and the actions against the compiler's."""

import re
from pathlib import Path

import pytest

import tradec.runtime.sim
from tradec.compiler.ir import Action
from tradec.runtime.sim.records import CAPS, CODES, PURPOSES, SOURCES, STATUSES

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
}


def members(name: str) -> dict[str, int]:
    """Return the members of a C enum as the sources write it."""
    for path in (*sorted(SIM.glob("*.pxd")), SIM / "exchange.pyx"):
        found = re.search(
            rf"^cdef enum {name}:.*\n((?:    \w+ = \d+.*\n)+)", path.read_text(), re.MULTILINE
        )
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
        ("Cap", CAPS),
    ],
)
def test_words_follow_the_codes(name: str, words: tuple[str, ...]) -> None:
    told = {RENAMED.get(key.lower(), key.lower()): code for key, code in members(name).items()}
    assert told == {word.lower(): code for code, word in enumerate(words)}


def test_actions_are_the_compilers() -> None:
    assert members("Action") == {action.name: action.value for action in Action if action.value}
