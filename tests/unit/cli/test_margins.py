"""The margin of a trade as a user finds it: on a market by hand whose entry hangs on one tick."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commandline import tradec

PLAY = """\
version: "3.0.0"
name: hangs
symbol: BTCUSDT
timeframes: {low_tf: 1m, med_tf: 15m, high_tf: 1h, exec: low_tf}
account:
  starting_equity_usdt: 10000
  max_leverage: 1
  slippage_bps: 0
  min_trade_notional_usdt: 10
  fee_model: {taker_bps: 10, maker_bps: 2}
features:
  mean: {indicator: sma, params: {length: 2}}
actions:
  entry_long: close > 105 and mean > 0
  exit_long: close < 101
position_policy: {mode: long_only, exit_mode: first_hit}
risk: {stop_loss_pct: 20, max_position_pct: 50}
"""


@pytest.mark.parametrize("engine", ["native", "interpreter"])
@pytest.mark.parametrize(("peak", "ticks", "near"), [(105.001, 1.0, 1), (105.5, 500.0, 0)])
def test_a_trade_says_how_close_it_was(engine: str, peak: float, ticks: float, near: int) -> None:
    close = np.full(40, 100.0)
    close[19:25] = peak
    ts = 1_735_689_600_000 + 60_000 * np.arange(40)
    prices = dict.fromkeys(("open", "high", "low", "close"), close)
    pq.write_table(pa.table({"ts": ts, **prices, "volume": np.ones(40)}), "minutes.parquet")
    Path("hangs.yml").write_text(PLAY)
    said = tradec("run", "hangs.yml", "--data", "minutes.parquet", "--engine", engine, "--json")
    assert said.code == 0, said.out
    assert said.data["one_tick_trades"] == near
    (leg,) = tradec("runs", "show", "last", "--trades", "--json").data["trades"]
    assert leg["margin_ticks"] == leg["margin"] == pytest.approx(ticks)
    assert (leg["margin_unit"], leg["margin_condition"]) == ("tick", "1m.close > 105.0")
    assert f"hang on a tick  {near} " in tradec("runs", "show", "last").out
