"""What `tradec audit` compares: the session with itself, with the data now, with the backtest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.machine import Machine
from tradec.cli.market import Wanted, market_for
from tradec.cli.numbers import money
from tradec.cli.rerun import machine_of, wanted_by
from tradec.cli.settings import current
from tradec.cli.times import shown
from tradec.runtime import backtest

if TYPE_CHECKING:
    from tradec.cli.progress import Show
    from tradec.runtime.artifacts import RunEntry
    from tradec.runtime.data.bars import Bars
    from tradec.runtime.live.audit import Verdict

Records = Sequence[Mapping[str, Any]]
PRICES = ("open", "high", "low", "close", "volume")
KEYS = ("o", "h", "l", "c", "vol")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A session beside the backtest of its window; `absent` says why there is none.

    `revised` counts minutes whose prices the data have otherwise now, `first_revised` is the
    opening time of the first. `pairs` are (what, session, backtest).
    """

    absent: str = ""
    revised: int = 0
    first_revised: int | None = None
    pairs: tuple[tuple[str, float, float], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "absent": self.absent or None,
            "revised": self.revised,
            "first_revised": self.first_revised,
            "same": all(mine == other for _, mine, other in self.pairs),
            "pairs": {
                name: {"session": mine, "backtest": other} for name, mine, other in self.pairs
            },
        }

    def lines(self) -> list[str]:
        """Return it for people."""
        if self.absent:
            return [f"no backtest to compare with: {self.absent}"]
        first = f", the first at {shown(self.first_revised)}" if self.first_revised else ""
        lines = [f"data now: {self.revised} minutes have other prices{first}"]
        for name, mine, other in self.pairs:
            told = f"session {money(mine):>14}   backtest {money(other):>14}"
            lines.append(f"  {name:<12} {told}{'' if mine == other else '   differs'}")
        return lines


def proved(entry: "RunEntry", records: Records, show: "Show") -> "tuple[Machine, Verdict]":
    """Return the session's machine, and what stepping its minutes again says."""
    from tradec.runtime.live.audit import audit

    machine = machine_of(entry, show)
    if machine.module_hash != entry.manifest["module_hash"]:
        raise CommandError(
            f"the play of {entry.run_id} compiles to another module now",
            code="PLAY_CHANGED",
            helps=(f"the session ran on tradec {entry.manifest['tradec']}",),
            exit_code=Exit.FAILED,
        )
    return machine, audit(machine.strategy, records)


def compared(entry: "RunEntry", machine: Machine, records: Records, show: "Show") -> Compared:
    """Return the session beside the backtest of its window on the data as they are now."""
    show("backtesting the window")
    window = entry.manifest["window"]
    try:
        market = market_for(_wanted(entry.manifest), machine, current().data_dir)
        outcome = backtest.run(
            machine.fresh(),
            market.bars,
            machine.trading_rules(),
            market.instrument,
            exec_tf=machine.exec,
            warmup=machine.warmup,
            window=backtest.Window(start=window["trade_start"], end=window["end"]),
        )
    except Exception as problem:
        message = getattr(problem, "message", None)
        if message is None:
            raise
        return Compared(absent=str(message))
    revised = _revised(records, market.bars)
    return Compared(
        revised=len(revised),
        first_revised=revised[0] if revised else None,
        pairs=_pairs(records, outcome),
    )


def _wanted(manifest: Mapping[str, Any]) -> Wanted:
    """Return what the session's data were, in today's catalogue where they were live."""
    if manifest["data"]["kind"] == "shadow":
        window = manifest["window"]
        return Wanted(start=window["trade_start"], end=window["end"])
    return wanted_by(manifest)


def _revised(records: Records, bars: "Bars") -> list[int]:
    """Return the opening times of the session's minutes that have other prices now."""
    found = []
    for record in records:
        if record["ev"] != "step":
            continue
        ts = record["t"] - bars.base_ms
        i = (ts - bars.ts0) // bars.base_ms
        if not 0 <= i < bars.n:
            continue
        now = [float(getattr(bars, name)[i]) for name in PRICES]
        if now != [record[key] for key in KEYS]:
            found.append(ts)
    return found


def _pairs(records: Records, outcome: backtest.Outcome) -> tuple[tuple[str, float, float], ...]:
    """Return signals, fills, fees and profit of both, by the session's journal."""
    fills = {record["n"]: record for record in records if record["ev"] == "exec"}
    trades = {record["n"]: record for record in records if record["ev"] == "trade"}
    signals = [record for record in records if record["ev"] == "signal"]
    ours = [fills[number] for number in sorted(fills)]
    mine = {
        "signals": float(len(signals)),
        "fills": float(len(ours)),
        "volume": float(np.sum([one["px"] * one["qty"] for one in ours])),
        "fees": float(np.sum([one["fee"] for one in ours])),
        "profit": float(np.sum([trades[number]["net"] for number in sorted(trades)])),
    }
    theirs = outcome.fills
    closed = outcome.legs
    other = {
        "signals": float(len(outcome.signals)),
        "fills": float(len(theirs)),
        "volume": float(np.sum(theirs["price"] * theirs["qty"])),
        "fees": float(np.sum(theirs["fee"])),
        "profit": float(np.sum(closed["net"])),
    }
    return tuple((name, mine[name], other[name]) for name in mine)
