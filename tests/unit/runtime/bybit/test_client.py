"""The client against the loopback server: pybit's real HTTP, scripted faults."""

import logging
import time
from collections.abc import Iterator
from typing import Any

import pytest

from fakebybit.faults import Fault
from fakebybit.server import TEST_SECRET, FakeBybit
from fakebybit.worlds import T0, client, market
from tradec.runtime.bybit.endpoints import KLINE, TIME, Endpoint
from tradec.runtime.bybit.errors import (
    BybitError,
    ForbiddenError,
    MisconfiguredError,
    RefusedError,
    UnknownOutcomeError,
    UnreachableError,
)
from tradec.runtime.bybit.session import Key

ECHO = Endpoint(path="/v5/order/create", bucket="order.write", method="POST", signed=True)
READ = Endpoint(path="/v5/position/list", bucket="read", signed=True)
NOW = T0 + 600_000


class Echo:
    """Private routes that answer with what they were asked, and count it."""

    def __init__(self) -> None:
        self.orders: list[Any] = []
        self.routes: dict[str, Any] = {ECHO.path: self._order, READ.path: dict}

    def _order(self, params: Any) -> Any:
        self.orders.append(params)
        return {"orderId": str(len(self.orders)), **params}


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def server(echo: Echo) -> Iterator[FakeBybit]:
    with FakeBybit(market(10), now_ms=NOW, private=echo) as running:
        yield running


def test_a_public_call_needs_no_key_and_signs_nothing(server: FakeBybit) -> None:
    one, _ = client(server)
    answer = one.call(TIME)
    assert answer.time_ms == NOW
    assert not server.register.of(TIME.path)[0].signed


def test_a_signed_call_is_accepted_by_a_server_that_checks(server: FakeBybit) -> None:
    one, _ = client(server, signed=True)
    assert one.call(READ, symbol="BTCUSDT", limit=5).result == {"symbol": "BTCUSDT", "limit": "5"}
    made = one.call(ECHO, qty="0.001", price="50000.10").result
    assert made == {"orderId": "1", "qty": "0.001", "price": "50000.10"}


@pytest.mark.parametrize("skew_ms", [-90_000, 3_000, 40_000])
def test_a_wrong_machine_clock_is_measured_and_made_good(server: FakeBybit, skew_ms: int) -> None:
    one, _ = client(server, signed=True, wall=lambda: (server.clock.now_ms() + skew_ms) / 1000.0)
    one.call(READ, symbol="BTCUSDT")
    assert one.offset_ms == pytest.approx(-skew_ms, abs=5)
    assert one.now_ms() == pytest.approx(NOW, abs=5)


def test_a_clock_that_goes_wrong_later_is_measured_again(server: FakeBybit) -> None:
    skew = [0]
    one, _ = client(server, signed=True, wall=lambda: (server.clock.now_ms() + skew[0]) / 1000.0)
    one.call(READ)
    skew[0] = 5_000
    assert one.call(ECHO, qty="1").result["orderId"] == "1"
    assert one.offset_ms == pytest.approx(-5_000, abs=5)


def test_a_clock_that_cannot_be_made_good_ends_after_two_tries(
    server: FakeBybit, echo: Echo
) -> None:
    server.faults.always(ECHO.path, Fault(ret_code=10002))
    one, _ = client(server, signed=True)
    with pytest.raises(RefusedError, match="outside of the allowed window"):
        one.call(ECHO, qty="1")
    assert server.register.counts()[ECHO.path] == 3
    assert echo.orders == []


def test_too_fast_with_a_reset_time_waits_until_then(server: FakeBybit) -> None:
    headers = {"X-Bapi-Limit-Reset-Timestamp": str(NOW + 1_500)}
    server.faults.add(READ.path, Fault(ret_code=10006, headers=headers))
    one, pauses = client(server, signed=True)
    one.call(READ)
    assert 1.5 <= sum(pauses.slept) <= 1.5 * 1.25 + 0.1


def test_too_fast_with_a_reset_in_the_past_waits_a_moment(server: FakeBybit) -> None:
    headers = {"X-Bapi-Limit-Reset-Timestamp": str(NOW - 9_000)}
    server.faults.add(ECHO.path, Fault(ret_code=10006, headers=headers))
    one, pauses = client(server, signed=True)
    assert one.call(ECHO, orderLinkId="a").result["orderLinkId"] == "a"
    assert 0.05 <= sum(pauses.slept) <= 0.2


