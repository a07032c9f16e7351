"""Each class of defect is found, named, and nothing else is."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from tradec.runtime.data.checks import REASONS, Checked, Reason, Rows, check_rows
from tradec.runtime.data.timestamps import Moments

MINUTE = 60_000
T0 = 1_748_538_300_000
N = 10


def clean(order: list[int] | None = None) -> Rows:
    """Ten sound minutes, in any order, repeated or not."""
    at = np.array(range(N) if order is None else order)
    truth = np.ones(len(at), np.bool_)
    close = 100.0 + at
    return Rows(
        times=Moments(ms=T0 + at * MINUTE, valid=truth, whole=truth.copy()),
        open=close - 1,
        high=close + 1,
        low=close - 2,
        close=close,
        volume=5.0 + at,
        turnover=np.full(len(at), np.nan),
    )


def spoil(rows: Rows, column: str, row: int, value: float) -> Rows:
    values = getattr(rows, column).copy()
    values[row] = value
    return replace(rows, **{column: values})


def reasons(checked: Checked) -> dict[Reason, int]:
    return {group.reason: group.count for group in checked.refused}


def test_sound_rows_are_all_taken() -> None:
    checked = check_rows(clean(), MINUTE)
    assert (len(checked.ts), checked.merged, checked.reordered, checked.refused) == (N, 0, 0, ())


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("open", np.nan, "no_value"),
        ("volume", np.nan, "no_value"),
        ("high", np.inf, "infinite"),
        ("volume", np.inf, "infinite"),
        ("close", 0.0, "not_positive"),
        ("low", -1.0, "not_positive"),
        ("low", 104.5, "ohlc_order"),
        ("high", 104.5, "ohlc_order"),
        ("open", 107.0, "ohlc_order"),
        ("close", 102.0, "ohlc_order"),
        ("volume", -0.1, "negative_volume"),
    ],
)
def test_bad_value_is_named(column: str, value: float, reason: Reason) -> None:
    checked = check_rows(spoil(clean(), column, 5, value), MINUTE)
    assert reasons(checked) == {reason: 1}
    example = checked.refused[0].examples[0]
    assert (example.row, example.ts) == (6, T0 + 5 * MINUTE)
    assert len(checked.ts) == N - 1
    assert T0 + 5 * MINUTE not in checked.ts


def test_a_bar_that_has_not_closed_is_named() -> None:
    last_close = T0 + N * MINUTE
    assert check_rows(clean(), MINUTE, last_close).refused == ()
    checked = check_rows(clean(), MINUTE, last_close - 1)
    assert (reasons(checked), checked.has_open_bar) == ({"not_closed": 1}, True)
    checked = check_rows(clean(), MINUTE, last_close - MINUTE - 1)
    assert (reasons(checked), checked.has_open_bar) == ({"not_closed": 2}, False)


def test_zero_volume_and_a_flat_bar_are_sound() -> None:
    rows = clean()
    for column in ("open", "high", "low"):
        rows = spoil(rows, column, 2, 102.0)
    assert check_rows(spoil(rows, "volume", 2, 0.0), MINUTE).refused == ()


def test_time_off_the_grid_is_named() -> None:
    rows = clean()
    rows.times.ms[3] += 1
    rows.times.whole[7] = False
    assert reasons(check_rows(rows, MINUTE)) == {"misaligned": 2}


def test_absent_time_is_named_without_a_time() -> None:
    rows = clean()
    rows.times.valid[3] = False
    checked = check_rows(rows, MINUTE)
    assert reasons(checked) == {"bad_timestamp": 1}
    assert checked.refused[0].examples[0].ts is None


def test_first_failing_check_names_the_row() -> None:
    rows = spoil(spoil(clean(), "open", 5, np.nan), "volume", 5, -1.0)
    assert reasons(check_rows(rows, MINUTE)) == {"no_value": 1}


def test_other_order_is_sorted_and_counted() -> None:
    order = [0, 1, 5, 3, 4, 2, 6, 7, 8, 9]
    checked = check_rows(clean(order), MINUTE)
    assert checked.reordered == 3
    assert checked.close.tolist() == clean().close.tolist()
    assert check_rows(clean(list(range(N))[::-1]), MINUTE).reordered == N - 1


def test_equal_rows_are_merged_and_counted() -> None:
    checked = check_rows(clean([0, 1, 1, 2, 0, 1]), MINUTE)
    assert (len(checked.ts), checked.merged, checked.refused) == (3, 3, ())


@pytest.mark.parametrize("column", ["open", "high", "low", "close", "volume"])
def test_rows_of_one_time_that_differ_are_all_refused(column: str) -> None:
    rows = clean([0, 1, 2, 1, 1])
    rows = spoil(rows, column, 3, getattr(rows, column)[3] + 0.25)
    checked = check_rows(rows, MINUTE)
    assert reasons(checked) == {"conflicting_duplicate": 3}
    assert [example.row for example in checked.refused[0].examples] == [2, 4, 5]
    assert checked.ts.tolist() == [T0, T0 + 2 * MINUTE]
    assert checked.merged == 0


def test_bad_row_does_not_spoil_its_good_twin() -> None:
    rows = spoil(clean([0, 1, 1, 2]), "volume", 1, np.nan)
    checked = check_rows(rows, MINUTE)
    assert reasons(checked) == {"no_value": 1}
    assert len(checked.ts) == 3


def test_examples_are_the_first_few_only() -> None:
    rows = replace(clean(), volume=np.full(N, -1.0))
    group = check_rows(rows, MINUTE).refused[0]
    assert group.count == N
    assert [example.row for example in group.examples] == [1, 2, 3]
    assert check_rows(rows, MINUTE).refused_rows == N


def test_every_reason_has_its_words() -> None:
    assert REASONS.keys() == set(get_args(Reason))
    assert all(text and text[0].islower() and text[-1] != "." for text in REASONS.values())


def test_coarser_grid_is_asked_for() -> None:
    aligned = -(-T0 // (15 * MINUTE)) * 15 * MINUTE
    rows = clean([int(aligned - T0) // MINUTE + 15 * i for i in range(3)])
    assert check_rows(rows, 15 * MINUTE).refused == ()
    assert reasons(check_rows(clean(), 15 * MINUTE)) == {"misaligned": N}
