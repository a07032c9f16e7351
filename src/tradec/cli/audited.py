"""What `tradec audit` compares: the session with itself, with the data now, with the backtest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tradec.cli.error import CommandError
from tradec.cli.exits import Exit
from tradec.cli.machine import Machine
from tradec.cli.market import Market, Wanted, market_for
from tradec.cli.numbers import money
from tradec.cli.rerun import machine_of, wanted_by
from tradec.cli.settings import current
from tradec.cli.times import shown
from tradec.runtime import backtest
from tradec.runtime.data.errors import DataError

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
    """A session beside the backtest of its minutes; `absent` says why there is none.

    `revised` counts minutes whose prices the data have otherwise now, `first_revised` is the
    opening time of the first; `unknown` says why the data now cannot be had. `pairs` are (what,
    session, backtest).
    """

    absent: str = ""
    unknown: str = ""
    revised: int = 0
    first_revised: int | None = None
    pairs: tuple[tuple[str, float, float], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "absent": self.absent or None,
            "unknown": self.unknown or None,
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
        lines = [f"data now: {self.unknown or f'{self.revised} minutes have other prices{first}'}"]
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
    """Return the session beside the backtest of its minutes, and those beside the data now."""
    show("backtesting the window")
    window = entry.manifest["window"]
    own, absent = _market(machine, _own(entry))
    if own is None:
        return Compared(absent=absent)
    outcome = backtest.run(
        machine.fresh(),
        own.bars,
        machine.trading_rules(),
        own.instrument,
        exec_tf=machine.exec,
        warmup=machine.warmup,
        window=backtest.Window(start=window["trade_start"], end=window["end"]),
    )
    now: Market | None = own
    unknown = ""
    if entry.manifest["data"]["kind"] == "shadow":
        now, unknown = _market(machine, Wanted(start=window["trade_start"], end=window["end"]))
    revised = [] if now is None else _revised(records, now.bars)
    return Compared(
        unknown=unknown,
        revised=len(revised),
        first_revised=revised[0] if revised else None,
        pairs=_pairs(records, outcome),
    )


def _own(entry: "RunEntry") -> Wanted:
    """Return the minutes that the session was fed, where they came from its own hearing."""
    if entry.manifest["data"]["kind"] == "shadow":
        return Wanted(session=entry.path)
    return wanted_by(entry.manifest)


def _market(machine: Machine, wanted: Wanted) -> tuple[Market | None, str]:
    """Return a market, or why it cannot be had."""
    try:
        return market_for(wanted, machine, current().data_dir), ""
    except (CommandError, DataError) as problem:
        return None, problem.message


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
