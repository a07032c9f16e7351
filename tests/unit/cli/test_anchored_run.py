"""A run with indicators anchored at swings: native and interpreted, and what they should be."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from commandline import tradec

PLAY = """
version: "3.0.0"
name: anchored
symbol: BTCUSDT
timeframes: {low_tf: 15m, med_tf: 1h, high_tf: 4h, exec: low_tf}
account:
  starting_equity_usdt: 10000
  max_leverage: 1
  max_drawdown_pct: 50
  min_trade_notional_usdt: 10
  slippage_bps: 2
  fee_model: {taker_bps: 5.5, maker_bps: 2}
features:
  av: {indicator: anchored_vwap, params: {structure: sw, anchor_source: swing_any}}
  av_hi: {indicator: anchored_vwap, params: {structure: sw_1h, anchor_source: swing_high}, tf: 1h}
  avp: {indicator: anchored_volume_profile, params: {structure: sw, num_buckets: 20, lookback: 60}}
structures:
  exec: [{type: swing, key: sw, params: {left: 3, right: 3}}]
  med_tf: [{type: swing, key: sw_1h, params: {left: 2, right: 2}}]
actions:
  entry_long: close > av.value and avp.above_poc == 1 and sw.low_version > 0
  exit_long: close < av.value and av_hi.bars_since_anchor > 2 and sw_1h.high_version > 0
position_policy: {mode: long_only, exit_mode: first_hit}
risk:
  stop_loss: {type: price_percent, value: 2}
  take_profit: {type: price_percent, value: 4}
  max_position_pct: 10
"""
Columns = dict[str, NDArray[Any]]


def _run(*engine: str) -> tuple[dict[str, Any], Columns]:
    words = ("run", "anchored.yml", "--synthetic", "--pattern", "range_wide", "--bars", 600)
    said = tradec(*words, "--emit", "features", "--json", *engine)
    assert said.code == 0, said.out
    table = pq.read_table(Path(said.data["run_dir"]) / "features.parquet")
    return said.data, {name: table[name].to_numpy() for name in table.column_names}


def _restarts(got: Columns, feature: str) -> NDArray[np.bool_]:
    """Return where the bars since the anchor begin anew, from the second bar on."""
    bars = got[f"{feature}.bars_since_anchor"]
    begun = bars[1:] == 1
    assert (np.diff(bars)[~begun] == 1).all()
    return np.asarray(begun)


def test_a_run_with_anchored_indicators(tmp_path: Path) -> None:
    (tmp_path / "anchored.yml").write_text(PLAY)
    (native, got), (interpreted, again) = _run(), _run("--engine", "interpreter")
    assert native["trades"] > 3
    assert native["digest"] == interpreted["digest"]
    assert got.keys() == again.keys()
    for name, column in got.items():
        np.testing.assert_array_equal(column, again[name], err_msg=name, strict=True)
    anchors = {"av": np.diff(got["sw.version"]) > 0, "avp": np.diff(got["sw.pair_version"]) > 0}
    for feature, moved in anchors.items():
        assert moved.sum() > 10
        assert (_restarts(got, feature) == moved).all(), feature
    spread = got["avp.bars_since_anchor"] > 1
    levels = [got[f"avp.{name}"] for name in ("val", "poc", "vah")]
    assert (np.isnan(levels[1]) == ~spread).all()
    assert (levels[0][spread] <= levels[1][spread]).all()
    assert (levels[1][spread] <= levels[2][spread]).all()
    assert 0 < np.nanmin(got["av_hi.value"]) <= np.nanmax(got["av_hi.value"]) < np.inf
