"""What a run costs with all artifacts on: CPU of the run and of its folder, memory by features."""

import json
import resource
import statistics
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench import plays
from tradec.cli.machine import Machine, native_machine
from tradec.cli.market import Market
from tradec.cli.record import Done, record
from tradec.compiler.artifact import Artifact, compile_play
from tradec.dsl.span import Source
from tradec.runtime import backtest
from tradec.runtime.data.bars import Bars
from tradec.runtime.data.synthetic import synthesize
from tradec.runtime.feature_file import FeatureFile
from tradec.runtime.sim.instrument import Instrument

PLAYS = {"w1": plays.W1, "w2": plays.W2}
MORE_FEATURES = 40
"""Features that are added to W1 to see what memory does."""


def report(folder: Path, minutes: int, repeats: int) -> dict[str, Any]:
    """Return CPU seconds and sizes of both workloads, and peaks of memory by features."""
    bars = synthesize("range_wide", minutes=minutes, seed=42)
    return {
        "minutes": minutes,
        "plays": {name: _measured(name, bars, folder, repeats) for name in PLAYS},
        "peak_mib_of_w1_by_features": {
            str(count): _peak(folder, minutes, count) for count in (0, MORE_FEATURES)
        },
        "repeats": repeats,
    }


def _measured(name: str, bars: Bars, folder: Path, repeats: int) -> dict[str, Any]:
    artifact = compile_play(Source(f"{name}.yml", PLAYS[name]), build_dir=folder)
    taken = [_once(artifact, bars, folder) for _ in range(repeats + 1)][1:]
    done, path = taken[-1][2:]
    return {
        "run_cpu_s": statistics.median(one[0] for one in taken),
        "artifacts_cpu_s": statistics.median(one[1] for one in taken),
        "cpu_s": statistics.median(one[0] + one[1] for one in taken),
        "equity_points": len(done.outcome.equity),
        "legs": len(done.outcome.legs),
        "mib": sum(file.stat().st_size for file in path.iterdir()) / 2**20,
    }


def _once(artifact: Artifact, bars: Bars, folder: Path) -> tuple[float, float, Done, Path]:
    """Run and record once; return the CPU seconds of both."""
    machine = replace(native_machine(artifact), strategy=artifact.strategy())
    market, begun = _market(bars), _cpu()
    features = FeatureFile(folder / "runs", machine.strategy.COLUMNS)
    outcome = _run(machine, market, features)
    ran = _cpu()
    done = Done(
        machine=machine,
        market=market,
        outcome=outcome,
        overrides={},
        seconds=ran - begun,
        features=features.finish(),
    )
    recorded = record(done, folder / "runs", frozenset({"features", "signals"}))
    return ran - begun, _cpu() - ran, done, recorded.path


def _run(machine: Machine, market: Market, features: FeatureFile) -> backtest.Outcome:
    return backtest.run(
        machine.strategy,
        market.bars,
        machine.trading_rules(),
        market.instrument,
        exec_tf=machine.exec,
        warmup=machine.warmup,
        drain=features.add,
    )


def _market(bars: Bars) -> Market:
    return Market(
        bars=bars,
        instrument=Instrument.built_in(float(bars.open[0])),
        base="1m",
        kind="synthetic",
        start=None,
        end=None,
        figures={"pattern": "range_wide", "bars": bars.n, "seed": 42},
        assumed=(),
    )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak(folder: Path, minutes: int, features: int) -> float:
    """Return the peak memory, in MiB, of a process that runs W1 with so many more features."""
    more = [f"  more_{k}: {{indicator: ema, params: {{length: {k + 5}}}}}" for k in range(features)]
    text = PLAYS["w1"].replace("features:\n", "\n".join(["features:", *more, ""]))
    play = folder / f"w1_{features}.yml"
    play.write_text(text, encoding="utf-8")
    compile_play(Source(play.name, text), build_dir=folder)  # so that the run finds it compiled
    command = [sys.executable, "-m", "bench.artifacts", str(play), str(minutes)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  ours
    return float(json.loads(done.stdout)["peak_mib"])


def main() -> None:
    """Run one play with all artifacts and print the peak of this process's memory."""
    file, minutes = Path(sys.argv[1]), int(sys.argv[2])
    source = Source(file.name, file.read_text(encoding="utf-8"))
    artifact = compile_play(source, build_dir=file.parent)
    _once(artifact, synthesize("range_wide", minutes=minutes, seed=42), file.parent)
    print(json.dumps({"peak_mib": _high_water()}))


def _high_water() -> float:
    """Return this process's own peak in MiB; `ru_maxrss` would begin with the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
