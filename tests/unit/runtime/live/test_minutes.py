"""Whatever a feed does to a stream of minutes, the machine is fed the clean one."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradec.runtime.live.minutes import Gate
from tradec.runtime.live.protocols import Minute
from tradec.runtime.timeframe import MINUTE_MS

T0 = 1_736_121_600_000


def minute(k: int, **changed: Any) -> Minute:
    price = 100.0 + k % 7
    plain = Minute(
        ts=T0 + k * MINUTE_MS, open=price, high=price + 1, low=price - 1, close=price, volume=k
    )
    return replace(plain, **changed)


@st.composite
def streams(draw: st.DrawFn) -> tuple[list[Minute], list[Minute]]:
    """Return clean minutes, and what a feed makes of them: some lost, repeated, late, revised."""
    clean = [minute(k) for k in range(draw(st.integers(1, 30)))]
    heard: list[tuple[float, Minute]] = []
    for k, one in enumerate(clean):
        match draw(st.sampled_from(("as it is", "as it is", "lost", "twice", "late", "revised"))):
            case "lost":
                continue
            case "late":
                heard.append((k + draw(st.integers(1, 6)) + 0.5, one))
            case "twice":
                heard += [(k, one), (k + draw(st.integers(0, 5)) + 0.25, one)]
            case "revised":
                heard += [(k, one), (k + draw(st.integers(0, 5)) + 0.25, replace(one, volume=0.5))]
            case _:
                heard.append((k, one))
    heard.sort(key=lambda pair: pair[0])
    return clean, [one for _, one in heard]


@given(streams())
def test_the_machine_is_fed_the_clean_series(case: tuple[list[Minute], list[Minute]]) -> None:
    clean, heard = case
    gate, fed = Gate(T0, 100.0), []
    for one in heard:
        fed += gate.offer(one).minutes
        while gate.missing:  # the exchange is asked, and answers with what was lost
            start, end = gate.missing
            for lost in clean:
                if start <= lost.ts < end:
                    fed += gate.offer(lost).minutes
    assert fed == clean[: len(fed)]
    assert gate.next_ts == T0 + len(fed) * MINUTE_MS
    assert {one.ts for one in heard} <= {one.ts for one in fed}


def test_a_minute_ahead_waits_for_those_before_it_and_the_gap_is_told_once() -> None:
    gate = Gate(T0, 100.0)
    found = gate.offer(minute(3))
    assert found.minutes == []
    assert [(note.kind, note.ts, note.end) for note in found.notes] == [
        ("bar_gap", T0, T0 + 3 * MINUTE_MS)
    ]
    assert gate.missing == (T0, T0 + 3 * MINUTE_MS)
    assert gate.offer(minute(4)).notes == []
    assert gate.offer(minute(0)).minutes == [minute(0)]
    assert gate.offer(minute(2)).minutes == []
    assert gate.offer(minute(1)).minutes == [minute(k) for k in (1, 2, 3, 4)]
    assert gate.missing is None


def test_a_revision_is_told_and_not_fed() -> None:
    gate = Gate(T0, 100.0)
    gate.offer(minute(0))
    found = gate.offer(minute(0, close=99.5))
    assert found.minutes == []
    assert [(note.kind, note.old, note.new) for note in found.notes] == [
        ("bar_revised", minute(0), minute(0, close=99.5))
    ]
    assert gate.offer(minute(0, close=99.5)).notes == []  # that version is known now
    assert (gate.counts.revised, gate.counts.duplicates) == (1, 1)


def test_what_the_exchange_does_not_have_is_flat_at_the_close_before() -> None:
    gate = Gate(T0, 42.0)
    gate.offer(minute(2))
    found = gate.absent(T0, T0 + 2 * MINUTE_MS)
    assert [(one.close, one.volume, one.is_flat) for one in found.minutes] == [
        (42.0, 0.0, True),
        (42.0, 0.0, True),
        (minute(2).close, 2, False),
    ]
    assert gate.counts.flat == 2
    assert gate.absent(T0, T0 + 2 * MINUTE_MS).minutes == []  # said once more, later
    assert gate.offer(minute(0)).minutes == []  # it has been fed as flat, and stays so


def test_only_whole_minutes_are_known() -> None:
    with pytest.raises(ValueError, match="does not open"):
        Gate(T0, 1.0).offer(minute(0, ts=T0 + 1))
    with pytest.raises(ValueError, match="not the opening time"):
        Gate(T0 + 1, 1.0)
