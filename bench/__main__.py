"""Benchmarks, with baselines in the run: `python -m bench w1|w2|artifacts|startup|data|...`.

Figures are user CPU seconds, medians over repeats that alternate between the contenders.
"""

import argparse
import ctypes
import json
import resource
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from tradec.runtime.engine import Engine
from tradec.runtime.sim.exchange import Exchange

from bench import artifacts, expert, frontend, live, market_data, plays, units
from bench.timing import child_cpu, measure
from tradec.compiler import native
from tradec.compiler.artifact import compile_play
from tradec.dsl.span import Source
from tradec.runtime import backtest
from tradec.runtime.data.synthetic import synthesize
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.sim.terms import terms_of

CHOICES = ("w1", "w2", "artifacts", "startup", "data", "frontend", "units", "live")
MINUTES = 1_000_000
REPEATS = 15
HERE = Path(__file__).parent


class Run(ctypes.Structure):
    """`Run` of c/exchange.h."""

    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("open", "high", "low", "close")),
        *((name, ctypes.c_int64) for name in ("n", "first")),
        *(
            (name, ctypes.c_double)
            for name in (
                *("tick_m", "tick_s", "step_m", "step_s", "min_qty", "min_notional", "cash"),
                *("position_pct", "share_pct", "taker", "slippage", "stop_pct", "target_pct"),
            )
        ),
    ]


def build_c(name: str, folder: Path) -> ctypes.CDLL:
    """Return the hand-written loop, built with the flags of the generated code."""
    target = folder / f"{name}.so"
    compiler = str(sysconfig.get_config_var("CC") or "cc").split()
    command = [*compiler, "-shared", "-fPIC", *native.FLAGS, str(HERE / "c" / f"{name}.c")]
    subprocess.run([*command, "-o", str(target), "-lm"], check=True)  # noqa: S603  our own file
    library = ctypes.CDLL(str(target))
    library.run.restype = ctypes.c_int64
    return library


