"""Pages of market data from the loopback server."""

import math
from collections.abc import Iterator

import numpy as np
import pytest

from fakebybit.faults import Fault
from fakebybit.server import FakeBybit
from fakebybit.worlds import MINUTE_MS, T0, client, market
from tradec.runtime.bybit import market as bybit
from tradec.runtime.bybit.errors import BadAnswerError, RefusedError
from tradec.runtime.bybit.market import Span

MINUTES = 2_500
END = T0 + MINUTES * MINUTE_MS
WHOLE = Span(start=T0, end=END)


@pytest.fixture(scope="module")
def server() -> Iterator[FakeBybit]:
    with FakeBybit(market(MINUTES), market(10, "ETHUSDT"), now_ms=END) as running:
        yield running


def test_klines_come_whole_newest_page_first(server: FakeBybit) -> None:
    one, _ = client(server)
    pages = list(bybit.klines(one, "BTCUSDT", WHOLE))
    assert [len(page) for page in pages] == [1000, 1000, 500]
    rows = [row for page in reversed(pages) for row in page]
    np.testing.assert_array_equal(np.array(rows), server.markets["BTCUSDT"].minutes)


def test_the_bar_that_is_still_open_is_dropped(server: FakeBybit) -> None:
    try:
        server.clock.set(END - 30_000)
        one, _ = client(server)
        (page,) = bybit.klines(one, "BTCUSDT", Span(start=END - 5 * MINUTE_MS, end=END))
        assert [row[0] for row in page] == [END - k * MINUTE_MS for k in (5, 4, 3, 2)]
        server.clock.set(END)
        (page,) = bybit.klines(one, "BTCUSDT", Span(start=END - 5 * MINUTE_MS, end=END))
        assert page[-1][0] == END - MINUTE_MS
    finally:
        server.clock.set(END)


def test_a_span_is_half_open_and_may_be_empty(server: FakeBybit) -> None:
    one, _ = client(server)
    (page,) = bybit.klines(one, "BTCUSDT", Span(start=T0 + MINUTE_MS, end=T0 + 3 * MINUTE_MS))
    assert [row[0] for row in page] == [T0 + MINUTE_MS, T0 + 2 * MINUTE_MS]
    assert list(bybit.klines(one, "BTCUSDT", Span(start=T0, end=T0))) == []


def test_slower_bars_and_mark_prices(server: FakeBybit) -> None:
    one, _ = client(server)
    (page,) = bybit.klines(one, "BTCUSDT", Span(start=T0, end=T0 + 3_600_000), "15m")
    assert len(page) == 4
    (marks,) = bybit.mark_klines(one, "BTCUSDT", Span(start=T0, end=T0 + 3_600_000))
    np.testing.assert_array_equal(np.array(marks), server.markets["BTCUSDT"].mark[:60])


@pytest.mark.parametrize("name", ["funding", "open_interest", "long_short"])
def test_events_page_back_to_the_beginning(server: FakeBybit, name: str) -> None:
    one, _ = client(server)
    pages = list(getattr(bybit, name)(one, "BTCUSDT", WHOLE))
    rows = np.array([row for page in reversed(pages) for row in page])
    kept = {"funding": "funding", "open_interest": "interest", "long_short": "ratio"}[name]
    table = getattr(server.markets["BTCUSDT"], kept)
    np.testing.assert_array_equal(rows, table[table[:, 0] < END])


def test_one_sided_interest_may_be_absent(server: FakeBybit) -> None:
    table = server.markets["ETHUSDT"].interest
    table[:, 2] = math.nan
    one, _ = client(server)
    (page,) = bybit.open_interest(one, "ETHUSDT", Span(start=T0, end=T0 + 10 * MINUTE_MS))
    assert all(math.isnan(row[2]) for row in page)


def test_partial_pages_of_events_lose_nothing(server: FakeBybit) -> None:
    def newest_only(result: dict[str, list[object]]) -> dict[str, list[object]]:
        return {**result, "list": result["list"][:7]}

    path = "/v5/market/open-interest"
    server.faults.add(path, *[Fault(change=newest_only)] * 3)
    one, _ = client(server)
    pages = list(bybit.open_interest(one, "BTCUSDT", WHOLE))
    assert sum(map(len, pages)) == len(server.markets["BTCUSDT"].interest)


def test_every_instrument_comes_whatever_the_page_size(server: FakeBybit) -> None:
    one, _ = client(server)
    assert [item["symbol"] for item in bybit.instruments(one)] == ["BTCUSDT", "ETHUSDT"]
    assert bybit.instrument(one, "ETHUSDT")["lotSizeFilter"]["qtyStep"] == "0.001"


def test_an_unknown_symbol_is_refused_in_words(server: FakeBybit) -> None:
    one, _ = client(server)
    with pytest.raises(RefusedError, match="10001"):
        list(bybit.klines(one, "NOPEUSDT", WHOLE))


@pytest.mark.parametrize(
    "row",
    [
        ["1735689600000", "1", "2"],
        ["soon", "1", "2", "0.5", "1.5", "1", "1"],
        ["1735689600001", "1", "2", "0.5", "1.5", "1", "1"],
        ["1735689600000", "1", "nan", "0.5", "1.5", "1", "1"],
        ["1735689600000", "1", "", "0.5", "1.5", "1", "1"],
        "text",
        None,
    ],
    ids=["short", "no time", "off the grid", "nan", "empty", "text", "null"],
)
def test_a_row_that_cannot_be_read_is_named(server: FakeBybit, row: object) -> None:
    server.faults.add("/v5/market/kline", Fault(change=lambda result: {**result, "list": [row]}))
    one, _ = client(server)
    with pytest.raises(BadAnswerError, match="cannot be read"):
        list(bybit.klines(one, "BTCUSDT", WHOLE))


def test_duplicates_are_one_row_and_contradictions_are_refused(server: FakeBybit) -> None:
    def twice(result: dict[str, list[list[str]]]) -> dict[str, list[list[str]]]:
        return {**result, "list": [row for row in result["list"] for _ in (0, 1)]}

    def contradicted(result: dict[str, list[list[str]]]) -> dict[str, list[list[str]]]:
        first = result["list"][0]
        return {**result, "list": [[*first[:5], "123456", first[6]], *result["list"]]}

    span = Span(start=T0, end=T0 + 10 * MINUTE_MS)
    one, _ = client(server)
    server.faults.add("/v5/market/kline", Fault(change=twice))
    (page,) = bybit.klines(one, "BTCUSDT", span)
    assert len(page) == 10
    server.faults.add("/v5/market/kline", Fault(change=contradicted))
    with pytest.raises(BadAnswerError, match="two different rows"):
        list(bybit.klines(one, "BTCUSDT", span))


def test_an_answer_without_a_list_is_refused(server: FakeBybit) -> None:
    server.faults.add("/v5/market/kline", Fault(change=lambda _: {"symbol": "BTCUSDT"}))
    one, _ = client(server)
    with pytest.raises(BadAnswerError, match="holds no list"):
        list(bybit.klines(one, "BTCUSDT", WHOLE))
