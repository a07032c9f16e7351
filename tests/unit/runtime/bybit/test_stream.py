"""Supervised sockets on pybit's real class; each test names the trap of bybit.md 6 it closes."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fakebybit.inbox import Kept
from fakebybit.server import TEST_KEY, TEST_SECRET, FakeBybit
from fakebybit.worlds import T0, market
from tradec.runtime.bybit.pacing import Pace
from tradec.runtime.bybit.session import Key
from tradec.runtime.bybit.socket import Pings
from tradec.runtime.bybit.stream import Supervisor, Watch
from tradec.runtime.live.protocols import Frame, Link

KLINE, TICKER = "kline.1.BTCUSDT", "tickers.BTCUSDT"
PRIVATE = ("order", "execution", "position", "wallet")
QUICK = Pace(first=0.02, second=0.05, longest=0.1, attempts=200, settled=30.0)
ROW: dict[str, Any] = {"type": "snapshot", "data": [{"confirm": True}]}
MakeStream = Callable[..., Supervisor]


@pytest.fixture
def server() -> Iterator[FakeBybit]:
    with FakeBybit(market(10), now_ms=T0 + 600_000) as running:
        yield running


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def make(server: FakeBybit, kept: Kept) -> Iterator[MakeStream]:
    made: list[Supervisor] = []

    def start(*topics: str, inbox: Any = None, is_private: bool = False, **more: Any) -> Supervisor:
        more.setdefault("pace", QUICK)
        more.setdefault("now_ms", server.clock.now_ms)
        key = Key(TEST_KEY, TEST_SECRET) if is_private else None
        one = Supervisor(server.ws_base, topics, **{"key": key, **more})
        one.start(inbox or kept)
        made.append(one)
        return one

    yield start
    for one in made:
        one.close()
        assert not one._thread.is_alive()


def test_a_consumer_that_raises_does_not_end_the_feed(server: FakeBybit, make: MakeStream) -> None:
    """T1."""

    class Broken(Kept):
        def put(self, event: Frame | Link) -> None:
            super().put(event)
            if isinstance(event, Frame) and len(self.frames) == 1:
                raise RuntimeError("a defect of the consumer")

    kept = Broken()
    make(KLINE, inbox=kept)
    kept.wait_for("up")
    server.streams.push(KLINE, ROW)
    kept.wait(lambda one: len(one.frames) == 1)
    kept.wait_for("up", 2)
    server.streams.push(KLINE, ROW)
    kept.wait(lambda one: len(one.frames) == 2)


def test_unknown_frames_are_ignored(server: FakeBybit, make: MakeStream, kept: Kept) -> None:
    """T2."""
    make(KLINE)
    kept.wait_for("up")
    for junk in ('{"notice": "hello"}', "[]", "7", "no json"):
        server.streams.say(junk)
    server.streams.push(KLINE, ROW)
    kept.wait(lambda one: len(one.frames) == 1)
    assert kept.statuses == ["up"]


def test_a_refused_topic_leaves_the_others(server: FakeBybit, make: MakeStream, kept: Kept) -> None:
    """T3."""
    server.streams.refused.add(TICKER)
    make(TICKER, KLINE)
    assert kept.wait_for("refused").detail == TICKER
    server.streams.push(KLINE, ROW)
    kept.wait(lambda one: len(one.frames) == 1)
    assert kept.statuses == ["up", "refused"]


def test_an_answer_may_come_at_once_or_late(
    server: FakeBybit, make: MakeStream, kept: Kept
) -> None:
    """T4: no answer is lost to a race, and data before `up` come after it."""
    server.streams.push_on_subscribe = ROW
    for count in range(1, 9):
        one = make(KLINE, TICKER)
        kept.wait_for("up", count)
        one.close()
    assert set(kept.statuses) == {"up"}
    for place, event in enumerate(kept.events):
        if isinstance(event, Frame):
            before = [one for one in kept.events[:place] if isinstance(one, Link)]
            assert before, "a frame before its epoch was told"


def test_a_missing_answer_is_a_loss(server: FakeBybit, make: MakeStream, kept: Kept) -> None:
    server.streams.ackless = True
    make(KLINE, answer_seconds=0.1)
    assert "no answer to subscribe" in kept.wait_for("down").detail
    server.streams.ackless = False
    kept.wait_for("up")


def test_a_delta_before_a_snapshot_is_handed_over(
    server: FakeBybit, make: MakeStream, kept: Kept
) -> None:
    """T5: merging is the consumer's."""
    make(TICKER)
    kept.wait_for("up")
    server.streams.push(TICKER, {"type": "delta", "data": {"lastPrice": "1"}})
    kept.wait(lambda one: len(one.frames) == 1)
    assert kept.data[0]["type"] == "delta"


def test_a_wrong_key_is_final(server: FakeBybit, make: MakeStream, kept: Kept) -> None:
    """T6: told once, not tried again, nothing blocks."""
    one = make(*PRIVATE, is_private=True, key=Key(TEST_KEY, "wrong"))
    kept.wait_for("auth_failed")
    one._thread.join(5)
    assert kept.statuses == ["auth_failed"]
    assert server.streams.accepted == 1


def test_a_login_without_an_answer_has_a_deadline(
    server: FakeBybit, make: MakeStream, kept: Kept
) -> None:
    """T6."""
    server.streams.authless = True
    make(*PRIVATE, is_private=True, answer_seconds=0.1)
    assert "no answer to auth" in kept.wait_for("down").detail
    server.streams.authless = False
    kept.wait_for("up")


