"""The benchmarks still run, and their three contenders still trade alike."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["w1", "w2"])
def test_a_workload_gives_its_figures(name: str) -> None:
    command = [
        sys.executable,
        "-m",
        "bench",
        name,
        "--json",
        "--minutes",
        "150000",
        "--repeats",
        "1",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["data"]
    assert found["trades"] > 5
    assert found["expert_trades"] == found["trades"]
    assert set(found["ns_per_bar"]) == {"tradec", "c", "expert"}
    assert found["ratio"] > 0
    assert found["peak_mib"] > 0
    assert found["startup"]["cpu_s"]["help"] > 0


@pytest.mark.slow
def test_market_data_give_their_figures() -> None:
    command = [sys.executable, "-m", "bench", "data", "--json", "--minutes", "90000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["data"]
    assert found["read_minutes"] == 90_000
    assert all(value > 0 for value in found.values())


@pytest.mark.slow
def test_the_front_end_gives_its_figures() -> None:
    command = [sys.executable, "-m", "bench", "frontend", "--json", "--repeats", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["data"]
    assert list(found["seconds"]) == ["125", "250", "500", "1000", "2000"]
    assert all(ratio < 4 for ratio in found["doubling"].values())
    assert found["check_500_cpu_s"] > 0


@pytest.mark.slow
def test_a_session_gives_its_figures_and_leaves_nothing_open() -> None:
    command = [sys.executable, "-m", "bench", "live", "--json", "--minutes", "3000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["data"]
    assert found["minutes"] > 2_000
    assert 0 < found["ms"]["p50"] <= found["ms"]["p99"] <= found["ms"]["max"]
    assert (found["threads_left"], found["files_left"]) == (0, 0)


@pytest.mark.slow
def test_artifacts_give_their_figures() -> None:
    command = [sys.executable, "-m", "bench", "artifacts", "--json", "--repeats", "1"]
    command += ["--minutes", "120000"]  # W2 warms up for 45 days
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["data"]
    assert {name: play["legs"] > 0 for name, play in found["plays"].items()} == {
        "w1": True,
        "w2": True,
    }
    plain, more = found["peak_mib_of_w1_by_features"].values()
    assert 0 < more < plain + 12  # 40 features of 120 000 closes would be 36 MiB, kept but once
