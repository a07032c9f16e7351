"""Whatever a feed and a machine do to a session, its outputs are those of the clean minutes."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from differential.test_session import backtested, left_by, recorded, subjects, traded
from effort import examples
from generators.feeds import Heard, heard
from generators.sessions import WHO, Recording
from tradec.runtime.live.audit import audit
from tradec.runtime.live.events import Event
from tradec.runtime.live.journal import records
from tradec.runtime.live.opening import Plan, Ran, run_session
from tradec.runtime.live.options import Options
from tradec.runtime.live.protocols import Link, Minute
from tradec.runtime.live.simulated import Traded
from tradec.runtime.live.sources import DataClock, minutes_of, warm_part

FATES = ("as it is", "as it is", "as it is", "lost", "twice", "late", "revised", "reconnect")


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    """Compile the sample before a property draws from it: it is drawn itself."""
    subjects()


@st.composite
def schedules(draw: st.DrawFn, clean: list[Minute]) -> tuple[list[Event], bool]:
    """Return what is heard of clean minutes, and whether entries may have been refused."""
    told: list[tuple[float, Event]] = []
    epoch, has_outage = 1, False
    for k, minute in enumerate(clean):
        match draw(st.sampled_from(FATES)) if k % 3 == 0 else "as it is":
            case "lost":
                continue
            case "twice":
                told += [(k, heard(minute)), (k + draw(st.integers(0, 5)) + 0.3, heard(minute))]
            case "late":
                told.append((k + draw(st.integers(1, 5)) + 0.5, heard(minute)))
            case "revised":
                other = heard(replace(minute, volume=minute.volume + 1.0))
                told += [(k, heard(minute)), (k + draw(st.integers(0, 5)) + 0.3, other)]
            case "reconnect":
                epoch, has_outage = epoch + 1, True
                told += [
                    (k - 0.2, Link("public", epoch - 1, "down", 0.0)),
                    (k - 0.1, Link("public", epoch, "up", 0.0)),
                    (k, heard(minute)),
                ]
            case _:
                told.append((k, heard(minute)))
    told.sort(key=lambda pair: pair[0])
    return [event for _, event in told], has_outage


def session(
    minutes: Recording,
    machine: Traded,
    folder: Path,
    source: Heard,
    *,
    resumes: bool = False,
) -> Ran:
    plan = Plan(
        identity=WHO,
        traded=machine,
        warm=lambda: (warm_part(minutes.bars, minutes.first), minutes.trade_start),
        source=source,
        clock=DataClock(minutes.bars.ts_open(minutes.first)),
        folder=folder,
        facts={"play": "p"},
        start={},
        options=Options(strict=True),
        resumes=resumes,
        durable=False,
    )
    return run_session(plan)


@given(st.data())
@settings(max_examples=examples(10), deadline=None)
def test_no_fault_of_the_feed_changes_what_a_play_sees(data: st.DataObject) -> None:
    specimen, market = data.draw(st.sampled_from(subjects()))
    minutes = recorded(specimen, market)
    clean = list(minutes_of(minutes.bars, minutes.first))
    expected = left_by(backtested(specimen, market))
    if expected["stop_reason"] != "end_of_data":
        return
    cut = data.draw(st.integers(1, len(clean) - 1))
    parts = [clean[:cut], clean] if data.draw(st.booleans()) else [clean]
    outages = False
    with tempfile.TemporaryDirectory() as name, specimen.told(market=market, cut=cut):
        for number, part in enumerate(parts):
            own = part[cut:] if number else part
            events, has_outage = data.draw(schedules(own))
            outages |= has_outage
            machine = traded(specimen, market)
            source = Heard(part, events)
            ran = session(minutes, machine, Path(name), source, resumes=number > 0)
        steps = list(records(Path(name), "step"))
        assert [one["t"] for one in steps] == [
            minutes.bars.ts_close(i) for i in range(minutes.first, minutes.bars.n)
        ]
        assert audit(specimen.fresh(), records(Path(name))).difference is None
        if outages:  # an entry that was refused in one is a difference of the account
            with tempfile.TemporaryDirectory() as other:
                session(
                    minutes,
                    traded(specimen, market),
                    Path(other),
                    Heard(clean, [*map(heard, clean)]),
                )
                outputs = [one.get("outputs") for one in records(Path(other), "step")]
            assert [one.get("outputs") for one in steps] == outputs
        else:
            assert left_by(ran.ending.outcome) == expected
