"""What a session makes of what its sockets say."""

from pathlib import Path

import pytest

from differential.test_session import recorded, subjects, traded
from generators.feeds import Heard, heard
from generators.sessions import WHO
from tradec.runtime.live.events import Event
from tradec.runtime.live.journal import records
from tradec.runtime.live.opening import Plan, run_session
from tradec.runtime.live.options import Options
from tradec.runtime.live.protocols import Link
from tradec.runtime.live.sources import DataClock, minutes_of, warm_part


def states(folder: Path, *events: Event) -> list[str]:
    """Return the states of a session that hears some minutes, then events, then the rest."""
    specimen, market = subjects()[0]
    minutes = recorded(specimen, market)
    clean = list(minutes_of(minutes.bars, minutes.first))[:40]
    told: list[Event] = [*map(heard, clean[:20]), *events, *map(heard, clean[20:])]
    plan = Plan(
        identity=WHO,
        traded=traded(specimen, market),
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
