"""`run --mode`: a replay is the backtest, and what a mode cannot do is said before it begins."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from commandline import tradec
from shared import need_shared

EXAMPLE = Path(__file__).parents[3] / "plays" / "ema_cross.yml"
SHORT = ("--synthetic", "--bars", 60, "--seed", 5)
SAME = ("digest", "final_equity", "trades", "bars", "stop_reason", "play_hash")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRADEC_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def test_a_replay_says_what_the_backtest_says(state: Path) -> None:
    backtest = tradec("run", EXAMPLE, *SHORT, "--json")
    replay = tradec("run", EXAMPLE, *SHORT, "--mode", "replay", "--json")
    assert (backtest.code, replay.code) == (0, 0)
    assert {name: replay.data[name] for name in SAME} == {
        name: backtest.data[name] for name in SAME
    }
    folder = Path(replay.data["run_dir"])
    assert "-replay-" in folder.name
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["mode"] == "replay"
    assert manifest["session"]["ended_by"] == "end_of_data"
    assert manifest["session"]["admitted"] == 60 * 15 + 1
    lines = gzip.decompress((folder / "journal.jsonl.gz").read_bytes()).splitlines()
    told = [json.loads(line) for line in lines]
    assert [record["ev"] for record in told[:2]] == ["state", "start"]
    assert told[-1]["ev"] == "state"
    assert told[-1]["to"] == "STOPPED"
    last = [record for record in told if record["ev"] == "step"][-1]
    assert last["digest"] == replay.data["digest"]
    (summary,) = [record for record in told if record["ev"] == "summary"]
    metrics = json.loads((folder / "metrics.json").read_text())
    for mine, theirs in (
        ("net", "net_profit"),
        ("fees", "total_fees"),
        ("max_drawdown_pct", "max_drawdown_pct"),
        ("equity_end", "final_equity"),
    ):
        assert summary[mine] == pytest.approx(metrics[theirs]), mine
    assert summary["trades"] + (summary["open"] is not None) == metrics["total_trades"] > 0
    status = json.loads((state / "replay-BTCUSDT-ema_cross" / "status.json").read_text())
    assert (status["state"], status["digest"]) == ("STOPPED", replay.data["digest"])


@pytest.mark.slow
@pytest.mark.parametrize("play", sorted(EXAMPLE.parent.glob("*.yml")), ids=lambda path: path.stem)
def test_every_example_replays_as_it_backtests(play: Path) -> None:
    arguments = (play, "--synthetic", "--bars", 150, "--seed", 3)
    backtest = tradec("run", *arguments, "--json")
    replay = tradec("run", *arguments, "--mode", "replay", "--json")
    assert (backtest.code, replay.code) == (0, 0), replay.out
    assert {name: replay.data[name] for name in SAME} == {
        name: backtest.data[name] for name in SAME
    }
    assert tradec("audit", "last", "--no-backtest", "--json").data["identical"]


@pytest.mark.slow
@pytest.mark.parametrize("play", ["rsi_revert", "atr_trail"])
def test_real_minutes_replay_as_they_backtest(play: str) -> None:
    minutes = need_shared("data/bybit_linear_BTCUSDT_1m_2025-05_06.parquet")
    window = ("--start", "2025-06-15", "--end", "2025-06-18")
    arguments = (EXAMPLE.parent / f"{play}.yml", "--data", minutes, *window)
    backtest = tradec("run", *arguments, "--json")
    replay = tradec("run", *arguments, "--mode", "replay", "--json")
    assert (backtest.code, replay.code) == (0, 0), replay.out
    assert backtest.data["trades"] > 0
    assert {name: replay.data[name] for name in SAME} == {
        name: backtest.data[name] for name in SAME
    }
    proof = tradec("audit", "last", "--json").data
    assert (proof["identical"], proof["backtest"]["same"]) == (True, True)


def test_a_replay_keeps_a_pace() -> None:
    said = tradec(
        *("run", EXAMPLE, "--synthetic", "--bars", 10, "--mode", "replay", "--speed", 60_000),
        "--json",
    )
    assert said.code == 0
    assert said.data["seconds"] >= 0.15  # 150 minutes, a millisecond each


@pytest.mark.parametrize("mode", ["demo", "live"])
def test_a_mode_that_does_not_trade_yet_says_so(mode: str) -> None:
    said = tradec("run", EXAMPLE, "--mode", mode, "--json")
    assert said.code == 2
    assert said.answer["error"]["code"] == "MODE_UNAVAILABLE"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--speed", 60), "--speed is for sessions"),
        (("--resume",), "--resume is for sessions"),
        (("--mode", "shadow", "--synthetic"), "--synthetic is not for --mode shadow"),
        (("--mode", "replay", "--journal", "last", "--synthetic"), "there is no run `last`"),
        (("--mode", "shadow", "--start", "2025-01-01"), "--start is not for --mode shadow"),
        (("--mode", "replay", "--base", "15m"), "--base is for backtests"),
        (("--mode", "replay", "--emit", "features"), "emits no features"),
    ],
)
def test_what_a_mode_cannot_do_is_refused(arguments: tuple[Any, ...], word: str) -> None:
    said = tradec("run", EXAMPLE, *arguments)
    assert said.code == 2
    assert word in said.err


def test_replays_leave_no_more_than_their_last(state: Path) -> None:
    for _ in range(2):
        assert tradec("run", EXAMPLE, *SHORT, "--mode", "replay").code == 0
    assert list(state.rglob("before-*")) == []


def test_a_state_that_is_not_there_is_not_gone_on_from() -> None:
    said = tradec("run", EXAMPLE, *SHORT, "--mode", "replay", "--resume", "--json")
    assert said.code == 1
    assert said.answer["error"]["code"] == "STATE_UNUSABLE"


def test_an_audit_proves_a_session_and_finds_what_was_changed() -> None:
    replay = tradec("run", EXAMPLE, *SHORT, "--mode", "replay", "--json")
    assert replay.code == 0
    folder = Path(replay.data["run_dir"])
    said = tradec("audit", "last", "--json")
    assert said.code == 0
    assert said.data["identical"]
    assert said.data["minutes"] == 60 * 15 + 1
    assert (said.data["backtest"]["same"], said.data["backtest"]["revised"]) == (True, 0)
    assert said.data["backtest"]["pairs"]["fills"]["session"] > 0
    journal = folder / "journal.jsonl.gz"
    lines = gzip.decompress(journal.read_bytes()).splitlines()
    place = next(k for k, line in enumerate(lines) if b'"outputs"' in line and k > 100)
    step = json.loads(lines[place])
    lines[place] = json.dumps({**step, "c": step["c"] * 1.01}).encode()
    journal.write_bytes(gzip.compress(b"\n".join(lines)))
    said = tradec("audit", "last", "--no-backtest", "--json")
    assert said.code == 1
    assert (said.data["difference"]["what"], said.data["difference"]["ts"]) == ("state", step["t"])
    assert "the state differs first" in tradec("audit", "last", "--no-backtest").out


def test_only_a_session_can_be_audited() -> None:
    assert tradec("run", EXAMPLE, *SHORT).code == 0
    said = tradec("audit", "last", "--json")
    assert (said.code, said.answer["error"]["code"]) == (2, "NO_JOURNAL")


def test_a_backtest_has_no_minutes_of_its_own() -> None:
    assert tradec("run", EXAMPLE, *SHORT).code == 0
    said = tradec("run", EXAMPLE, "--journal", "last", "--json")
    assert (said.code, said.answer["error"]["code"]) == (2, "NO_JOURNAL")
    said = tradec("run", EXAMPLE, "--journal", "last", *SHORT)
    assert said.code == 2
    assert "--synthetic and --journal exclude each other" in said.err
