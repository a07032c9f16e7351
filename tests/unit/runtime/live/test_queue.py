"""What waits is handed over by rank, then by arrival; ticks come together."""

import threading
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tradec.runtime.live.events import (
    Bar,
    Control,
    End,
    Event,
    Fetched,
    Rank,
    Signalled,
    Ticks,
    rank_of,
    topic_of,
)
from tradec.runtime.live.protocols import Frame, Link, Minute
from tradec.runtime.live.queue import EventQueue

MINUTE = Minute(ts=0, open=1.0, high=1.0, low=1.0, close=1.0, volume=0.0)


def frame(topic: str, mark: int = 0) -> Frame:
    return Frame("private", 1, 0.0, f'{{"topic": "{topic}","id":{mark},"data":[]}}')


EVENTS: dict[Rank, Event] = {
    Rank.CONTROL: Control("stop"),
    Rank.EXEC: frame("execution.linear"),
    Rank.ORDER: frame("order"),
    Rank.POSITION: frame("position"),
    Rank.WALLET: frame("wallet"),
    Rank.FEED: Link("public", 1, "up", 0.0),
    Rank.BAR: Bar(MINUTE, 0),
    Rank.TICK: frame("tickers.BTCUSDT"),
}


def test_the_order_of_the_spec() -> None:
    queue = EventQueue()
    for event in reversed(EVENTS.values()):
        assert queue.put(event)
    assert queue.depth == len(EVENTS)
    heard = [queue.get(0) for _ in EVENTS]
    assert heard == [*list(EVENTS.values())[:-1], Ticks((frame("tickers.BTCUSDT"),))]
    assert queue.get(0) is None
    assert [rank_of(e) for e in (Signalled(15), End(), Fetched(0, 0, (), 0))] == [
        Rank.CONTROL,
        Rank.BAR,
        Rank.BAR,
    ]
    assert topic_of(Frame("public", 1, 0.0, '{"success":true,"op":"subscribe"}')) == ""


@given(st.lists(st.sampled_from([*EVENTS]).filter(lambda rank: rank is not Rank.TICK)))
def test_within_a_rank_the_first_is_first(ranks: list[Rank]) -> None:
    queue = EventQueue()
    events: list[Any] = [Control(str(k)) if r == 0 else EVENTS[r] for k, r in enumerate(ranks)]
    for event in events:
        queue.put(event)
    assert [queue.get(0) for _ in events] == sorted(events, key=rank_of)


def test_ticks_count_as_one_and_keep_their_order() -> None:
    now = [10.0]
    queue = EventQueue(monotonic=lambda: now[0])
    for k in range(3):
        queue.put(frame("tickers.X", k))
        now[0] += 1
    assert (queue.depth, queue.age) == (1, 3.0)
    assert queue.get(0) == Ticks(tuple(frame("tickers.X", k) for k in range(3)))
    assert (queue.depth, queue.age) == (0, 0.0)


def test_who_waits_for_room_is_let_go_when_it_closes() -> None:
    queue, answers = EventQueue(room=1), []
    queue.put(End())
    thread = threading.Thread(target=lambda: answers.append(queue.put(End(), wait=True)))
    thread.start()
    queue.get(1)
    thread.join(5)
    assert answers == [True]
    thread = threading.Thread(target=lambda: answers.append(queue.put(End(), wait=True)))
    thread.start()
    queue.close()
    thread.join(5)
    assert answers == [True, False]
    assert not queue.put(End())
