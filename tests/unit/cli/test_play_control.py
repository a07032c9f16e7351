"""Sessions in their own processes: status, pause, stop, signals, and a kill that nobody notices."""

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from commandline import tradec
from generators.processes import Process, started

EXAMPLE = Path(__file__).parents[3] / "plays" / "ema_cross.yml"
LONG = (EXAMPLE, "--synthetic", "--bars", 4000, "--seed", 5, "--mode", "replay", "--speed", 6000)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRADEC_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


def test_a_session_is_watched_paused_and_stopped(state: Path) -> None:
    process = started(state, *LONG)
    process.wait_for(lambda told: told["state"] == "RUNNING" and told["last_minute"])
    (row,) = tradec("play", "status", "--json").data["instances"]
    assert (row["id"], row["alive"], row["answers"]) == ("replay-BTCUSDT-ema_cross", True, True)
    assert tradec("play", "pause", "--json").data["state"] == "PAUSED"
    assert tradec("play", "status", row["id"], "--json").data["flags"]["paused"]
    assert tradec("play", "resume", "replay", "--json").data["state"] == "RUNNING"
    (state / row["id"] / "status.json").unlink()
    process.popen.send_signal(signal.SIGUSR1)
    process.popen.send_signal(signal.SIGHUP)
    assert "RUNNING" in tradec("play", "watch").out
    process.wait_for(lambda _: (state / row["id"] / "status.json").exists())
    said = tradec("play", "stop", "--json")
    assert said.data == {"stopped": ["replay-BTCUSDT-ema_cross"]}
    code, out, _ = process.end()
    assert code == 0
    manifest = json.loads((Path(json.loads(out)["data"]["run_dir"]) / "manifest.json").read_text())
    assert manifest["session"]["ended_by"] == "asked"
    assert tradec("play", "status", "--json").data["instances"] == []
    assert tradec("play", "status", "replay", "--json").data["state"] == "STOPPED"
    said = tradec("play", "pause")
    assert said.code == 5
    assert "no instance runs" in said.err
    _reads_its_journal(row["id"])


def _reads_its_journal(name: str) -> None:
    assert tradec("journal", "verify", name, "--json").data["problems"] == []
    told = tradec("play", "logs", name, "--ev", "control,state", "--json").data["records"]
    words = [one.get("cmd") or one["to"] for one in told]
    assert [word for word in words if word != "status"] == [
        *("STARTING", "RUNNING", "pause", "PAUSED", "resume", "RUNNING", "stop"),
        *("STOPPING", "STOPPED"),
    ]
    rebuilt = tradec("journal", "replay", name, "--json").data
    metrics = json.loads((tradec_run() / "metrics.json").read_text())
    assert len(rebuilt["trades"]) == metrics["total_trades"]
    assert rebuilt["net"] == pytest.approx(metrics["net_profit"])


def tradec_run() -> Path:
    return Path(tradec("runs", "list", "--json").data["runs"][-1]["run_dir"])


def test_a_pause_outlives_the_session(state: Path) -> None:
    short = (*LONG[:3], 60, *LONG[4:6], "--mode", "replay", "--json")
    (state / "replay-BTCUSDT-ema_cross").mkdir(parents=True)
    (state / "replay-BTCUSDT-ema_cross" / "pause").touch()
    said = tradec("run", *short)
    assert (said.code, said.data["trades"]) == (0, 0)
    told = tradec("play", "logs", "replay", "--ev", "state,blocked", "--json").data["records"]
    assert [one["to"] for one in told if one["ev"] == "state"][:2] == ["STARTING", "PAUSED"]
    assert {one["code"] for one in told if one["ev"] == "blocked"} == {"PAUSED"}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_session_in_order(state: Path, number: signal.Signals) -> None:
    process = started(state, *LONG)
    process.wait_for(lambda told: told["state"] == "RUNNING" and told["last_minute"])
    process.popen.send_signal(number)
    code, out, _ = process.end()
    assert code == 0
    assert json.loads(out)["data"]["stop_reason"] == "end_of_data"
    folder = next(state.glob("replay-*"))
    assert json.loads((folder / "status.json").read_text())["state"] == "STOPPED"
    assert (folder / "state.bin").is_file()


@pytest.mark.slow
def test_a_killed_session_goes_on_as_if_nothing_had_happened(state: Path) -> None:
    arguments = (*LONG[:-4], "--mode", "replay")
    for minutes in (437, 1_290, 2_011):
        resume = ("--resume",) if (state / "replay-BTCUSDT-ema_cross").exists() else ()
        process = started(state, *arguments, "--speed", 30_000, *resume)
        _kill_after(process, minutes)
    process = started(state, *arguments, "--resume")
    code, out, err = process.end()
    assert code == 0, err
    whole = tradec("run", *arguments[:-2], "--json").data
    told = json.loads(out)["data"]
    for name in ("digest", "final_equity", "trades", "bars"):
        assert told[name] == whole[name], name
    assert tradec("audit", told["run_id"], "--json").data["identical"]
    assert tradec("journal", "verify", "replay", "--json").data["problems"] == []


def _kill_after(process: Process, minutes: int) -> None:
    """Kill a session without warning once it has stepped so many minutes in all."""

    def reached(told: dict[str, Any]) -> bool:
        return bool(told["seq"] >= minutes)

    process.wait_for(reached)
    process.popen.kill()
    process.popen.communicate()
