"""A scripted minute that cannot tell stop from target: both outcomes by hand."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commandline import tradec

PLAY = """\
version: "3.0.0"
name: scripted
symbol: BTCUSDT
timeframes: {low_tf: 1m, med_tf: 15m, high_tf: 1h, exec: low_tf}
account:
  starting_equity_usdt: 10000
  max_leverage: 1
  margin_mode: isolated_usdt
  slippage_bps: 0
  min_trade_notional_usdt: 10
  max_drawdown_pct: 50
  fee_model: {taker_bps: 10, maker_bps: 2}
features:
  mean: {indicator: sma, params: {length: 2}}
actions:
  - id: entries
    cases:
      - {when: close > 105 and mean > 0, emit: [entry_long]}
position_policy: {mode: long_only, exit_mode: sl_tp_only}
risk:
  stop_loss: {type: price_percent, value: 2}
  take_profit: {type: price_percent, value: 3}
  max_position_pct: 50
"""
QTY = 47.169  # 50 % of 10 000 at the close of the decision, 106, down to the step 0.001
PESSIMISTIC = QTY * -2.0 - QTY * (100.0 + 98.0) * 0.001
OPTIMISTIC = QTY * 3.0 - QTY * (100.0 + 103.0) * 0.001


@pytest.fixture
def run(tmp_path: Path) -> dict[str, Any]:
    """Enter at 100 in minute 20; minute 21 reaches 97.5 and 103.5."""
    open_, high, low, close = (np.full(40, 100.0) for _ in range(4))
    high[19] = close[19] = 106.0
    high[21], low[21] = 103.5, 97.5
    ts = 1_735_689_600_000 + 60_000 * np.arange(40)
    columns = {"ts": ts, "open": open_, "high": high, "low": low, "close": close}
    pq.write_table(pa.table({**columns, "volume": np.ones(40)}), tmp_path / "minutes.parquet")
    (tmp_path / "scripted.yml").write_text(PLAY)
    words = ("--data", tmp_path / "minutes.parquet", "--engine", "interpreter", "--json")
    said = tradec("run", tmp_path / "scripted.yml", *words)
    assert said.code == 0, said.out
    return dict(said.data)


def test_the_answer_of_run_is_an_interval(run: dict[str, Any]) -> None:
    assert (run["trades"], run["ambiguous_trades"]) == (1, 1)
    assert run["net_profit"] == pytest.approx(PESSIMISTIC)
    assert run["net_profit_pessimistic"] == pytest.approx(PESSIMISTIC)
    assert run["net_profit_optimistic"] == pytest.approx(OPTIMISTIC)


def test_it_stands_in_the_folder(run: dict[str, Any]) -> None:
    folder = Path(run["run_dir"])
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["net_profit_optimistic"] == pytest.approx(OPTIMISTIC)
    assert metrics["ambiguous_trades_pct"] == 100.0
    (leg,) = pq.read_table(folder / "trades.parquet").to_pylist()
    assert (leg["is_ambiguous"], leg["exit_reason"]) == (True, "sl")
    assert (leg["net_pnl"], leg["other_net_pnl"]) == pytest.approx((PESSIMISTIC, OPTIMISTIC))


def test_people_see_it(run: dict[str, Any]) -> None:
    text = tradec("runs", "show", run["run_id"]).out
    said = f"{PESSIMISTIC:,.2f} to {OPTIMISTIC:,.2f} USDT"
    assert f"as an interval   {said}" in text
    assert "ambiguous       1 (100.00 %)" in text
    row = tradec("runs", "show", run["run_id"], "--trades").out.splitlines()[2]
    assert row.startswith("1.1? ")
    assert f"{OPTIMISTIC:.2f}" in row
    data = tradec("runs", "show", run["run_id"], "--json").data
    assert data["net_profit_optimistic"] == pytest.approx(OPTIMISTIC)
