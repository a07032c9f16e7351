"""`runs compare`: what it says of runs that agree, part, or have little in common."""

from pathlib import Path
from typing import Any

import pytest

from commandline import tradec
from marketfile import write_minutes

PLAY = (Path(__file__).parents[3] / "plays" / "ema_cross.yml").read_text()


def _run(*words: object, **replaced: str) -> str:
    text = PLAY
    for old, new in (pair.split(" -> ") for pair in replaced.values()):
        assert old in text
        text = text.replace(old, new)
    Path("mine.yml").write_text(text)
    said = tradec("run", "mine.yml", "--synthetic", "--bars", 400, *words, "--json")
    assert said.code == 0, said.out
    return str(said.data["run_id"])


def _compare(a: str, b: str) -> tuple[int, dict[str, Any], list[str]]:
    said = tradec("runs", "compare", a, b, "--json")
    assert said.answer["schema"] == "tradec/runs-compare/1"
    return said.code, said.data, said.answer["warnings"]


def test_a_repeat_agrees() -> None:
    code, data, warnings = _compare(_run(), _run())
    assert (code, data["same"], data["first"], warnings) == (0, True, None, [])
    assert data["inputs"] == data["unknown"] == []
    assert {pair["found"] for pair in data["trades"]} == {"same"}
    assert all(one["a"] == one["b"] for one in (*data["metrics"], *data["costs"]))
    assert "the runs agree" in tradec("runs", "compare", "last", "last").out


def test_a_dearer_fill_parts_at_the_first_fill() -> None:
    a, b = _run(), _run(cost="slippage_bps: 2 -> slippage_bps: 3")
    code, data, _ = _compare(a, b)
    assert (code, data["same"]) == (1, False)
    levels = data["levels"]
    assert levels["data"] is None
    assert levels["decision"] is None
    assert data["first"] == levels["fill"]
    assert levels["fill"]["columns"][0] == "price"
    assert levels["fill"]["ts"] <= levels["equity"]["ts"]
    assert {one["name"] for one in data["inputs"]} == {"play_hash", "config.slippage_rate"}
    (slipped,) = (one for one in data["costs"] if one["name"] == "total_slippage_usdt")
    assert slipped["delta"] == pytest.approx(slipped["b"] - slipped["a"])
    assert slipped["delta"] > 0
    text = tradec("runs", "compare", a, b).out
    assert "config.slippage_rate" in text
    assert "first in fill" in text


def test_another_rule_parts_at_the_decision() -> None:
    a, b = _run(), _run(rule="rsi_14 < 70 -> rsi_14 < 1")
    _, data, _ = _compare(a, b)
    assert data["first"]["level"] == "decision"
    assert data["first"]["b"] is None
    assert {pair["found"] for pair in data["trades"]} == {"only_a"}
    net = sum(pair["net_delta"] for pair in data["trades"])
    (profit,) = (one for one in data["metrics"] if one["name"] == "net_profit")
    assert net == pytest.approx(profit["delta"])


def test_another_market_parts_at_its_first_other_bar() -> None:
    _, data, warnings = _compare(_run(), _run("--seed", 7))
    assert data["first"]["level"] == "data"
    assert "close" in data["first"]["columns"]
    assert any("different data" in line for line in warnings)


def test_runs_over_other_windows_are_compared_where_both_traded() -> None:
    Path("mine.yml").write_text(PLAY)
    write_minutes(Path("minutes.parquet"))
    runs = [
        str(tradec("run", "mine.yml", "--data", "minutes.parquet", *end, "--json").data["run_id"])
        for end in ([], ["--end", "2025-01-03"])
    ]
    _, data, warnings = _compare(*runs)
    assert any("different windows" in line for line in warnings)
    assert data["span"]["is_whole"] is False
    assert data["span"]["end"] == 1_735_862_400_000
    assert data["levels"]["data"] is data["levels"]["decision"] is None
    assert data["same"] is True
    assert data["a"]["trades"] > data["b"]["trades"] > 0
    trades = [one for one in data["metrics"] if one["name"] == "total_trades"]
    assert trades[0]["a"] == trades[0]["b"] == len(data["trades"])


def test_runs_without_common_time_are_told_apart() -> None:
    a, b = _run(), _run("--start", "2026-01-01")
    _, data, warnings = _compare(a, b)
    assert any("no time in common" in line for line in warnings)
    assert data["trades"] == []


def test_what_cannot_be_repeated_is_said_and_the_rest_compared() -> None:
    a, b = _run(), _run(cost="slippage_bps: 2 -> slippage_bps: 3")
    (Path("runs") / b / "play.yml").write_text(PLAY.replace("length: 9", "length: 8"))
    code, data, warnings = _compare(a, b)
    assert (code, data["unknown"]) == (1, ["decision"])
    assert any("decisions are not compared" in line for line in warnings)
    assert data["first"]["level"] == "fill"


def test_an_unknown_run_is_refused() -> None:
    _run()
    said = tradec("runs", "compare", "last", "nothing", "--json")
    assert said.code == 2
    assert said.answer["error"]["code"] == "RUN_NOT_FOUND"
