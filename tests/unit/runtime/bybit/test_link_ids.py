"""Ids of orders: readable back, bounded, and never anybody else's."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradec.runtime.bybit.link_ids import LONGEST, LinkId, instance_of, is_of, parse

INSTANCE = instance_of("24617703", "demo", "BTCUSDT", "a_play")

ids = st.builds(
    LinkId,
    instance=st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=6, max_size=6),
    ts=st.integers(0, 2_500_000_000_000),
    role=st.sampled_from("EXSTMPC"),
    slot=st.integers(0, 35),
    attempt=st.integers(0, 35),
)


@given(ids)
def test_an_id_reads_back_and_fits(made: LinkId) -> None:
    text = str(made)
    assert parse(text) == made
    assert len(text) <= LONGEST
    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)


@given(ids, ids)
def test_different_parts_are_different_ids(one: LinkId, other: LinkId) -> None:
    assert (str(one) == str(other)) == (one == other)


@given(ids, st.integers(0, 27), st.sampled_from("0123456789abcdefEXS-"))
def test_a_changed_letter_is_no_id(made: LinkId, place: int, letter: str) -> None:
    text = str(made)
    changed = text[:place] + letter + text[place + 1 :]
    assert changed == text or parse(changed) is None


@pytest.mark.parametrize(
    "text", ["", "SL_BTC_1", "tc1", "tc1----", "tc1-k3f9qz-lx8w2m9c-0E0", "x" * 36]
)
def test_what_is_not_ours_is_no_id(text: str) -> None:
    assert parse(text) is None
    assert not is_of(text, INSTANCE)


def test_an_example() -> None:
    made = LinkId(instance="k3f9qz", ts=1_735_689_600_000, role="E")
    assert str(made) == "tc1-k3f9qz-m5d4ruo0-0E0-f290"
    assert str(made.again()).startswith("tc1-k3f9qz-m5d4ruo0-0E1-")
    assert (made.child(3).slot, made.again().attempt) == (3, 1)


def test_an_instance_is_the_account_the_mode_the_symbol_and_the_play() -> None:
    parts = ("uid", "demo", "BTCUSDT", "play")
    others = {
        instance_of(*(part + "x" * (k == n) for n, part in enumerate(parts))) for k in range(4)
    }
    assert len(others | {instance_of(*parts)}) == 5
    assert instance_of(*parts) == instance_of(*parts)
    text = str(LinkId(instance=INSTANCE, ts=1, role="X"))
    assert is_of(text, INSTANCE)
    assert not is_of(text, instance_of(*parts))


@pytest.mark.parametrize(
    "wrong", [{"instance": "k3f9q"}, {"ts": -1}, {"slot": 36}, {"attempt": 36}]
)
def test_parts_out_of_bounds_are_refused(wrong: dict[str, object]) -> None:
    given: dict[str, object] = {"instance": INSTANCE, "ts": 1, "role": "E"}
    with pytest.raises(ValueError, match="digit"):
        LinkId(**{**given, **wrong})  # type: ignore[arg-type]
