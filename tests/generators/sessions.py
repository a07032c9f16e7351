"""Sessions over recorded minutes, whole or broken off and gone on with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradec.runtime import backtest
from tradec.runtime.data.bars import Bars
from tradec.runtime.live.journal import Identity
from tradec.runtime.live.opening import Plan, Ran, run_session
from tradec.runtime.live.options import Options
from tradec.runtime.live.simulated import Traded
from tradec.runtime.live.sources import DataClock, Recorded, minutes_of, warm_part
from tradec.runtime.timeframe import MINUTE_MS

WHO = Identity(inst="replay-TEST-p", mode="replay", play="p", ph="0" * 8, sym="TEST")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Bars as a backtest would cut them; bar `first` closes at `trade_start`."""

    bars: Bars
    trade_start: int

    @property
    def first(self) -> int:
        return (self.trade_start - self.bars.ts0) // MINUTE_MS - 1


def recording(bars: Bars, exec_tf: str, warmup: dict[str, int]) -> Recording:
    return Recording(bars=bars, trade_start=backtest.trade_start(bars, exec_tf, warmup, None))


def session(
    recorded: Recording,
    traded: Traded,
    folder: Path,
    *,
    until: int | None = None,
    resumes: bool = False,
    **more: Any,
) -> Ran:
    """Return a session over the minutes before bar `until`, or over all of them."""
    minutes = minutes_of(recorded.bars.slice(0, until or recorded.bars.n), recorded.first)
    plan = Plan(
        identity=WHO,
        traded=traded,
        warm=lambda: (warm_part(recorded.bars, recorded.first), recorded.trade_start),
        source=Recorded(minutes),
        clock=DataClock(recorded.bars.ts_open(recorded.first)),
        folder=folder,
        facts={"play": "p"},
        start={},
        options=Options(strict=True),
        resumes=resumes,
        durable=False,
        **more,
    )
    return run_session(plan)


def broken_off(
    recorded: Recording, traded: Sequence[Traded], folder: Path, stops: Sequence[int]
) -> Ran:
    """Return the last of several sessions, each going on from the state that the former left.

    `stops` are the bars before which all but the last end; each has a machine of its own.
    """
    ran = None
    for number, (until, machine) in enumerate(zip([*stops, None], traded, strict=True)):
        ran = session(recorded, machine, folder, until=until, resumes=number > 0)
    assert ran is not None
    return ran
