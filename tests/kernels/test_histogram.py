"""Volume profiles against a plain computation of each window in exact fractions."""

from fractions import Fraction
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kernels import golden, series
from kernels.harness import run_native
from kernels.units import ChainParams, unit_named

PLAIN, ANCHORED = "volume_profile", "anchored_volume_profile"
EXAMPLES = settings().max_examples // 2
NEAR = 1e-12  # relative: nearer than this a comparison may go either way


class Levels(NamedTuple):
    """The levels of a window, and where rounding may decide a comparison on the way to them."""

    poc: float
    vah: float
    val: float
    poc_volume: float
    is_near: bool = False  # another bucket is almost as full
    is_tied: bool = False  # or exactly
    area_is_near: bool = False  # the value area is almost full enough, or another way as good


def levels(
    low: NDArray[Any], high: NDArray[Any], volume: NDArray[Any], params: dict[str, Any]
) -> Levels | None:
    """Return the levels of the bars of one window, None where they have none."""
    traded = volume > 0
    if len(low) < 2 or not traded.any():
        return None
    low, high, volume = low[traded], high[traded], volume[traded]
    bottom, top, n = low.min(), high.max(), params["num_buckets"]
    if bottom == top:
        return Levels(bottom, bottom, bottom, float(sum(map(Fraction, volume))))
    width = (top - bottom) / n
    buckets = [Fraction(0)] * n
    for a, b, v in zip(low, high, volume, strict=True):
        first, last = (min(n - 1, int((p - bottom) / width)) for p in (a, b))
        for k in range(first, last + 1):
            buckets[k] += Fraction(float(v / (last - first + 1)))
    fullest = max(range(n), key=lambda k: (buckets[k], -k))
    beside = [buckets[fullest] - bucket for bucket in buckets]
    is_tied = sum(less <= NEAR * buckets[fullest] for less in beside) > 1
    is_near = any(0 < less <= NEAR * buckets[fullest] for less in beside)
    wanted = Fraction(params["value_area_pct"]) * sum(map(Fraction, volume))
    first, last, area_is_near = _area(buckets, fullest, wanted)
    return Levels(
        bottom + (fullest + 0.5) * width,
        bottom + (last + 1) * width,
        bottom + first * width,
        float(buckets[fullest]),
        is_near,
        is_tied,
        area_is_near,
    )


def _area(buckets: list[Fraction], fullest: int, wanted: Fraction) -> tuple[int, int, bool]:
    first = last = fullest
    held, end, is_near = buckets[fullest], len(buckets) - 1, False
    while (first > 0 or last < end) and held < wanted:
        above = buckets[last + 1] if last < end else Fraction(-1)
        below = buckets[first - 1] if first > 0 else Fraction(-1)
        is_near |= abs(above - below) <= NEAR * max(above, below) and above != below
        if above == below == 0:
            first, last = first - 1, last + 1
        elif above >= below:
            last, held = last + 1, held + above
        else:
            first, held = first - 1, held + below
        is_near |= abs(held - wanted) <= NEAR * wanted
    return first, last, is_near


def windows(fed: Any, got: Any, params: dict[str, Any]) -> list[Levels | None]:
    """Return the levels after each bar; `got` knows how old the anchor is."""
    count = len(fed["close"])
    age = got.get("bars_since_anchor", np.arange(count) + 1)
    first = [max(0, i + 1 - min(int(age[i]), params["lookback"])) for i in range(count)]
    low, high, volume = (fed[name] for name in ("low", "high", "volume"))
    spans = [slice(begin, i + 1) for i, begin in enumerate(first)]
    return [levels(low[span], high[span], volume[span], params) for span in spans]


def _params(data: st.DataObject, name: str) -> dict[str, Any]:
    given: ChainParams = data.draw(series.params(unit_named(name)))
    params = dict(given[name])
    return params | {"value_area_pct": data.draw(st.sampled_from((0.3, 0.7, 0.68, 1.0)))}


@pytest.mark.parametrize("name", [PLAIN, ANCHORED])
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_levels_are_those_of_the_window_alone(
    name: str, data: st.DataObject, native: ModuleType
) -> None:
    params, fed = _params(data, name), data.draw(series.bars())
    fed["volume"] = fed["volume"] * data.draw(st.sampled_from((1.0, 1e-9, 1e9, 1 / 3)))
    chain: ChainParams = {name: params, "swing": {"left": 2, "right": 1}}
    got = run_native(native, unit_named(name), chain, fed)
    for i, want in enumerate(windows(fed, got, params)):
        row = {key: got[key][i] for key in ("poc_volume", "poc", "vah", "val")}
        if want is None:
            assert np.isnan([*row.values()]).all()
            continue
        exact = 1 if want.is_near else 2 if want.area_is_near else 4
        for key in [*row][:exact]:
            np.testing.assert_allclose(row[key], getattr(want, key), rtol=1e-12, err_msg=key)
        assert got["above_poc"][i] == (fed["close"][i] > row["poc"])
        assert got["in_value_area"][i] == (row["val"] <= fed["close"][i] <= row["vah"])


@pytest.mark.parametrize(("key", "which"), golden.TIES)
def test_where_the_golden_vectors_decide_otherwise_it_is_a_tie(
    key: str, which: str, native: ModuleType
) -> None:
    case = next(c for c, w in golden.indicator_cases() if (c.key, w) == (key, which))
    fed = golden.inputs(which, case)
    got = run_native(native, unit_named(case.unit), case.params, fed)
    for i in golden.TIES[key, which]:
        head = {name: column[: i + 1] for name, column in fed.items()}
        head_got = {name: column[: i + 1] for name, column in got.items()}
        found = windows(head, head_got, case.params[case.unit])[-1]
        assert found is not None
        assert found.is_tied or found.area_is_near


def test_what_leaves_leaves_nothing(native: ModuleType) -> None:
    """A burst of volume, then little: nothing of the burst stays in the buckets."""
    n, params = 400, {"num_buckets": 20, "lookback": 10, "value_area_pct": 0.7}
    rng = np.random.default_rng(5)
    low = np.where(np.arange(n) % 10 == 0, 100.0, 110.0 + rng.random(n))
    high = np.where(np.arange(n) % 10 == 1, 130.0, low + rng.random(n))  # the range never moves
    volume = np.where(np.arange(n) < 200, 1e12 * rng.random(n), rng.random(n))
    fed = {"low": low, "high": high, "close": low, "volume": volume, "bar_number": np.arange(n) + 3}
    got = run_native(native, unit_named(PLAIN), {PLAIN: params}, fed)
    for i, want in enumerate(windows(fed, got, params)):
        if want is not None and not want.is_near:
            np.testing.assert_allclose(got["poc_volume"][i], want.poc_volume, rtol=1e-14)
            assert got["poc"][i] == want.poc
