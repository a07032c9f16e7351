"""A rule of very many parts: what concerns one of them is found among the others."""

import pytest

from frontend import findings

LENGTHS = range(2, 102)
FEATURES = "".join(f"  ema_{n}: {{indicator: ema, params: {{length: {n}}}}}\n" for n in LENGTHS)
MANY = [f"close > ema_{n}" for n in LENGTHS]


def said(*parts: str, word: str = "all") -> list[tuple[str, str]]:
    rows = "".join(f"      - {part}\n" for part in parts)
    sections = (
        f"features:\n{FEATURES}  rsi_14: {{indicator: rsi}}\n"
        f"actions:\n  entry_long:\n    {word}:\n{rows}"
    )
    found = findings(sections)
    return [(one.code, one.message) for one in found if one.code not in {"W102", "W103"}]


def test_many_parts_that_say_something_each_are_left_alone() -> None:
    assert said(*MANY, "rsi_14 > 50") == []


@pytest.mark.parametrize("word", ["all", "any"])
def test_what_is_said_twice_far_apart_is_found(word: str) -> None:
    assert said(*MANY, MANY[1], word=word) == [("W121", f"`{MANY[1]}` is said twice")]


def test_a_contradiction_far_apart_names_its_two_parts() -> None:
    ((code, message),) = said("rsi_14 > 60", *MANY, "rsi_14 < 50")
    assert (code, message) == (
        "W101",
        "`rsi_14 > 60` and `rsi_14 < 50` are never true together",
    )


def test_a_contradiction_over_several_numbers_is_found() -> None:
    ((code, message),) = said("ema_9 > ema_21", *MANY, "ema_50 > ema_9", "ema_21 > ema_50")
    assert code == "W101"
    assert all(part in message for part in ("ema_9 > ema_21", "ema_50 > ema_9", "ema_21 > ema_50"))


def test_what_follows_from_parts_far_apart_is_found() -> None:
    ((code, message),) = said("ema_9 > ema_21", *MANY, "ema_21 > ema_50", "ema_9 > ema_50")
    assert code == "W121"
    assert message.startswith("`ema_9 > ema_50` adds nothing")


def test_a_choice_that_a_part_far_away_excludes_is_found() -> None:
    parts = ("rsi_14 > 60", *MANY, "rsi_14 < 50 or ema_9 > ema_21")
    ((code, message),) = said(*parts)
    assert (code, message) == ("W101", "`rsi_14 < 50` is never true beside `rsi_14 > 60`")
