"""Cases and entries that never act because of others, and entries that undo themselves."""

import pytest

from frontend import findings, one, placed

_HEAD = "position_policy: {mode: long_short, exit_mode: first_hit}\n"
IGNORED = {"W102", "W106"}


def codes(actions: str, head: str = _HEAD) -> list[str]:
    return [f.code for f in findings(f"{head}actions:\n{actions}") if f.code not in IGNORED]


def block(*cases: tuple[str, str], name: str = "b", otherwise: str = "") -> str:
    lines = [f"  - id: {name}", "    cases:"]
    for when, emit in cases:
        lines += [f'      - when: "{when}"', f"        emit: [{emit}]"]
    if otherwise:
        lines += [f"    else: {{emit: [{otherwise}]}}"]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("cases", "found"),
    [
        ((("rsi_14 > 50", "entry_long"), ("rsi_14 > 70", "entry_short")), ["W122"]),
        ((("rsi_14 > 70", "entry_short"), ("rsi_14 > 50", "entry_long")), []),
        ((("rsi_14 > 50", "entry_long"), ("rsi_14 < 50", "entry_short")), []),
        ((("rsi_14 > 50", "entry_long"), ("rsi_14 > 50", "entry_short")), ["W122"]),
        (
            (
                ("rsi_14 > 50", "entry_long"),
                ("rsi_14 <= 50", "entry_short"),
                ("rsi_14 > 30 and close > open", "entry_long"),
            ),
            ["W122"],
        ),
        (
            (
                ("rsi_14 > 60 or close > open", "entry_long"),
                ("rsi_14 > 70 and close > ema_9", "entry_short"),
            ),
            ["W122"],
        ),
        # the first may be Unknown where the second is True: ema_21 comes later than rsi_14
        ((("rsi_14 > 50 or close > ema_21", "entry_long"), ("rsi_14 > 40", "entry_short")), []),
        # decided conditions are told once, not again as cases
        ((("rsi_14 > 120", "entry_long"), ("rsi_14 > 110", "entry_short")), ["W107", "W107"]),
    ],
)
def test_cases(cases: tuple[tuple[str, str], ...], found: list[str]) -> None:
    assert codes(block(*cases)) == found


def test_a_covered_case_names_the_case_that_speaks() -> None:
    sections = (
        _HEAD
        + "actions:\n"
        + block(
            ("close > open", "entry_long"),
            ("rsi_14 > 50", "entry_long"),
            ("rsi_14 > 70", "entry_short"),
        )
    )
    warning = one(sections, "W122")
    assert "rsi_14 > 70" in placed(sections, warning)
    assert warning.message == (
        "the case `rsi_14 > 70` is never reached: `rsi_14 > 50` is true as well then"
    )
    assert [label.text for label in warning.labels] == ["this case speaks instead"]


MAP = '  entry_long: "{}"\n  entry_short: "{}"\n'


@pytest.mark.parametrize(
    ("long", "short", "mode", "found"),
    [
        ("rsi_14 > 50", "rsi_14 > 70", "long_short", ["W122"]),
        ("rsi_14 > 70", "rsi_14 > 50", "long_short", []),
        ("rsi_14 > 70", "rsi_14 < 30", "long_short", []),
        ("ema_9 crosses above ema_21", "ema_9 > ema_21", "long_short", []),
        ("ema_9 > ema_21", "ema_9 crosses above ema_21", "long_short", ["W122"]),
        # a forbidden entry does not stand before another one
        ("rsi_14 > 50", "rsi_14 > 70", "short_only", ["W101"]),
    ],
)
def test_entries_in_blocks_of_their_own(long: str, short: str, mode: str, found: list[str]) -> None:
    assert codes(MAP.format(long, short), _HEAD.replace("long_short", mode)) == found


def test_two_entries_of_one_case() -> None:
    assert codes(block(("rsi_14 > 50", "entry_long, entry_short"))) == ["W122"]
    assert codes(block(("rsi_14 > 50", "exit_long, entry_short"))) == []
    assert codes(block(("rsi_14 > 50", "exit_all, entry_short"))) == ["W123"]


def test_a_later_case_of_another_block_does_not_stand_before() -> None:
    first = block(("close > open", "exit_short"), ("rsi_14 > 50", "entry_long"))
    second = block(("rsi_14 > 70", "entry_short"), name="c")
    assert codes(first + second) == []


EXITS = '  entry_long: "{}"\n  exit_long: "{}"\n'


@pytest.mark.parametrize(
    ("entry", "exit_", "found"),
    [
        ("rsi_14 > 60", "rsi_14 > 40", ["W123"]),
        ("rsi_14 > 60", "rsi_14 < 40", []),
        ("rsi_14 > 60", "rsi_14 > 70", []),
        ("rsi_14 > 60", "rsi_14 > 60", ["W123"]),
        ("ema_9 crosses above ema_21", "ema_9 > ema_21", ["W123"]),
        ("ema_9 crosses above ema_21", "ema_9 < ema_21", []),
        ("ema_9 > ema_21", "ema_9 crosses above ema_21", []),
        ("close > ema_9 and rsi_14 > 50", "close > ema_9 or rsi_14 > 90", ["W123"]),
    ],
)
def test_entries_that_are_left_at_once(entry: str, exit_: str, found: list[str]) -> None:
    assert codes(EXITS.format(entry, exit_)) == found


def test_an_exit_of_the_other_side_does_not_undo() -> None:
    actions = (
        '  entry_long: "rsi_14 > 60"\n  exit_short: "rsi_14 > 40"\n  exit_long: "rsi_14 < 9"\n'
    )
    assert codes(actions) == []
    assert codes(actions.replace("exit_short", "exit_all")) == ["W123"]


def test_a_case_of_the_same_block_does_not_undo() -> None:
    assert codes(block(("rsi_14 > 60", "entry_long"), ("close < open", "exit_long"))) == []
    assert codes(block(("rsi_14 > 60", "entry_long"), ("rsi_14 > 40", "exit_long"))) == []


def test_what_undoes_an_entry_is_named() -> None:
    sections = _HEAD + "actions:\n" + EXITS.format("rsi_14 > 60", "rsi_14 > 40")
    warning = one(sections, "W123")
    assert warning.message == "whenever `entry_long` is true, `exit_long` is true as well"
    assert placed(sections, warning) == "exit_long"
    assert [label.text for label in warning.labels] == ["enters here"]