def test_an_outage_is_outlived_with_pauses(server: FakeBybit, make: MakeStream, kept: Kept) -> None:
    """T7, T8: neither given up after ten attempts nor tried without pauses."""
    make(KLINE)
    kept.wait_for("up")
    server.streams.deaf = True
    server.streams.drop(abort=True)
    kept.wait_for("down", 12)
    server.streams.deaf = False
    assert kept.wait_for("up", 2).epoch >= 13
    server.streams.push(KLINE, ROW)
    kept.wait(lambda one: len(one.frames) == 1)


def test_too_many_attempts_are_a_storm(server: FakeBybit, make: MakeStream, kept: Kept) -> None:
    """T8: the budget of attempts is kept."""
    server.streams.deaf = True
    pace = Pace(first=0.0, second=0.0, attempts=5, rest=60.0)
    one = make(KLINE, pace=pace)
    assert "resting 60 s" in kept.wait_for("storm").detail
    assert kept.statuses.count("down") == 5
    one.close(2.0)
    assert not one._thread.is_alive()


def test_the_first_attempt_can_succeed(server: FakeBybit, make: MakeStream, kept: Kept) -> None:
    """T9."""
    make(KLINE)
    assert kept.wait_for("up").epoch == 1
    assert server.streams.accepted == 1


@pytest.mark.parametrize("abort", [False, True])
def test_every_new_connection_is_told(
    server: FakeBybit, make: MakeStream, kept: Kept, *, abort: bool
) -> None:
    """T10: an outage that is over at once is a new epoch all the same."""
    make(KLINE)
    kept.wait_for("up")
    server.streams.drop(abort=abort)
    assert kept.wait_for("up", 2).epoch == 2
    assert kept.statuses == ["up", "down", "up"]


@pytest.mark.parametrize("frames", range(10))
def test_a_cut_at_any_step_is_outlived(
    server: FakeBybit, make: MakeStream, kept: Kept, frames: int
) -> None:
    """Login, four subscriptions, data: wherever the line is cut, a whole epoch follows."""
    server.streams.cut_after = frames
    make(*PRIVATE, is_private=True)
    kept.wait_for("up")
    for _ in range(6):
        server.streams.push("order", ROW)
    kept.wait(lambda one: one.statuses[-1] == "up" and one.statuses.count("down") == 1)
    assert {frame.epoch for frame in kept.frames} <= {link.epoch for link in kept.links}


def test_silence_is_stale_though_pongs_come(
    server: FakeBybit, make: MakeStream, kept: Kept
) -> None:
    """T11."""
    server.streams.mute = True
    make(KLINE, watch=Watch(limits=(("kline.1.", 0.3),)))
    assert KLINE in kept.wait_for("stale").detail
    server.streams.mute = False
    kept.wait_for("up", 2)


def test_no_pong_is_a_loss(server: FakeBybit, make: MakeStream, kept: Kept) -> None:
    """N17: a private socket that died for good is noticed though no message is expected."""
    make(*PRIVATE, is_private=True, pings=Pings(interval=0.3, timeout=0.2))
    kept.wait_for("up")
    server.streams.pongless = True
    assert "pong" in kept.wait_for("down").detail


def test_the_topic_that_arms_dcp_is_subscribed(
    server: FakeBybit, make: MakeStream, kept: Kept
) -> None:
    """T16."""
    make(*PRIVATE, "dcp.future", is_private=True)
    kept.wait_for("up")
    assert server.streams.wait_for("dcp.future")


def test_logins_carry_the_time_of_the_exchange(
    server: FakeBybit, make: MakeStream, kept: Kept
) -> None:
    """T18, N5: ten seconds of validity by the exchange's clock, whatever this machine says."""
    make("order", is_private=True, now_ms=lambda: server.clock.now_ms() - 8_000)
    kept.wait_for("up")


def test_a_login_that_expired_is_tried_again(
    server: FakeBybit, make: MakeStream, kept: Kept
) -> None:
    offset = [-60_000]
    make("order", is_private=True, now_ms=lambda: server.clock.now_ms() + offset[0])
    kept.wait_for("down")
    offset[0] = 0
    kept.wait_for("up")


def test_no_thread_is_left(server: FakeBybit, make: MakeStream, kept: Kept) -> None:
    """T19."""
    before = set(threading.enumerate())
    one = make(KLINE)
    kept.wait_for("up")
    for count in range(2, 6):
        server.streams.drop(abort=bool(count % 2))
        kept.wait_for("up", count)
    one.close()
    left = [thread for thread in threading.enumerate() if thread not in before]
    assert [thread.name for thread in left if thread.is_alive()] == []


def test_an_open_socket_does_not_hold_the_process(server: FakeBybit) -> None:
    """T19, R11: no os._exit is needed."""
    code = (
        "import sys, queue; from tradec.runtime.bybit.stream import Supervisor\n"
        "box = queue.Queue(); one = Supervisor(sys.argv[1], ['kline.1.BTCUSDT'])\n"
        "one.start(box); print(box.get(timeout=20).status); sys.exit(7)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, server.ws_base],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.stdout.strip(), done.returncode) == ("up", 7), done.stderr


def test_both_sides_go_where_they_are_told(server: FakeBybit, make: MakeStream, kept: Kept) -> None:
    """T17, T22: pybit's own hosts are nowhere used, and the paths are Bybit's."""
    make(KLINE)
    make("order", is_private=True)
    kept.wait(lambda one: one.statuses.count("up") == 2)
    assert set(server.streams.paths) == {"/v5/public/linear", "/v5/private"}


def test_nothing_secret_shows(make: MakeStream, kept: Kept) -> None:
    """T20."""
    one = make(*PRIVATE, is_private=True, key=Key(TEST_KEY, "very-secret"))
    kept.wait_for("auth_failed")
    assert "very-secret" not in json.dumps([repr(event) for event in kept.events]) + repr(one)
