"""`diff --level run`: two plays on one market by hand, the bar where they part and what flipped."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commandline import Said, tradec

START = 1_735_689_600_000
PLAY = """\
version: "3.0.0"
name: {name}
symbol: {symbol}
timeframes: {{low_tf: 1m, med_tf: 15m, high_tf: 1h, exec: low_tf}}
account:
  starting_equity_usdt: 10000
  max_leverage: 1
  slippage_bps: 0
  min_trade_notional_usdt: 10
  fee_model: {{taker_bps: 10, maker_bps: 2}}
features:
  mean: {{indicator: sma, params: {{length: {length}}}}}
actions:
  entry_long: close > {level} and mean > 0
  exit_long: close < 101
position_policy: {{mode: long_only, exit_mode: first_hit}}
risk: {{stop_loss_pct: {stop}, max_position_pct: 50}}
"""


@pytest.fixture(autouse=True)
def market() -> None:
    """Rise to 106 at minute 30 and to 108 at 40, fall to 95 at 45 and back to 100 at 50."""
    close = np.full(90, 100.0)
    close[30:40], close[40:45], close[45:50] = 106.0, 108.0, 95.0
    columns = dict.fromkeys(("open", "high", "low", "close"), close)
    ts = START + 60_000 * np.arange(90)
    pq.write_table(pa.table({"ts": ts, **columns, "volume": np.ones(90)}), "minutes.parquet")


def written(name: str, **changed: Any) -> str:
    plain = {"symbol": "BTCUSDT", "length": 2, "level": 105, "stop": 20}
    Path(f"{name}.yml").write_text(PLAY.format(name=name, **(plain | changed)))
    return f"{name}.yml"


def compared(a: str, b: str, *words: str) -> Said:
    data = ("--level", "run", "--data", "minutes.parquet", "--engine", "interpreter")
    return tradec("diff", a, b, *data, *words)


def test_a_threshold_that_differs() -> None:
    a, b = written("a"), written("b", level=107)
    said = compared(a, b, "--json")
    assert said.code == 1
    assert said.data["same"] is False
    run = said.data["run"]
    assert (run["first"]["level"], run["first"]["ts"]) == ("decision", START + 60_000 * 31)
    assert run["instant"]["positions"] == [0, 0]
    (flip,) = run["instant"]["flips"]
    assert (flip["block"], flip["case"]) == ("entry_long", 0)
    assert (flip["a"]["text"], flip["a"]["truth"]) == ("1m.close > 105.0", "true")
    assert (flip["b"]["text"], flip["b"]["truth"]) == ("1m.close > 107.0", "false")
    for side, level in (("a", 105.0), ("b", 107.0)):
        (one,) = flip[side]["comparisons"]
        assert (one["left"]["value"], one["right"]["value"]) == (106.0, level)
    assert [pair["found"] for pair in run["trades"]] == ["only_a", "only_b"]
    figures = {one["name"]: one for one in run["figures"]}
    net = figures["net_profit"]
    assert net["delta"] == pytest.approx(net["b"] - net["a"])
    assert net["delta"] == pytest.approx(sum(pair["net_delta"] for pair in run["trades"]))
    text = compared(a, b).out
    assert "the plays part at 2025-01-01 00:31 UTC, first in decision" in text
    assert "A  yes 1m.close > 105.0" in text
    assert "B  no  1m.close > 107.0" in text
    assert "trades: 1 only in A, 1 only in B" in text


def test_money_rules_that_differ_flip_no_condition() -> None:
    said = compared(written("a"), written("b", stop=3), "--json")
    run = said.data["run"]
    assert (said.code, run["instant"]) == (1, None)
    assert run["first"]["level"] in {"order", "fill"}
    assert "no condition flipped" in compared("a.yml", "b.yml").out


def test_the_same_play_does_the_same_and_names_make_no_difference() -> None:
    a = written("a")
    said = compared(a, a, "--json")
    assert (said.code, said.data["same"], said.data["run"]["first"]) == (0, True, None)
    assert [pair["found"] for pair in said.data["run"]["trades"]] == ["same"]
    renamed = written("b")
    assert "the plays do the same on these data" in compared(a, renamed).out


def test_both_plays_are_warmed_up_for_the_longer_one() -> None:
    said = compared(written("a"), written("b", length=25), "--json")
    assert (said.code, said.data["same"]) == (0, True)
    late = compared(written("a"), written("b", length=35), "--json").data["run"]["trades"]
    assert [pair["a"]["ts_entry"] for pair in late] == [pair["b"]["ts_entry"] for pair in late]


def test_what_cannot_be_compared_is_refused() -> None:
    a, b = written("a"), written("b", symbol="ETHUSDT")
    assert compared(a, b).code == 2
    assert tradec("diff", a, a, "--synthetic").code == 2
    assert "--level run" in tradec("diff", a, a, "--bars", 100).err
