"""A command that is stopped: its exit code, its few words, and nothing half done behind it."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from commandline import tradec

EXAMPLE = Path(__file__).parents[3] / "plays" / "ema_cross.yml"
SLOW = ("--synthetic", "--bars", "20000", "--engine", "interpreter", "-v")


def _started(*words: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tradec", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _wait_for(process: "subprocess.Popen[str]", line: str) -> None:
    """Read stderr up to a line of the stages."""
    assert process.stderr is not None
    for said in process.stderr:
        if said.strip() == line:
            return
    pytest.fail(f"the process ended before `{line}`")


@pytest.mark.parametrize(
    ("number", "code", "word"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")],
)
def test_a_run_that_is_stopped_leaves_nothing(number: int, code: int, word: str) -> None:
    process = _started("run", EXAMPLE, *SLOW)
    _wait_for(process, "running")
    sleep(0.3)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert out == ""
    assert err.endswith(f"error: {word}\n")
    assert "Traceback" not in err
    assert not Path("runs").exists()


def test_a_stopped_run_still_answers_in_json() -> None:
    process = _started("run", EXAMPLE, *SLOW, "--json")
    _wait_for(process, "running")
    sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert '"status": "error"' in out
    assert '"code": "INTERRUPTED"' in out


def test_a_compile_that_is_stopped_leaves_a_usable_cache(tmp_path: Path) -> None:
    process = _started("compile", EXAMPLE, "-o", tmp_path / "build", "-v")
    _wait_for(process, f"{EXAMPLE}: building native code")
    sleep(0.4)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert not list((tmp_path / "build").rglob("*.so"))
    begun = monotonic()
    said = tradec("compile", EXAMPLE, "-o", tmp_path / "build", "--json")
    assert said.code == 0
    assert Path(said.data["module"]).is_file()
    assert monotonic() - begun < 60


def test_a_closed_pipe_does_not_change_the_exit_code(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text(EXAMPLE.read_text(encoding="utf-8").replace("rsi_14 <", "rsi_41 <"))
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "tradec", "check", str(bad), "--json"]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (2, "")
