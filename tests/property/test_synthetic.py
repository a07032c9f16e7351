"""Synthetic markets: the same bytes everywhere, sane bars, and the shape that is promised."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradec.dsl.sections_runs import SHAPE
from tradec.runtime.data.bars import Bars
from tradec.runtime.data.errors import DataError, UnknownPattern
from tradec.runtime.data.patterns import PATTERNS
from tradec.runtime.data.synthetic import START_MS, synthesize

MINUTE = 60_000
SPAN = 40_000
NAMES = ("open", "high", "low", "close", "volume")

# changing one of these is a change of every synthetic run that anybody has recorded
PINNED = {
    ("accumulation", 42, 3000): "825b15e6e93631e42135076dc4afe548527936088b6b315a5b53fc7b174eeb63",
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
    (
        "breakout_false",
        42,
        3000,
    ): "be4923637cd5f47c1b599cd8156ac1473320d708ac744e77cd82947a1c710324",
    (
        "breakout_retest",
        42,
        3000,
    ): "31bbea56afb182b9546ed2e24f4459d54fe29616aa91fe316dd250e15f1825ab",
    (
        "choppy_whipsaw",
        42,
        3000,
    ): "c09709140792461552aa9d9556941daf8d1a32e218e568b3f9562585be2c913a",
    (
        "displacement_impulse",
        42,
        3000,
    ): "7761facc858907084aeb200e175ecf3b9fa5bd252c05f4eae38c0c78d0ca3f37",
    ("distribution", 42, 3000): "26a8f7526154657612b441f8ca45797cb061db9c7e89af731233ba358c0e52e3",
    (
        "equal_highs_lows",
        42,
        3000,
    ): "daab94aa29a6b449ffffcc5e4714a7424836de28cac109f337435e47de079430",
    (
        "liquidity_hunt_highs",
        42,
        3000,
    ): "4c53c78e9c79cda7ccd71360b712b3a7d15d6980efb24adc68d971a1cdd9ebb0",
    (
        "liquidity_hunt_lows",
        42,
        3000,
    ): "cf84b480681925a7ecba6dce2c968120af3efaf1a30325b59da7a0ff31151966",
    (
        "mtf_aligned_bear",
        42,
        3000,
    ): "8429ee90b01d2e6323de78dd3afe0653432d455d7a73e8e838afa944c2fec6cc",
    (
        "mtf_aligned_bull",
        42,
        3000,
    ): "f00edc93567f654d4596ba473ada10551e574bd87024619c117260c56a83d86e",
    (
        "mtf_pullback_bear",
        42,
        3000,
    ): "fe8610df4032baabd51b6e12717a7ab6784323b6dddbb3f9882459d432e92128",
    (
        "mtf_pullback_bull",
        42,
        3000,
    ): "2d441d7b5355bf5b62350b8c4d0b51197e87d9eb8d9647af1504c7b609f8f151",
    (
        "multi_tf_aligned",
        42,
        3000,
    ): "47d1bc4fdb7b3cffcee78b57bb296fe47c01b5499fdde54c0af576213121463b",
    ("ob_retest", 42, 3000): "6ba663988b4f28a0175153608a4ff0f9c3f80a123db8e7bb35b8ab7c215e24e3",
    (
        "range_ascending",
        42,
        3000,
    ): "9869e212eb864c6e004ad630fc8958d295fe119f541895b8c7b92879e1807e3e",
    (
        "range_descending",
        42,
        3000,
    ): "a1f8162a5e08d79c3668747942789ecfdb4d71faa600d415f493de3188f035e9",
    ("range_tight", 42, 3000): "daecaff6f09eb01553214b1d8a7de40c3dce0f1e50a619d52a1a39c3316bdb5a",
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
        "reversal_double_bottom",
        42,
        3000,
    ): "8b10405a66ae35031e51c59c9f4e1bc0ccfa8ee75e666faec9b7b8648dda6e90",
    (
        "reversal_double_top",
        42,
        3000,
    ): "e0bf09ff967476db47940ade34f41a929ea537683f744ff8f92e3ec1f1357007",
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
        "reversal_v_top",
        42,
        3000,
    ): "646e71b533601fbba1cfcbf3893393caf7388910e7a0e21d2fc649e5a14876ad",
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
        "trend_exhaustion",
        42,
        3000,
    ): "9d7509f469bbb42651fae2e1f3626125556fdbb9daec116e8f96cdb933bd30a1",
    (
        "trend_grinding",
        42,
        3000,
    ): "09e6f002cf168b3de6a97323a5992a63ece85b6d7d2615f57c3fb07623c31a17",
    (
        "trend_parabolic",
        42,
        3000,
    ): "b36e8a52daa9f3da8f4c838a8a0a85ccd6885f15b164037b602bcc2de94963dc",
    ("trend_stairs", 42, 3000): "9069ae22e180e22047b9bcd5be17b992b71aacf40a4314df0b082d261b76d7f5",
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
        "trending_with_gaps",
        42,
        3000,
    ): "1e3faa60a243d9ceeed36e611247fdb0716253fb1d96854ff1e9ebed07de0f41",
    ("vol_decay", 42, 3000): "cc21546bd07e9d0e90229759443e390366d7d897e431b55c6f84e2c42bfb08ca",
    (
        "vol_spike_continue",
        42,
        3000,
    ): "ad417bccb9fdc0c3de0f6191cd6844f809f115e8913f8c1a5fddd2a2538a6b3e",
    (
        "vol_spike_recover",
        42,
        3000,
    ): "e5718eeb4a1332298cdda5f3475afa6f70134f5a37694f0fdcebbe7c9ff961c2",
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
    ("volatile", 42, 3000): "186d6f8c1cc4ccb4f8a0807dfa6c9e4fa7bb4a06b50dd2a182278a0b1c371d18",
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
        synthesize(pattern, minutes=2_000, seed=seed).data_hash
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
        ("trend_grinding", {1.0: 1.1}),
        ("trend_parabolic", {1.0: 1.2}),
        ("trend_exhaustion", {0.6: 1.2, 0.75: 1.2, 1.0: 1.08}),
        ("trend_stairs", {0.15: 1.05, 0.25: 1.05, 0.4: 1.1, 0.5: 1.1, 0.75: 1.15, 1.0: 1.2}),
        ("range_ascending", {0.25: 1.008, 0.5: 1.016, 1.0: 1.032}),
        ("range_descending", {0.25: 0.992, 0.5: 0.984, 1.0: 0.968}),
        ("reversal_v_top", {0.5: 1.2, 1.0: 1.0}),
        ("reversal_double_bottom", {0.25: 0.8, 0.5: 0.9, 0.75: 0.8, 1.0: 1.0}),
        ("reversal_double_top", {0.25: 1.2, 0.5: 1.1, 0.75: 1.2, 1.0: 1.0}),
        ("breakout_false", {0.5: 1.0, 0.6: 1.06, 0.8: 0.98, 1.0: 1.015}),
        ("breakout_retest", {0.4: 1.0, 0.5: 1.122, 0.65: 1.02, 1.0: 1.12}),
        ("vol_spike_recover", {0.4: 1.0, 0.5: 0.8, 0.7: 1.0, 1.0: 1.0}),
        ("vol_spike_continue", {0.4: 1.0, 0.55: 0.8, 1.0: 0.74}),
        ("liquidity_hunt_lows", {0.5: 0.985, 0.6: 0.9604, 0.75: 0.9996, 1.0: 1.0596}),
        ("liquidity_hunt_highs", {0.5: 1.015, 0.6: 1.0396, 0.75: 1.0004, 1.0: 0.9404}),
        ("accumulation", {1.0: 1.06}),
        ("distribution", {1.0: 0.94}),
        ("mtf_aligned_bull", {1.0: 1.2}),
        ("mtf_aligned_bear", {1.0: 0.8}),
        ("mtf_pullback_bull", {1.0: 1.2}),
        ("mtf_pullback_bear", {1.0: 0.8}),
        ("multi_tf_aligned", {1.0: 1.0}),
        ("displacement_impulse", {0.2: 1.03, 0.3: 1.0, 1.0: 1.0}),
        ("equal_highs_lows", {0.4: 1.0, 0.5: 1.0, 0.8: 0.9384, 1.0: 0.9384}),
        ("ob_retest", {0.2: 1.0}),
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


def test_volatility_decays_and_chop_stays_near_the_base() -> None:
    moves = np.diff(synthesize("vol_decay", minutes=SPAN).close)
    assert moves[:4_000].std() > 5 * moves[-4_000:].std()
    chop = synthesize("choppy_whipsaw", minutes=SPAN).close / 50_000
    assert np.abs(chop - 1).max() <= 0.05
    tight, wide = (synthesize(n, minutes=SPAN).close.std() for n in ("range_tight", "ranging"))
    assert tight < wide / 3
    jumps = np.abs(np.diff(np.log(synthesize("volatile", minutes=SPAN).close)))
    assert np.mean(jumps > 9 * 0.02 / np.sqrt(1440)) == pytest.approx(0.05, abs=0.01)


def test_equal_highs_differ_by_little_and_impulses_are_single_bars() -> None:
    highs = synthesize("equal_highs_lows", minutes=SPAN).close[: int(0.4 * SPAN)] / 50_000
    waves = [part.max() for part in np.array_split(highs, 5)]
    assert max(waves) / min(waves) < 1.01
    impulse = synthesize("displacement_impulse", minutes=SPAN).roll_up(15)
    body = np.abs(impulse.close / impulse.open - 1)
    assert np.sum(body > 0.025) == 8


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


FIGURES = {
    "trend_magnitude": ("trend_up_clean", "reversal_double_top", "mtf_aligned_bear", "ob_retest"),
    "pullback_depth": ("trend_down_clean", "mtf_pullback_bull"),
    "stairs_steps": ("trend_stairs",),
    "volatility_spike": ("vol_decay", "vol_spike_recover", "vol_squeeze_expand"),
    "volatility_squeeze": ("range_tight",),
    "range_width": ("range_wide", "range_ascending", "breakout_false", "liquidity_hunt_lows"),
    "noise_level": ("trend_grinding", "breakout_clean", "equal_highs_lows"),
    "hunt_depth": ("liquidity_hunt_highs", "breakout_false"),
    "hunt_recovery": ("liquidity_hunt_lows", "liquidity_hunt_highs"),
}
"""Some shapes that each figure of `validation.params` is for."""


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_changes_the_shapes_that_it_is_for(name: str) -> None:
    value = 7 if name == "stairs_steps" else 0.123
    changed = {
        pattern
        for pattern in PATTERNS
        if synthesize(pattern, minutes=600, params={name: value}).data_hash
        != synthesize(pattern, minutes=600).data_hash
    }
    assert set(FIGURES[name]) <= changed < set(PATTERNS)


def test_the_usual_figures_change_nothing() -> None:
    said = {key.name: float(key.default) for key in SHAPE.keys if key.default is not None}
    assert set(said) == {*FIGURES, "volatility_base"}
    for pattern in PATTERNS:
        usual = synthesize(pattern, minutes=600)
        assert synthesize(pattern, minutes=600, params=said).data_hash == usual.data_hash


def test_figures_are_sizes() -> None:
    """Without noise the shape is what the figures say."""
    quiet = {"noise_level": 1e-9, "trend_magnitude": 0.5, "pullback_depth": 0.2}
    close = synthesize("trend_up_clean", minutes=1000, params=quiet).close / 50_000
    assert close[699] == pytest.approx(1.5)
    assert close[849] == pytest.approx(1.4)
    hunted = {"noise_level": 1e-9, "hunt_depth": 0.04, "hunt_recovery": 0.4, "range_width": 0.2}
    close = synthesize("liquidity_hunt_lows", minutes=1000, params=hunted).close / 50_000
    assert close.min() == close[599] == pytest.approx(0.95 * 0.96)
    assert close[749] == pytest.approx(0.95)
    steps = {"noise_level": 1e-9, "stairs_steps": 2}
    close = synthesize("trend_stairs", minutes=1000, params=steps).close / 50_000
    assert close[299] == close[499] == pytest.approx(1.1)