def test_too_fast_without_headers_backs_off_and_gives_up_at_the_deadline(
    server: FakeBybit,
) -> None:
    server.faults.always(READ.path, Fault(ret_code=10006))
    one, pauses = client(server, signed=True)
    with pytest.raises(RefusedError, match="10006"):
        one.call(READ, deadline=20.0)
    assert 10.0 < sum(pauses.slept) <= 26.0
    assert server.register.counts()[READ.path] > 4


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=502),
        Fault(status=429),
        Fault(truncate=True),
        Fault(reset=True),
        Fault(ret_code=10000),
        Fault(ret_code=10016),
    ],
    ids=["500", "502", "429", "half of the JSON", "reset", "10000", "10016"],
)
def test_a_read_is_repeated_until_it_succeeds(server: FakeBybit, fault: Fault) -> None:
    server.faults.add(READ.path, fault, fault)
    one, _ = client(server, signed=True)
    assert one.call(READ, symbol="X").result == {"symbol": "X"}
    assert server.register.counts()[READ.path] == 3


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(truncate=True),
        Fault(reset=True),
        Fault(reset=True, applied=False),
        Fault(ret_code=10000),
    ],
    ids=["500", "half of the JSON", "answer lost", "request lost", "10000"],
)
def test_a_write_without_an_answer_is_never_repeated(
    server: FakeBybit, echo: Echo, fault: Fault
) -> None:
    server.faults.add(ECHO.path, fault)
    one, _ = client(server, signed=True)
    with pytest.raises(UnknownOutcomeError):
        one.call(ECHO, orderLinkId="once")
    assert server.register.counts()[ECHO.path] == 1
    assert len(echo.orders) <= 1


def test_an_answer_that_trickles_in_meets_the_deadline(server: FakeBybit) -> None:
    server.faults.always(READ.path, Fault(trickle=0.02))
    one, _ = client(server, signed=True)
    one.measure_clock()
    begun = time.monotonic()
    with pytest.raises(UnreachableError, match="DeadlineError"):
        one.call(READ, deadline=0.5)
    assert time.monotonic() - begun < 3.0


def test_a_silent_server_meets_the_deadline(server: FakeBybit) -> None:
    server.faults.always(READ.path, Fault(delay=3.0))
    one, _ = client(server, signed=True)
    one.measure_clock()
    begun = time.monotonic()
    with pytest.raises(UnreachableError, match="ReadTimeout"):
        one.call(READ, deadline=0.3)
    assert time.monotonic() - begun < 2.0


def test_a_host_that_nobody_listens_on_is_unreachable_even_for_a_write() -> None:
    with FakeBybit(now_ms=NOW) as gone:
        one, _ = client(gone, signed=True)
        one.measure_clock()
    with pytest.raises(UnreachableError) as caught:
        one.call(ECHO, deadline=1.0)
    assert caught.value.exit_code == 8


def test_a_403_stops_everything_but_what_reduces_risk(server: FakeBybit, echo: Echo) -> None:
    server.faults.add(KLINE.path, Fault(status=403))
    one, pauses = client(server, signed=True)
    with pytest.raises(ForbiddenError, match="refuses this address"):
        one.call(KLINE, symbol="BTCUSDT")
    asked = len(server.register.seen)
    with pytest.raises(ForbiddenError, match="no requests for another"):
        one.call(READ)
    assert len(server.register.seen) == asked + 5  # the clock was measured, the call was not made
    one.call(ECHO, reducing=True, reduceOnly=True)
    assert len(echo.orders) == 1
    pauses.sleep(601.0)
    assert one.call(READ).result == {}


@pytest.mark.parametrize("status", [401, 404])
def test_a_wrong_path_or_host_is_the_configuration(server: FakeBybit, status: int) -> None:
    server.faults.add(READ.path, Fault(status=status))
    one, _ = client(server, signed=True)
    with pytest.raises(MisconfiguredError) as caught:
        one.call(READ)
    assert caught.value.exit_code == 2
    assert server.register.counts()[READ.path] == 1


def test_a_bad_key_is_fatal_and_asks_once(server: FakeBybit) -> None:
    one, _ = client(server, signed=True)
    server.keys.clear()
    with pytest.raises(RefusedError) as caught:
        one.call(READ)
    assert caught.value.row.meaning == "fatal"
    assert caught.value.exit_code == 3
    assert server.register.counts()[READ.path] == 1


def test_nothing_secret_is_logged_or_shown(
    server: FakeBybit, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, []
    try:
        one, _ = client(server, signed=True)
    finally:
        root.handlers = handlers
    server.faults.add(READ.path, Fault(ret_code=10006), Fault(ret_code=110001))
    with caplog.at_level(logging.DEBUG), pytest.raises(BybitError) as caught:
        one.call(READ, symbol="BTCUSDT")
    spoken = caplog.text + str(caught.value) + repr(caught.value.details) + repr(one.__dict__)
    captured = capsys.readouterr()
    for word in (TEST_SECRET, "X-BAPI-SIGN"):
        assert word not in spoken + captured.out + captured.err
    assert TEST_SECRET not in repr(Key("loopback-key", TEST_SECRET))
