"""Synthetic markets: the same bytes everywhere, sane bars, and the shape that is promised."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradec.runtime.data.bars import Bars
from tradec.runtime.data.errors import DataError, UnknownPattern
from tradec.runtime.data.patterns import PATTERNS
from tradec.runtime.data.synthetic import START_MS, synthesize

MINUTE = 60_000
SPAN = 40_000
NAMES = ("open", "high", "low", "close", "volume")

# changing one of these is a change of every synthetic run that anybody has recorded
PINNED = {
    (
        "breakout_clean",
        42,
        3000,
    ): "c322695649cf7a1763eb4b030f2530d8c5586662d47fa4dde6739b513f2bcc0f",
    (
        "breakout_clean",
        1099511627776,
        777,
    ): "f724bef9f381b1024870f9840a058e58fb1507d1d568acbc56ef3ae268aec88c",
    ("range_wide", 42, 3000): "59d0d424ac52904c7cd1a673ceb7d821e7a04abc1cb6b1ffaf95ab20d46ee069",
    (
        "range_wide",
        1099511627777,
        777,
    ): "bc625038e7a939d8fbb8b64e81a20dfdd53ad4df23cedbe1b393d947e6c259d7",
    ("ranging", 42, 3000): "cdb2cb0385fe4f42a0274a402296deb916d9a3a331bbfb43975ed111a0e9eee9",
    (
        "ranging",
        1099511627778,
        777,
    ): "f496c8b7ef2d25ec3a6e9ae295eb04b4ff9094353c017c2fe0bc0a74c98cc4d6",
    (
        "reversal_v_bottom",
        42,
        3000,
    ): "0a48b8660f6bbe77bb29086081b930caad1e6be065fcb69c47d247bb5b23e84c",
    (
        "reversal_v_bottom",
        1099511627779,
        777,
    ): "43af750828704fc8bc105c23058b0805868448079f1d1aff66f6531644886094",
    (
        "trend_down_clean",
        42,
        3000,
    ): "beb397056a6f1fe5b6a520f49f79d0b3f4558fda0bd339d6de2b9c729b11b3b0",
    (
        "trend_down_clean",
        1099511627780,
        777,
    ): "5851c166ac78a2a359cb427f299c06571740df3f3694275fbc90776bf9678e37",
    (
        "trend_up_clean",
        42,
        3000,
    ): "2b55d3448fcad41143138011c499778339cc4125f29785937a98de291d1b6cc8",
    (
        "trend_up_clean",
        1099511627781,
        777,
    ): "b35f11394ad234376a0199b79c3b0b0c4c48129ca7a2949d9f3f7b93b41bcbe7",
    ("trending", 42, 3000): "7442052c9cebc7cbc38d77079d6d578d25eddbc825e01fee13a2af513352a01c",
    (
        "trending",
        1099511627782,
        777,
    ): "582d9725bc24d36e057f054e7a7f11bb6771127ae464539afcf8c66d32fb00d2",
    (
        "vol_squeeze_expand",
        42,
        3000,
    ): "871e82a27b4951d120939ca55ad30c75e15bcc37acb7989916555d3f64333fb4",
    (
        "vol_squeeze_expand",
        1099511627783,
        777,
    ): "4e2960b259322267ff8a0b08de84360a812cc800c2d8884b1f31ce1e11884cb0",
}

markets = st.builds(
    synthesize,
    st.sampled_from(sorted(PATTERNS)),
    minutes=st.integers(1, 400),
    seed=st.integers(0, 2**64 - 1),
    base_price=st.floats(1e-8, 1e8),
    volatility=st.floats(1e-6, 1.0),
    lead=st.integers(0, 50),
)


@pytest.mark.parametrize(("pattern", "seed", "minutes"), sorted(PINNED))
def test_bytes_are_the_same_on_every_platform(pattern: str, seed: int, minutes: int) -> None:
    bars = synthesize(pattern, minutes=minutes, seed=seed, lead=100)
    assert bars.data_hash == PINNED[pattern, seed, minutes]


def test_bytes_do_not_depend_on_the_vector_unit() -> None:
    """NumPy picks its loops by processor; with all of them switched off nothing changes."""
    script = (
        "from tradec.runtime.data.synthetic import *\n"
        "for name in sorted(PATTERNS): print(synthesize(name, minutes=3000, lead=9).data_hash)"
    )
    features = np.show_config(mode="dicts")["SIMD Extensions"]
    environment = os.environ | {"NPY_DISABLE_CPU_FEATURES": " ".join(features.get("found", []))}
    plain = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    here = [synthesize(name, minutes=3000, lead=9).data_hash for name in sorted(PATTERNS)]
    assert plain.stdout.split() == here


@settings(max_examples=150, deadline=None)
@given(markets)
def test_bars_are_sane(bars: Bars) -> None:
    columns = np.stack([getattr(bars, name) for name in NAMES])
    assert np.isfinite(columns).all()
    assert (columns > 0).all()
    assert (bars.low <= np.minimum(bars.open, bars.close)).all()
    assert (bars.high >= np.maximum(bars.open, bars.close)).all()
    assert (bars.open[1:] == bars.close[:-1]).all()
    assert not bars.flags.any()


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(sorted(PATTERNS)),
    st.integers(1, 500),
    st.integers(0, 300),
    st.integers(0, 300),
    st.integers(0, 99),
)
def test_longer_warm_up_changes_nothing_after_it(
    pattern: str, minutes: int, lead: int, more: int, seed: int
) -> None:
    short = synthesize(pattern, minutes=minutes, seed=seed, lead=lead)
    long = synthesize(pattern, minutes=minutes, seed=seed, lead=lead + more)
    assert short.ts0 == START_MS - lead * MINUTE
    assert (long.n, long.end) == (lead + more + minutes, short.end)
    assert long.slice(more, long.n).data_hash == short.data_hash


def test_seeds_and_patterns_differ() -> None:
    hashes = [
        synthesize(pattern, minutes=50, seed=seed).data_hash
        for pattern in PATTERNS
        for seed in (0, 1, 2**32)
    ]
    assert len(set(hashes)) == len(hashes)


def shares(pattern: str, *at: float, seed: int = 42) -> list[float]:
    """Closes at these shares of the span, in units of the base price."""
    close = synthesize(pattern, minutes=SPAN, seed=seed).close
    return [float(close[min(round(share * SPAN), SPAN) - 1]) / 50_000 for share in at]


@pytest.mark.parametrize(
    ("pattern", "corners"),
    [
        ("trend_up_clean", {0.7: 1.2, 0.85: 1.14, 1.0: 1.14 + 0.8 * 0.2 * 0.15 / 0.7}),
        ("trend_down_clean", {0.7: 0.8, 0.85: 0.86, 1.0: 0.86 - 0.8 * 0.2 * 0.15 / 0.7}),
        ("reversal_v_bottom", {0.5: 0.8, 1.0: 1.0}),
        ("breakout_clean", {0.05: 1.02, 0.15: 0.98, 0.6: 1.0, 0.7: 1.06, 1.0: 1.16}),
        ("trending", {0.25: 1.1, 0.5: 1.2, 0.75: 1.15, 1.0: 1.1}),
    ],
)
@pytest.mark.parametrize("seed", [1, 42])
def test_shape_passes_through_its_corners(
    pattern: str, corners: dict[float, float], seed: int
) -> None:
    assert shares(pattern, *corners, seed=seed) == pytest.approx(list(corners.values()), abs=0.003)


@pytest.mark.parametrize("seed", [1, 42])
def test_ranges_keep_to_their_edges(seed: int) -> None:
    wide = synthesize("range_wide", minutes=SPAN * 5, seed=seed).close / 50_000
    assert 0.96 <= wide.min() < 0.962
    assert 1.038 < wide.max() <= 1.04
    ranging = synthesize("ranging", minutes=SPAN, seed=seed).close / 50_000
    sigma = 0.02 / np.sqrt(1440)
    assert abs(ranging.mean() - 1) < sigma / 5
    assert ranging.std() == pytest.approx(sigma / np.sqrt(1 - 0.9**2), rel=0.05)


@pytest.mark.parametrize(("pattern", "share"), [("trending", np.sqrt(2)), ("range_wide", 1.5)])
def test_minutes_move_by_the_daily_volatility(pattern: str, share: float) -> None:
    close = synthesize(pattern, minutes=SPAN).close
    moves = np.diff(close) / close[:-1]
    assert moves.std() == pytest.approx(share * 0.02 / np.sqrt(1440), rel=0.03)


def test_squeeze_shrinks_and_expands() -> None:
    bars = synthesize("vol_squeeze_expand", minutes=SPAN)
    moves = np.diff(bars.close) / bars.close[:-1] * np.sqrt(1440)
    spans = {(0.0, 0.05): 0.0193, (0.55, 0.6): 0.0047, (0.6, 0.75): 0.1, (0.75, 1.0): 0.03}
    for (begin, end), sigma in spans.items():
        part = moves[int(begin * SPAN) : int(end * SPAN) - 1]
        assert part.std() == pytest.approx(sigma, rel=0.06), (begin, end)
    wicks = (bars.high - np.maximum(bars.open, bars.close)) / bars.close
    assert wicks[: SPAN // 20].mean() > 3 * wicks[int(0.55 * SPAN) : int(0.6 * SPAN)].mean()


def test_warm_up_is_calm_around_the_base() -> None:
    bars = synthesize("trend_down_clean", minutes=1000, lead=5000)
    front = bars.close[:5000] / 50_000
    assert np.abs(front - 1).max() < 0.002
    assert (bars.ts0, bars.n) == (START_MS - 5000 * MINUTE, 6000)


def test_wicks_and_volumes_are_even_and_positive() -> None:
    bars = synthesize("trending", minutes=SPAN)
    above = bars.high - np.maximum(bars.open, bars.close)
    below = np.minimum(bars.open, bars.close) - bars.low
    assert above.mean() == pytest.approx(below.mean(), rel=0.03)
    assert abs(np.corrcoef(above, below)[0, 1]) < 0.02
    assert bars.volume.min() >= 5


def test_price_is_floored_at_one_tick() -> None:
    bars = synthesize("vol_squeeze_expand", minutes=200_000, volatility=1.0, base_price=99_999.9)
    assert bars.low.min() == bars.close.min() == 0.1


def test_unknown_pattern_is_answered_with_those_that_come_close() -> None:
    with pytest.raises(UnknownPattern) as caught:
        synthesize("trend_up", minutes=10)
    assert caught.value.suggestions[0] == "trend_up_clean"
    assert caught.value.exit_code == 2
    assert "`trend_up`" in caught.value.message


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": 0},
        {"lead": -1},
        {"minutes": 10**9},
        {"start_ms": START_MS + 1},
        {"base_price": 0.0},
        {"base_price": float("nan")},
        {"volatility": -0.1},
        {"volatility": 1.5},
    ],
)
def test_impossible_markets_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(DataError) as caught:
        synthesize("ranging", **({"minutes": 10} | wrong))  # type: ignore[arg-type] # on purpose
    assert caught.value.exit_code == 2


def test_hashes_of_all_patterns_are_pinned() -> None:
    assert {pattern for pattern, _, _ in PINNED} == set(PATTERNS)
    assert all(len(value) == hashlib.sha256().digest_size * 2 for value in PINNED.values())
