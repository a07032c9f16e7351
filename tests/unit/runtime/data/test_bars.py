"""The grid: filling of holes, slices, roll-ups, hashes."""

import hashlib
import math
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import need_shared
from tradec.runtime.data.bars import Bars, Hole, from_columns, require_whole
from tradec.runtime.data.errors import DataError
from tradec.runtime.data.importing import read_file
from tradec.runtime.data.synthetic import synthesize

MINUTE = 60_000
NAMES = ("open", "high", "low", "close", "volume")


def grid_of(minutes: list[int], max_hole: int = 3) -> tuple[Bars, tuple[Hole, ...]]:
    """Bars at the given minutes; the close of minute m is 100 + m, its open one less."""
    at = np.array(minutes)
    close = 100.0 + at
    return from_columns(
        at * MINUTE, close - 1, close + 1, close - 2, close, 5.0 + at, MINUTE, max_hole
    )


def roll_up_slowly(bars: Bars, minutes: int) -> list[tuple[float, ...]]:
    """Rolls up with one dict and a loop, bar by bar."""
    buckets: dict[int, list[int]] = {}
    for i in range(bars.n):
        buckets.setdefault(bars.ts_open(i) // (minutes * MINUTE), []).append(i)
    per = minutes * MINUTE // bars.base_ms
    rolled: list[tuple[float, ...]] = []
    for number, members in sorted(buckets.items()):
        if len(members) < per:
            continue
        volume = 0.0
        for i in members:
            volume += float(bars.volume[i])
        rolled.append(
            (
                number * minutes * MINUTE,
                float(bars.open[members[0]]),
                max(float(bars.high[i]) for i in members),
                min(float(bars.low[i]) for i in members),
                float(bars.close[members[-1]]),
                volume,
                int(all(bars.flags[i] & 1 for i in members)),
            )
        )
    return rolled


def as_rows(bars: Bars) -> list[tuple[float, ...]]:
    columns = [getattr(bars, name).tolist() for name in NAMES]
    opens = [bars.ts_open(i) for i in range(bars.n)]
    return list(zip(opens, *columns, bars.flags.tolist(), strict=True))


def test_complete_columns_become_bars_as_they_are() -> None:
    bars, holes = grid_of([3, 4, 5])
    assert (bars.ts0, bars.n, bars.end, holes) == (3 * MINUTE, 3, 6 * MINUTE, ())
    assert bars.close.tolist() == [103.0, 104.0, 105.0]
    assert (bars.ts_open(1), bars.ts_close(1)) == (4 * MINUTE, 5 * MINUTE)
    assert bars.flags.tolist() == [0, 0, 0]


def test_short_hole_is_flat_at_the_previous_close() -> None:
    bars, holes = grid_of([0, 4, 5])
    assert holes == ()
    for name in ("open", "high", "low", "close"):
        assert getattr(bars, name)[1:4].tolist() == [100.0] * 3
    assert bars.volume.tolist() == [5.0, 0.0, 0.0, 0.0, 9.0, 10.0]
    assert bars.flags.tolist() == [0, 1, 1, 1, 0, 0]
    assert bars.filled == 3
    require_whole(bars)


def test_long_hole_is_filled_listed_and_refused() -> None:
    bars, holes = grid_of([0, 5, 6, 20])
    assert (
        holes
        == bars.holes
        == (
            Hole(start=MINUTE, end=5 * MINUTE),
            Hole(start=7 * MINUTE, end=20 * MINUTE),
        )
    )
    assert bars.n == 21
    with pytest.raises(DataError, match=r"lacks 4 bars .* and 1 more holes") as caught:
        require_whole(bars)
    assert caught.value.code == "DATA_QUALITY_ISSUE"
    assert caught.value.exit_code == 7
    assert caught.value.details["holes"][0] == [MINUTE, 5 * MINUTE]


def test_max_hole_moves_the_limit() -> None:
    assert grid_of([0, 5], max_hole=4)[1] == ()
    assert len(grid_of([0, 2], max_hole=0)[1]) == 1


@pytest.mark.parametrize("minutes", [[1, 1], [2, 1], []])
def test_columns_that_do_not_increase_are_refused(minutes: list[int]) -> None:
    with pytest.raises(DataError):
        grid_of(minutes)


def test_opening_times_off_the_grid_are_refused() -> None:
    one = np.ones(2)
    with pytest.raises(DataError, match="1m grid"):
        from_columns(np.array([0, MINUTE + 1]), one, one, one, one, one, MINUTE)


def test_span_of_centuries_is_refused_before_it_is_built() -> None:
    with pytest.raises(DataError, match="bars long"):
        grid_of([0, 10**9])


def test_slices_share_memory_and_clip_holes() -> None:
    bars, _ = grid_of([0, 1, 10, 11])
    part = bars.slice(4, 11)
    assert (part.ts0, part.n) == (4 * MINUTE, 7)
    assert part.holes == (Hole(start=4 * MINUTE, end=10 * MINUTE),)
    assert np.shares_memory(part.close, bars.close)
    assert bars.slice(10, 99).holes == ()
    assert bars.slice(5, 3).n == 0


def test_position_counts_the_bars_before_a_time() -> None:
    bars, _ = grid_of([10, 11, 12])
    times = (0, 10 * MINUTE, 10 * MINUTE + 1, 12 * MINUTE, 99 * MINUTE)
    assert [bars.position(ts) for ts in times] == [0, 0, 1, 2, 3]


def test_hash_covers_every_column_the_flags_and_the_grid() -> None:
    bars, _ = grid_of([0, 1, 2])
    seen = {bars.data_hash, grid_of([1, 2, 3])[0].data_hash}
    for name in (*NAMES, "flags"):
        changed = grid_of([0, 1, 2])[0]
        column = getattr(changed, name)
        column[1] = 1 if name == "flags" else math.nextafter(column[1], math.inf)
        seen.add(changed.data_hash)
    assert len(seen) == 8
    assert grid_of([0, 1, 2])[0].data_hash == bars.data_hash


def test_hash_is_that_of_the_documented_bytes() -> None:
    bars, _ = grid_of([0, 1, 3])
    canonical = struct.pack("<3q", 0, MINUTE, 4)
    for name in NAMES:
        canonical += struct.pack("<4d", *getattr(bars, name).tolist())
    canonical += bytes([0, 0, 1, 0])
    assert bars.data_hash == hashlib.sha256(canonical).hexdigest()


def test_column_of_another_type_is_refused() -> None:
    bars, _ = grid_of([0, 1])
    single: Any = bars.close.astype(np.float32)
    fields = {name: getattr(bars, name) for name in NAMES} | {"close": single}
    with pytest.raises(DataError, match="close"):
        Bars(ts0=0, base_ms=MINUTE, flags=bars.flags, source="x", **fields)


def test_volume_adds_in_bar_order() -> None:
    volume = np.array([1e16] + [1.0] * 14)
    one = np.ones(15)
    bars, _ = from_columns(np.arange(15) * MINUTE, one, one, one, one, volume, MINUTE)
    assert bars.roll_up(15).volume[0] == 1e16  # pairwise summation gives 1e16 + 14


@pytest.mark.parametrize("minutes", [3, 15, 60, 1440])
def test_roll_up_equals_a_slow_one(minutes: int) -> None:
    bars = synthesize("range_wide", minutes=4000, start_ms=1_735_689_600_000 + 7 * MINUTE)
    rolled = bars.roll_up(minutes)
    assert rolled.base_ms == minutes * MINUTE
    assert as_rows(rolled) == roll_up_slowly(bars, minutes)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 200), min_size=20, max_size=120, unique=True).map(sorted),
    st.sampled_from([3, 5, 15]),
)
def test_roll_up_with_holes_equals_a_slow_one(minutes: list[int], bucket: int) -> None:
    bars, holes = grid_of(minutes)
    rolled = roll_up_slowly(bars, bucket)
    if not rolled:
        with pytest.raises(DataError, match="no whole"):
            bars.roll_up(bucket)
        return
    quick = bars.roll_up(bucket)
    assert as_rows(quick) == rolled
    inside = [hole for hole in holes if hole.end > quick.ts0 and hole.start < quick.end]
    assert len(quick.holes) == len(inside)


def test_roll_up_of_a_roll_up_is_the_roll_up() -> None:
    bars = synthesize("ranging", minutes=1440)
    assert as_rows(bars.roll_up(15).roll_up(60))[0][:5] == as_rows(bars.roll_up(60))[0][:5]


@pytest.mark.parametrize("minutes", [7, 0, 2880])
def test_roll_up_to_no_timeframe_is_refused(minutes: int) -> None:
    with pytest.raises(DataError, match="roll up"):
        synthesize("ranging", minutes=60).roll_up(minutes)


def test_minutes_roll_up_to_the_bars_of_the_exchange() -> None:
    minutes = read_file(need_shared("data", "bybit_linear_BTCUSDT_1m_2025-05_06.parquet"))
    quarters = read_file(need_shared("data", "bybit_linear_BTCUSDT_15m_2023-12_2026.parquet"))
    rolled = minutes.roll_up(15)
    same = quarters.slice(quarters.position(rolled.ts0), quarters.position(rolled.end))
    assert rolled.n == same.n > 2900
    for name in ("open", "high", "low", "close"):
        assert (getattr(rolled, name) == getattr(same, name)).all(), name
    assert np.allclose(rolled.volume, same.volume, rtol=1e-9, atol=0)
