"""A session over recorded minutes is the backtest of them, also when it is broken off."""

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from differential.sample import Specimen, sample
from differential.told import told
from effort import examples
from generators.markets import Market
from generators.sessions import Recording, broken_off, recording, session
from tradec.runtime import backtest
from tradec.runtime.live.audit import audit
from tradec.runtime.live.journal import records
from tradec.runtime.live.resuming import ResumeError
from tradec.runtime.live.simulated import Traded
from tradec.runtime.live.snapshot import read_snapshot
from tradec.runtime.timeframe import MINUTE_MS

TABLES = ("signals", "orders", "fills", "legs", "payments", "states")


@cache
def subjects() -> tuple[tuple[Specimen, Market], ...]:
    """Return the plays and markets of the sample that are minutes."""
    found = tuple(
        (specimen, market)
        for specimen in sample()
        for market in specimen.case.markets
        if market.bars.base_ms == MINUTE_MS and not market.bars.holes
    )
    assert len(found) >= 3
    return found


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    """Compile the sample before a property draws from it: it is drawn itself."""
    subjects()


def traded(specimen: Specimen, market: Market) -> Traded:
    return Traded(
        strategy=specimen.fresh(),
        rules=specimen.rules,
        instrument=market.instrument,
        exec_tf=specimen.play.exec,
        warmup=market.warmup,
    )


def recorded(specimen: Specimen, market: Market) -> Recording:
    return recording(market.bars, specimen.play.exec, market.warmup)


def backtested(specimen: Specimen, market: Market) -> backtest.Outcome:
    return backtest.run(
        specimen.fresh(),
        market.bars,
        specimen.rules,
        market.instrument,
        exec_tf=specimen.play.exec,
        warmup=market.warmup,
        notes=True,
    )


def left_by(outcome: backtest.Outcome | None) -> dict[str, Any]:
    """Return everything that a run leaves and that a session must leave too."""
    assert outcome is not None
    tables = {
        name: [repr(sorted(row.items())) for row in told(getattr(outcome, name))] for name in TABLES
    }
    names = ("trade_start", "bars", "final_equity", "stop_reason", "digest", "entries_disabled")
    return {
        **{name: getattr(outcome, name) for name in names},
        **tables,
        "equity": outcome.equity.tobytes(),
        "ts_close": outcome.ts_close.tolist(),
        "noted": outcome.noted.tobytes(),
    }


@pytest.mark.parametrize("number", range(3))
def test_a_replay_is_the_backtest(number: int, tmp_path: Path) -> None:
    specimen, market = subjects()[number]
    with specimen.told(market=market):
        ran = session(recorded(specimen, market), traded(specimen, market), tmp_path)
        assert left_by(ran.ending.outcome) == left_by(backtested(specimen, market))


@given(st.data())
@settings(max_examples=examples(25), deadline=None)
def test_a_session_goes_on_where_it_was_broken_off(data: st.DataObject) -> None:
    specimen, market = data.draw(st.sampled_from(subjects()))
    minutes = recorded(specimen, market)
    later = st.integers(minutes.first + 1, minutes.bars.n - 1)
    stops = sorted(data.draw(st.lists(later, min_size=1, max_size=3, unique=True)))
    machines = [traded(specimen, market) for _ in range(len(stops) + 1)]
    with tempfile.TemporaryDirectory() as name, specimen.told(market=market, stops=stops):
        ran = broken_off(minutes, machines, Path(name), stops)
        expected = left_by(backtested(specimen, market))
        assert left_by(ran.ending.outcome) == expected
        steps = [record["t"] for record in records(Path(name), "step")]
        verdict = audit(specimen.fresh(), records(Path(name)))
    last = (
        minutes.bars.n if expected["stop_reason"] == "end_of_data" else minutes.first + len(steps)
    )
    assert steps == [minutes.bars.ts_close(i) for i in range(minutes.first, last)]
    assert (verdict.minutes, verdict.difference) == (len(steps), None)
    assert ran.ending.outcome is not None
    assert verdict.decisions == len(ran.ending.outcome.signals)


