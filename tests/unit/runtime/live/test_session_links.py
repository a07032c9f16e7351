"""What a session makes of what its sockets say."""

from pathlib import Path

import pytest

from generators.driving import MIDNIGHT
from generators.feeds import Heard, heard
from generators.scripted import Script, free_rules, plain_bars
from generators.sessions import WHO, Recording
from tradec.runtime.live.events import Event
from tradec.runtime.live.journal import records
from tradec.runtime.live.opening import Plan, run_session
from tradec.runtime.live.options import Options
from tradec.runtime.live.protocols import Link
from tradec.runtime.live.simulated import Traded
from tradec.runtime.live.sources import DataClock, minutes_of, warm_part
from tradec.runtime.sim.instrument import Instrument
from tradec.runtime.timeframe import MINUTE_MS


class Kept(Script):
    """A script that can be broken off."""

    def snapshot(self) -> bytes:
        return str(self.bars).encode()


def states(folder: Path, *events: Event) -> list[str]:
    """Return the states of a session that hears some minutes, then events, then the rest."""
    minutes = Recording(bars=plain_bars([100.0] * 45), trade_start=MIDNIGHT + 6 * MINUTE_MS)
    clean = list(minutes_of(minutes.bars, minutes.first))
    told: list[Event] = [*map(heard, clean[:20]), *events, *map(heard, clean[20:])]
    plan = Plan(
        identity=WHO,
        traded=Traded(
            strategy=Kept({}).strategy(),
            rules=free_rules(),
            instrument=Instrument.unconstrained(),
            exec_tf="1m",
            warmup={},
        ),
        warm=lambda: (warm_part(minutes.bars, minutes.first), minutes.trade_start),
        source=Heard(clean, told),
        clock=DataClock(minutes.bars.ts_open(minutes.first)),
        folder=folder,
        facts={},
        start={},
        options=Options(strict=True),
        durable=False,
    )
    run_session(plan)
    return [record["to"] for record in records(folder, "state")]


CALM = ["STARTING", "RUNNING", "STOPPING", "STOPPED"]
AGAIN = ["STARTING", "RUNNING", *["RECONNECTING"] * 2, "RUNNING", "STOPPING", "STOPPED"]
OUTAGE = ["STARTING", "RUNNING", "RECONNECTING", "RUNNING", "STOPPING", "STOPPED"]


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ((), CALM),
        ((Link("public", 1, "refused", 0.0, "tickers.X"),), CALM),
        ((Link("public", 1, "down", 0.0), Link("public", 2, "up", 0.0)), AGAIN),
        ((Link("public", 1, "stale", 0.0), Link("public", 2, "up", 0.0)), AGAIN),
        ((Link("public", 2, "up", 0.0),), OUTAGE),  # an outage too short to be told
        (
            (Link("public", 1, "refused", 0.0, "kline.1.X"),),
            ["STARTING", "RUNNING", "RECONNECTING", "STOPPING", "STOPPED"],
        ),
    ],
)
def test_states_follow_the_socket(
    tmp_path: Path, links: tuple[Link, ...], expected: list[str]
) -> None:
    assert states(tmp_path, *links) == expected
