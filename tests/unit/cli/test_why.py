"""`why` and `why-not` on a market by hand: every value, truth and number of the chain."""

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
name: chain
symbol: BTCUSDT
timeframes: {low_tf: 5m, med_tf: 15m, high_tf: 1h, exec: low_tf}
account:
  starting_equity_usdt: 10000
  max_leverage: 2
  slippage_bps: 0
  min_trade_notional_usdt: 10
  fee_model: {taker_bps: 10, maker_bps: 2}
features:
  mean: {indicator: sma, params: {length: 2}}
  slow: {indicator: sma, params: {length: 4}, tf: 15m}
actions:
  - id: entries
    cases:
      - when:
          all:
            - [close, ">", 105]
            - [close, cross_above, mean]
            - {holds_for: {bars: 2, expr: [[slow, "<", 104]]}}
        emit: [{action: entry_long}]
  - id: leave
    cases:
      - {when: close < 101, emit: [{action: exit_long}]}
position_policy: {mode: long_only, exit_mode: first_hit}
risk: {stop_loss_pct: 20, max_position_pct: 50}
"""
MINUTES, PEAK, FALL = 180, 120, 140


def at(minute: int) -> int:
    return START + 60_000 * minute


@pytest.fixture
def run() -> str:
    """Rise from 100 to 106 at minute 120, where a bar begins, and fall back at 140."""
    close = np.full(MINUTES, 100.0)
    close[PEAK:FALL] = 106.0
    columns = dict.fromkeys(("open", "high", "low", "close"), close)
    ts = START + 60_000 * np.arange(MINUTES)
    pq.write_table(pa.table({"ts": ts, **columns, "volume": np.ones(MINUTES)}), "minutes.parquet")
    Path("chain.yml").write_text(PLAY)
    said = tradec(
        "run", "chain.yml", "--data", "minutes.parquet", "--engine", "interpreter", "--json"
    )
    assert said.code == 0, said.out
    assert said.data["trades"] == 1
    return str(said.data["run_id"])


def why(*words: object) -> Any:
    said = tradec("why", "last", *words, "--json")
    assert said.code == 0, said.out
    return said.data


def why_not(*words: object) -> Said:
    return tradec("why-not", "last", *words)


@pytest.mark.usefixtures("run")
def test_the_chain_of_an_entry() -> None:
    told = why("--at", at(125))
    assert told["decision"] == {
        "action": "entry_long",
        "percent": 100.0,
        "block": "entries",
        "case": 0,
    }
    entries, leave = told["blocks"]
    assert (entries["spoke"], leave["spoke"]) == (0, None)
    assert entries["cases"][0]["emit"][0]["decided"] is True
    close, cross, window = entries["cases"][0]["when"]["parts"]
    (compared,) = close["comparisons"]
    assert (compared["left"]["value"], compared["right"]["value"]) == (106.0, 105)
    assert (compared["left"]["timeframe"], compared["left"]["ts_bar"]) == ("5m", at(125))
    assert (compared["distance"], compared["unit"]) == (1.0, "price")
    assert compared["ticks"] == pytest.approx(1000.0)
    before, now = cross["comparisons"]
    assert [before["ts"], now["ts"]] == [at(120), at(125)]
    assert (before["left"]["value"], before["right"]["value"]) == (100.0, 100.0)
    assert (now["left"]["value"], now["right"]["value"]) == (106.0, 103.0)
    assert [one["truth"] for one in window["samples"]] == ["true", "true"]
    (slow,) = window["parts"][0]["comparisons"]
    assert (slow["left"]["value"], slow["left"]["ts_bar"]) == (100.0, at(120))


@pytest.mark.usefixtures("run")
def test_from_the_account_to_the_fill() -> None:
    told = why("--trade", 1)
    assert told["ts"] == at(125)
    assert (told["account"]["side"], told["account"]["cash"]) == (0, 10_000.0)
    sizing = told["sizing"]
    assert (sizing["model"], sizing["leverage"], sizing["reference"]) == (
        "percent_equity",
        2.0,
        106.0,
    )
    assert sizing["intended_notional"] == 10_000.0
    assert sizing["qty_before_rounding"] == pytest.approx(10_000 / 106)
    assert sizing["stop_distance"] == pytest.approx(106.0 * 0.2 / 2)
    (order,) = told["orders"]
    assert (order["qty"], order["status"], order["code"]) == (sizing["qty"], "filled", None)
    (fill,) = order["fills"]
    assert (fill["price"], fill["ts_fill"]) == (106.0, at(125))
    assert fill["fee"] == pytest.approx(order["qty"] * 106.0 * 0.001)
    (leg,) = told["trades"]
    assert (leg["exit_reason"], leg["margin_ticks"]) == ("signal", 0.0)


@pytest.mark.usefixtures("run")
def test_people_see_the_chain() -> None:
    text = tradec("why", "last", "--at", "2025-01-01T02:05").out
    for words in (
        "entries, case 0: spoke",
        "close = 106 [5m to 02:05] > 105  apart by 1 = 1000 ticks",
        "2 of 2 samples were true, 2 are needed: yes yes, the last one now",
        "-> entry_long: decided",
        "-> exit_long: not admitted: there is no position to close",
        "decision  entry_long, by entries, case 0",
        "quantity    94.339623 down to 94.339",
        "hung on 5m.close crosses above mean by 0 ticks",
    ):
        assert words in text, words


@pytest.mark.usefixtures("run")
def test_what_the_account_does_not_admit_is_said() -> None:
    told = why("--at", at(130))
    assert told["decision"] is None
    assert told["account"]["side"] == 1
    emit = told["blocks"][0]["cases"][0]["emit"][0]
    assert emit["barred"] == "a long position is open already"
    assert why("--at", at(145))["decision"]["action"] == "exit_long"
    assert why("--at", at(100))["blocks"][1]["cases"][0]["emit"][0]["barred"] == (
        "there is no position to close"
    )


@pytest.mark.usefixtures("run")
def test_an_instant_inside_of_a_bar_is_the_nearest_close() -> None:
    told = why("--at", at(124))
    assert (told["ts"], told["asked"]) == (at(125), at(124))
    assert why("--at", at(122))["ts"] == at(120)
    assert "lies inside of a bar" in tradec("why", "last", "--at", at(122)).out
    first = why("--bar", 0)["ts"]
    assert why("--bar", (at(125) - first) // 300_000)["decision"]["action"] == "entry_long"


@pytest.mark.usefixtures("run")
def test_what_is_missing_says_why() -> None:
    told = why("--at", at(50))
    assert told["account"] is None
    cases = told["blocks"][0]["cases"][0]
    assert cases["emit"][0]["barred"] == "the run was still warming up"
    window = cases["when"]["parts"][2]
    assert window["truth"] == "unknown"
    assert window["because"] == "2 of 2 samples are unknown"
    (slow,) = window["parts"][0]["comparisons"]
    assert slow["left"]["value"] is None
    assert slow["left"]["because"] == "warming up, bar 3 of 4 on 15m"


@pytest.mark.usefixtures("run")
def test_why_not_names_the_fewest_conditions_and_how_far_they_were() -> None:
    told = tradec("why-not", "last", "--at", at(100), "--json").data
    (one,) = told["actions"]
    assert (one["action"], one["fired"], one["least"], one["is_exact"]) == (
        "entry_long",
        False,
        2,
        True,
    )
    (found,) = one["sets"]
    assert [flip["truth"] for flip in found] == ["false", "false"]
    close, cross = found
    assert close["text"] == "5m.close > 105.0"
    assert close["condition"]["comparisons"][0]["distance"] == 5.0
    assert "cross" in cross["text"]
    text = why_not("--at", at(100)).out
    assert "entry_long: 2 conditions kept it from firing" in text
    assert "100 > 105  apart by 5 = 5000 ticks" in text


@pytest.mark.usefixtures("run")
def test_why_not_tells_the_account_apart_from_the_conditions() -> None:
    (one,) = tradec("why-not", "last", "--at", at(130), "--action", "entries", "--json").data[
        "actions"
    ]
    assert one["barred"] == ["a long position is open already"]
    assert [flip["text"] for flip in one["sets"][0]] == ["5m.close crosses above mean"]
    assert "nothing else could have fired" in why_not("--at", at(125)).out
    assert "it did fire" in why_not("--at", at(125), "--action", "entry_long").out
    held = why_not("--at", at(170), "--action", "exit_long").out
    assert "its conditions held; not admitted: there is no position to close" in held


@pytest.mark.usefixtures("run")
def test_what_cannot_be_told_is_refused() -> None:
    for words, code, exit_code in (
        (("--at", at(0) - 60_000 * 60), "OUTSIDE_OF_RUN", 7),
        (("--at", at(MINUTES + 60)), "OUTSIDE_OF_RUN", 7),
        (("--trade", 9), "TRADE_NOT_FOUND", 2),
        ((), "USAGE", 2),
        (("--bar", 1, "--trade", 1), "USAGE", 2),
    ):
        said = tradec("why", "last", *words, "--json")
        assert (said.answer["error"]["code"], said.code) == (code, exit_code)
    said = why_not("--at", at(125), "--action", "entry_lon", "--json")
    assert (said.answer["error"]["code"], said.code) == ("ACTION_NOT_FOUND", 2)
    assert "entry_long" in why_not("--at", at(125), "--action", "entry_lon").err


def test_a_run_that_does_not_repeat_is_refused(run: str) -> None:
    table = pq.read_table("minutes.parquet")
    close = table["close"].to_numpy().copy()
    close[10] = 100.5
    columns = dict.fromkeys(("open", "high", "low", "close"), close)
    made = {**columns, "ts": table["ts"].to_numpy(), "volume": table["volume"].to_numpy()}
    pq.write_table(pa.table(made), "minutes.parquet")
    said = tradec("why", run, "--at", at(125), "--json")
    assert (said.answer["error"]["code"], said.code) == ("DATA_CHANGED", 7)
