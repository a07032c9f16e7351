"""Mark prices and funding beside the bars: on the grid, cut and rolled up with them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from generators.exchange_cases import MINUTE_MS, START_MS, bars_of
from tradec.runtime.data.bars import Bars
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.marks import MARK_PRICES, Funding, Mark, OpenInterest, mark_on_grid

NAN = float("nan")


def mark_of(rows: Any) -> Mark:
    table = np.array(rows, dtype=np.float64)
    columns = [np.ascontiguousarray(table[:, k]) for k in range(4)]
    return Mark(**dict(zip(MARK_PRICES, columns, strict=True)))


def funding_of(*minutes: int) -> Funding:
    ts = np.array([START_MS + m * MINUTE_MS for m in minutes], np.int64)
    return Funding(ts=ts, rate=np.full(len(minutes), 1e-4))


def marked(n: int) -> Bars:
    rows = [(k + 0.5, k + 2.0, k - 1.0, k + 1.0) for k in range(n)]
    return bars_of([(1.0, 2.0, 0.5, 1.0)] * n, mark=mark_of(rows), funding=funding_of(0, 2, n))


def test_a_slice_takes_its_marks_and_settlements() -> None:
    part = marked(6).slice(2, 5)
    assert part.mark is not None
    assert part.mark.open.tolist() == [2.5, 3.5, 4.5]
    assert part.funding is not None
    assert part.funding.ts.tolist() == [START_MS + 2 * MINUTE_MS]


def test_rolled_up_marks_leave_absent_ones_out() -> None:
    start = START_MS // (5 * MINUTE_MS) * 5 * MINUTE_MS
    rows = [(NAN,) * 4, (3.0, 4.0, 2.0, 3.5), (NAN,) * 4, (5.0, 9.0, 4.0, 8.0), (NAN,) * 4]
    bars = replace(marked(5), ts0=start, mark=mark_of(rows)).roll_up(5)
    assert bars.mark is not None
    assert [getattr(bars.mark, name).tolist() for name in MARK_PRICES] == [
        [3.0],
        [9.0],
        [2.0],
        [8.0],
    ]
    empty = replace(marked(5), ts0=start, mark=mark_of([(NAN,) * 4] * 5)).roll_up(5)
    assert empty.mark is not None
    assert empty.mark.absent == 1


def test_the_data_hash_knows_marks_and_funding() -> None:
    bars = marked(4)
    assert bars.mark is not None
    other = replace(bars.mark, high=bars.mark.high + 1.0)
    hashes = {
        bars.data_hash,
        replace(bars, mark=None).data_hash,
        replace(bars, funding=None).data_hash,
        replace(bars, mark=other).data_hash,
        replace(bars, funding=funding_of(0, 3)).data_hash,
    }
    assert len(hashes) == 5


def test_marks_find_their_place_on_the_grid() -> None:
    ts = np.array([START_MS + k * MINUTE_MS for k in (-1, 1, 3)], np.int64)
    prices = np.arange(12, dtype=np.float64).reshape(3, 4)
    mark = mark_on_grid(START_MS, MINUTE_MS, 3, ts, prices)
    assert mark.low.tolist()[1] == 6.0
    assert np.isnan(mark.low[[0, 2]]).all()
    with pytest.raises(DataError, match="not on the grid"):
        mark_on_grid(START_MS + 1, MINUTE_MS, 3, ts, prices)


@pytest.mark.parametrize(
    ("ts", "rate"), [([2, 1], [0.1, 0.1]), ([1, 1], [0.1, 0.1]), ([1, 2], [0.1]), ([1], [NAN])]
)
def test_bad_funding_is_refused(ts: list[int], rate: list[float]) -> None:
    with pytest.raises(DataError):
        Funding(ts=np.array(ts, np.int64), rate=np.array(rate))


def test_marks_of_another_grid_are_refused() -> None:
    with pytest.raises(DataError, match="not on the grid"):
        replace(marked(4), mark=mark_of([(1.0,) * 4] * 3))
    with pytest.raises(DataError, match="float64 row"):
        mark_of([(1.0,) * 4]).__class__(
            open=np.zeros(2), high=np.zeros(2), low=np.zeros(3), close=np.zeros(2)
        )


def test_what_is_known_at_the_close_of_each_bar() -> None:
    minute = 60_000
    prices = np.full(6, 100.0)
    bars = Bars(
        ts0=0,
        base_ms=minute,
        open=prices,
        high=prices,
        low=prices,
        close=prices,
        volume=prices,
        flags=np.zeros(6, np.uint8),
        source="test",
        funding=Funding(ts=np.array([2 * minute, 4 * minute]), rate=np.array([0.1, 0.2])),
        open_interest=OpenInterest(ts=np.array([0, 3 * minute]), value=np.array([7.0, 9.0])),
    )
    rates = [NAN, 0.1, 0.1, 0.2, 0.2, 0.2]
    # a value of minute 3 is published a minute later
    interest = [7.0, 7.0, 7.0, 9.0, 9.0, 9.0]
    np.testing.assert_array_equal(bars.seen("funding_seen"), rates)
    np.testing.assert_array_equal(bars.seen("open_interest_seen"), interest)
    for start in range(6):  # a later start forgets nothing that was known
        later = bars.slice(start, 6)
        np.testing.assert_array_equal(later.seen("funding_seen"), rates[start:])
        np.testing.assert_array_equal(later.seen("open_interest_seen"), interest[start:])
    assert bars.slice(3, 6).data_hash != bars.data_hash
