"""The ticker is a snapshot and what changed after it, on one connection."""

import json
from typing import Any

from tradec.runtime.live.protocols import Frame
from tradec.runtime.live.ticker import Ticker


def frame(kind: str, epoch: int = 1, at: float = 0.0, **data: Any) -> Frame:
    text = json.dumps({"topic": "tickers.X", "type": kind, "data": data})
    return Frame("public", epoch, at, text)


def test_changes_are_merged_and_what_is_absent_stays() -> None:
    ticker = Ticker()
    ticker.take(
        [frame("snapshot", markPrice="100.5", fundingRate="0.0001", nextFundingTime="9000")]
    )
    ticker.take([frame("delta", at=2.0, markPrice="101"), frame("delta", at=3.0, lastPrice="1")])
    quote = ticker.quote(3.25)
    assert quote is not None
    assert (quote.mark, quote.age_ms) == (101.0, 250)
    due = ticker.funding(5_000)
    assert due is not None
    assert (due.rate, due.in_ms, due.interval_ms) == (0.0001, 4_000, 8 * 3_600_000)
    assert ticker.funding(9_000) is None


def test_a_change_without_its_snapshot_is_not_believed() -> None:
    ticker = Ticker()
    ticker.take([frame("delta", markPrice="100")])
    assert ticker.quote(0.0) is None
    ticker.take(
        [frame("snapshot", markPrice="100"), frame("delta", epoch=2, at=9.0, markPrice="1")]
    )
    quote = ticker.quote(9.0)
    assert quote is not None
    assert (quote.mark, quote.age_ms) == (100.0, 9_000)  # of the old connection, and old


def test_what_is_no_ticker_says_nothing() -> None:
    ticker = Ticker()
    broken = [Frame("public", 1, 0.0, text) for text in ("", "[]", '{"type":"snapshot","data":1}')]
    ticker.take([*broken, frame("snapshot", markPrice="nan", fundingRate="")])
    assert ticker.quote(0.0) is None
    assert ticker.funding(0) is None