@given(st.data())
@settings(max_examples=examples(15), deadline=None)
def test_an_audit_names_the_first_minute_that_differs(data: st.DataObject) -> None:
    specimen, market = data.draw(st.sampled_from(subjects()))
    with tempfile.TemporaryDirectory() as name:
        session(recorded(specimen, market), traded(specimen, market), Path(name))
        told_ = list(records(Path(name)))
    steps = [k for k, record in enumerate(told_) if record["ev"] == "step"]
    place = data.draw(st.integers(1, len(steps) - 1))
    spoilt = dict(told_[steps[place]])
    what = data.draw(st.sampled_from(("input", "digest", "decision")))
    if what == "input":
        del told_[steps[place - 1]]
    elif what == "digest":
        spoilt["digest"] = f"{int(spoilt['digest'], 16) ^ 1:016x}"
    elif "decision" in spoilt:
        del spoilt["decision"]
    else:
        spoilt["decision"] = [1, 1, 100.0]
    if what != "input":
        told_[steps[place]] = spoilt
    verdict = audit(specimen.fresh(), told_)
    assert verdict.difference is not None
    first = spoilt["t"] - MINUTE_MS if what == "input" else spoilt["t"]
    assert (verdict.difference.what, verdict.difference.ts) == (what, first)


def test_a_state_without_its_journal_is_refused(tmp_path: Path) -> None:
    specimen, market = subjects()[0]
    minutes = recorded(specimen, market)
    session(minutes, traded(specimen, market), tmp_path)
    for path in tmp_path.glob("journal-*"):
        path.unlink()
    with pytest.raises(ResumeError, match="does not reach"):
        session(minutes, traded(specimen, market), tmp_path, resumes=True)
    with pytest.raises(ResumeError, match="no state"):
        session(minutes, traded(specimen, market), tmp_path / "empty", resumes=True)


def test_a_new_session_puts_the_old_one_aside(tmp_path: Path) -> None:
    specimen, market = subjects()[0]
    minutes = recorded(specimen, market)
    outcomes = [
        session(minutes, traded(specimen, market), tmp_path).ending.outcome for _ in range(2)
    ]
    assert left_by(outcomes[0]) == left_by(outcomes[1])
    assert (tmp_path / "before-1" / "state.bin").is_file()
    assert [record["seq"] for record in records(tmp_path, "warm")] == [3]


def test_entries_of_a_paused_session_come_to_nothing(tmp_path: Path) -> None:
    specimen, market = next(
        pair for pair in subjects() if len(backtested(*pair).fills) and not pair[0].play.builtins
    )
    minutes = recorded(specimen, market)

    class _Paused:
        def __init__(self, session_: Any) -> None:
            session_.blocked.add("TEST")

        def __enter__(self) -> None: ...

        def __exit__(self, *_: object) -> None: ...

    ran = session(minutes, traded(specimen, market), tmp_path, begin=_Paused)
    assert ran.ending.outcome is not None
    assert len(ran.ending.outcome.orders) == 0
    assert len(ran.ending.outcome.signals) > 0
    blocked = list(records(tmp_path, "blocked"))
    assert {record["code"] for record in blocked} == {"TEST"}


def test_a_step_that_raises_ends_the_session(tmp_path: Path) -> None:
    specimen, market = subjects()[0]
    minutes = recorded(specimen, market)
    seen: list[Any] = []

    class _Broken:
        def __init__(self, session_: Any) -> None:
            seen.append(session_)
            step = session_.machine.step

            def broken(minute: Any, **how: Any) -> Any:
                if session_.last is not None:
                    raise RuntimeError("a defect")
                return step(minute, **how)

            session_.machine.step = broken

        def __enter__(self) -> None: ...

        def __exit__(self, *_: object) -> None: ...

    with pytest.raises(RuntimeError, match="a defect"):
        session(minutes, traded(specimen, market), tmp_path, begin=_Broken)
    told_ = list(records(tmp_path))
    assert [record["msg"] for record in told_ if record["ev"] == "error"] == ["a defect"]
    assert len([record for record in told_ if record["ev"] == "step"]) == 1
    states = [record["to"] for record in told_ if record["ev"] == "state"]
    assert states == ["STARTING", "RUNNING", "ERROR", "STOPPING", "STOPPED"]
    kept, _ = read_snapshot(tmp_path, {})
    last = [record["t"] for record in told_ if record["ev"] == "step"][-1]
    assert kept is not None
    assert kept.facts["at"] == last  # nothing of the step that failed