class Workload:
    """One play on synthetic minutes, three ways."""

    def __init__(self, name: str, folder: Path, minutes: int) -> None:
        self.folder = folder
        text = plays.W1 if name == "w1" else plays.W2
        begun = time.process_time()
        self.artifact = compile_play(Source(f"{name}.yml", text), build_dir=folder, force=True)
        self.cold = time.process_time() - begun
        self.bars = synthesize("range_wide", minutes=minutes, seed=42)
        self.rules = self.artifact.trading_rules()
        self.instrument = Instrument.built_in(float(self.bars.open[0]))
        start = backtest.trade_start(self.bars, self.artifact.exec, self.artifact.warmup, None)
        self.first = (start - self.bars.ts0) // self.bars.base_ms - 1
        self.signals = expert.w1_signals if name == "w1" else expert.w2_signals
        self.points = self.bars.n // (1 if name == "w1" else 15) + 1
        self.library = build_c(name, folder)
        self.answers: dict[str, tuple[int, float]] = {}
        self._prepare()

    def _prepare(self) -> None:
        terms = terms_of(self.rules, self.instrument)
        tick, step = terms["tick"], terms["step"]
        columns = {k: getattr(self.bars, k).ctypes.data for k in ("open", "high", "low", "close")}
        self.c_run = Run(
            **columns,
            n=self.bars.n,
            first=self.first,
            tick_m=tick["mantissa"],
            tick_s=tick["scale"],
            step_m=step["mantissa"],
            step_s=step["scale"],
            min_qty=terms["min_qty"],
            min_notional=terms["min_notional"],
            cash=self.rules.starting_equity_usdt,
            position_pct=terms["size"],
            share_pct=terms["share_pct"],
            taker=self.rules.taker_rate,
            slippage=self.rules.slippage_rate,
            stop_pct=2.0,
            target_pct=4.0,
        )
        fields = ("tick_m", "tick_s", "step_m", "step_s", "min_qty", "min_notional")
        more = ("position_pct", "taker", "slippage", "stop_pct", "target_pct")
        self.terms = tuple(getattr(self.c_run, name) for name in fields + more)

    def tradec(self) -> None:
        """Run the compiled play on the simulated exchange: records, equity curve and digest."""
        exchange = Exchange(self.rules, self.instrument, self.points)
        Engine(self.artifact.strategy(), exchange, self.bars, self.first).run()
        self.answers["tradec"] = (len(exchange.legs_closed()), exchange.cash)

    def c(self) -> None:
        """Run the loop by hand: records and equity curve."""
        curve = np.empty(self.points)
        trades = np.empty((self.bars.n // 8, 8))
        final = ctypes.c_double()
        count = self.library.run(
            ctypes.byref(self.c_run),
            ctypes.c_void_p(curve.ctypes.data),
            ctypes.c_void_p(trades.ctypes.data),
            ctypes.byref(final),
        )
        self.answers["c"] = (count, final.value)

    def expert(self) -> None:
        """Run TA-Lib columns and a Numba loop."""
        entries, exits, per_exec = self.signals(self.bars)
        bars, cash = self.bars, self.rules.starting_equity_usdt
        count, final, _ = expert.simulate(
            bars.open,
            bars.high,
            bars.low,
            bars.close,
            entries,
            exits,
            per_exec,
            self.first,
            cash,
            self.terms,
        )
        self.answers["expert"] = (int(count), float(final))

    def report(self, repeats: int) -> dict[str, Any]:
        """Return the figures; the three must agree on the trades and, nearly, on the money."""
        seconds = measure({"tradec": self.tradec, "c": self.c, "expert": self.expert}, repeats)
        (count, cash), by_hand = self.answers["tradec"], self.answers["c"]
        assert by_hand[0] == count, f"trades differ: {self.answers}"
        assert abs(by_hand[1] - cash) < 1e-6 * cash, f"money differs: {self.answers}"
        each = {name: 1e9 * taken / self.bars.n for name, taken in seconds.items()}
        return {
            "bars": self.bars.n,
            "trades": count,
            "final_equity": {name: money for name, (_, money) in self.answers.items()},
            "expert_trades": self.answers["expert"][0],
            "ns_per_bar": each,
            "ratio": each["tradec"] / each["c"],
            "ratio_to_expert": each["tradec"] / each["expert"],
            "cold_compile_cpu_s": self.cold,
            "startup": startup(self.folder),
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "repeats": repeats,
        }


def startup(folder: Path) -> dict[str, Any]:
    """Return CPU seconds of fresh processes: bare Python, --help, a cold and a cached compile."""
    play = folder / "w1.yml"
    play.write_text(plays.W1, encoding="utf-8")
    compile_ = [sys.executable, "-m", "tradec", "compile", str(play), "--json"]
    commands = {
        "python": [sys.executable, "-c", "pass"],
        "help": [sys.executable, "-m", "tradec", "--help"],
        "compile_cold": [*compile_, "--force"],
        "compile_cached": compile_,
    }
    found = {}
    for name, command in commands.items():
        found[name] = statistics.median(child_cpu(command, folder) for _ in range(5))
    return {"cpu_s": found, "beyond_python": {k: v - found["python"] for k, v in found.items()}}


def main() -> None:
    """Run one benchmark and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", choices=CHOICES)
    parser.add_argument("--minutes", type=int, default=MINUTES, help="length of the market")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="runs of each contender")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if chosen.what == "startup":
            found = startup(folder)
        elif chosen.what == "data":
            given = chosen.minutes if chosen.minutes != MINUTES else market_data.MINUTES
            found = market_data.report(folder, given)
        elif chosen.what == "artifacts":
            found = artifacts.report(folder, chosen.minutes, chosen.repeats)
        elif chosen.what == "frontend":
            found = frontend.report(folder, chosen.repeats)
        elif chosen.what == "live":
            given = chosen.minutes if chosen.minutes != MINUTES else live.MINUTES
            found = live.report(folder, given)
        elif chosen.what == "units":
            found = units.report(folder, chosen.minutes, chosen.repeats)
        else:
            found = Workload(chosen.what, folder, chosen.minutes).report(chosen.repeats)
    if chosen.json:
        print(json.dumps({"schema": f"tradec/bench-{chosen.what}/1", "data": found}))
    else:
        print(units.table(found) if chosen.what == "units" else json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
