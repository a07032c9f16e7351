"""What goes wrong between a decision and its order: one order, a stop, books that agree."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from fakebybit.account import duplicated, lost, reordered
from fakebybit.desk_cases import BUY, CASES, LEAVE, levels, script
from fakebybit.exchange import LoopbackExchange
from fakebybit.faults import Fault
from fakebybit.lockstep import Lockstep
from fakebybit.trader import SYMBOL
from fakebybit.walks import walk
from fakebybit.worlds import T0, market

CREATE, STOP = "/v5/order/create", "/v5/position/trading-stop"


@pytest.fixture
def session() -> Iterator[Lockstep]:
    with LoopbackExchange(market(60), now_ms=T0, rules=CASES["market"]) as exchange:
        exchange.account.venues[SYMBOL].set_leverage(20.0)
        yield Lockstep(exchange, CASES["market"])


def entered(session: Lockstep) -> Lockstep:
    session.close(BUY)
    assert session.desk.position is not None
    return session


def is_flat(session: Lockstep) -> bool:
    return session.desk.position is None and session.venue.position is None


def test_a_stop_that_is_refused_closes_and_blocks(session: Lockstep) -> None:
    session.venue.keeps_stops = False
    session.exchange.faults.always(STOP, Fault(ret_code=10001, ret_msg="params error"))
    session.close(BUY)
    assert is_flat(session)
    assert session.desk.blocked == {"EMERGENCY_CLOSE"}
    assert session.tells("emergency_close") == [{"reason": "stop_missing", "outcome": "closed"}]


def test_an_exit_that_fills_in_part_goes_on(session: Lockstep) -> None:
    entered(session)
    session.venue.shares.extend([0.5, 0.5])
    session.close(LEAVE)
    assert is_flat(session)
    exits = [one["order"] for one in session.tells("intent") if one["order"].reduce_only]
    assert len({order.link_id for order in exits}) == len(exits) == 3


def test_an_entry_that_fills_in_part_is_a_position(session: Lockstep) -> None:
    session.venue.shares.append(0.5)
    entered(session)
    assert session.desk.working is None
    assert session.venue.position is not None
    assert session.venue.position["stop"] == session.desk.position.stop  # type: ignore[union-attr]


def test_an_entry_that_is_objected_to_is_not_sent(session: Lockstep) -> None:
    session.objection = lambda order: "" if order.reduce_only else "PANIC"
    session.close(BUY)
    assert session.exchange.register.of(CREATE) == []
    assert session.tells("blocked")[0]["code"] == "PANIC"
    session.objection = lambda _: ""
    entered(session)
    session.objection = lambda _: "PANIC"
    session.close(LEAVE)
    assert is_flat(session)


def test_an_objection_after_a_lost_request_stops_the_second_attempt(session: Lockstep) -> None:
    """C9: set between the decision and the send, a panic leaves the entry abandoned."""
    session.exchange.faults.add(CREATE, Fault(reset=True, applied=False))
    calls = iter(["", "PANIC"])
    session.objection = lambda _: next(calls, "PANIC")
    session.close(BUY)
    assert len(session.exchange.register.of(CREATE)) == 1
    assert is_flat(session)
    assert len(session.desk.following.abandoned) == 1


def abandoned(session: Lockstep) -> dict[str, Any]:
    """Lose an entry that may not be sent again; return what was asked for."""
    session.exchange.faults.add(CREATE, Fault(reset=True, applied=False))
    calls = iter([""])
    session.objection = lambda _: next(calls, "PAUSED")
    session.close(BUY)
    session.objection = lambda _: ""
    return session.exchange.register.of(CREATE)[-1].params


def test_nothing_is_entered_while_an_entry_is_unknown(session: Lockstep) -> None:
    """C6: for ten minutes; then it never was."""
    abandoned(session)
    session.close(BUY)
    assert session.tells("blocked")[-1] == {"code": "ENTRY_UNKNOWN"}
    for _ in range(10):
        session.close()
    session.close(BUY)
    assert session.desk.position is not None
    assert len(session.venue.executions) == 1


def test_an_abandoned_entry_that_fills_late_is_ours_and_has_its_stop(session: Lockstep) -> None:
    asked = abandoned(session)
    session.exchange.rest.routes[CREATE](asked)
    session.settle()
    position = session.desk.position
    assert position is not None
    assert position.link_id == asked["orderLinkId"]
    assert session.venue.position is not None
    assert session.venue.position["stop"] == position.stop
    assert not session.desk.following.is_pending


def test_an_abandoned_entry_that_rests_late_is_cancelled() -> None:
    how = CASES["limit"]
    with LoopbackExchange(market(60), now_ms=T0, rules=how) as exchange:
        session = Lockstep(exchange, how)
        asked = abandoned(session)
        assert isinstance(exchange.rest.routes[CREATE](asked), dict)
        session.settle()
        assert session.broker.orders() == ()
        assert not session.desk.following.is_pending


def test_fills_of_which_nothing_was_heard_are_looked_up(session: Lockstep) -> None:
    """H13: the answer comes, the messages do not."""
    session.exchange.account.mangle = lost("execution", "order", "position")
    session.close(BUY)
    assert session.desk.position is None
    session.close()
    assert session.desk.position is not None
    assert any("overdue_ms" in fields for fields in session.tells("order"))


def test_the_session_can_close_everything(session: Lockstep) -> None:
    entered(session)
    assert session.desk.close_all("P")
    session.settle()
    assert is_flat(session)
    assert session.broker.orders() == ()


MANGLES: dict[str, Any] = {"whole": list, "twice": duplicated, "backwards": reordered}
CREATES = {
    "lost": Fault(reset=True, applied=False),
    "unanswered": Fault(reset=True),
    "too fast": Fault(ret_code=10006),
    "server": Fault(ret_code=10016),
}


@given(
    seed=st.integers(0, 50),
    name=st.sampled_from(sorted(CASES)),
    mangle=st.sampled_from(sorted(MANGLES)),
    creates=st.lists(st.sampled_from([None, *sorted(CREATES)]), max_size=12),
    stops=st.lists(st.sampled_from([None, *sorted(CREATES)]), max_size=8),
)
@settings(max_examples=examples(12), deadline=None)
def test_whatever_goes_wrong_the_invariants_hold(
    seed: int, name: str, mangle: str, creates: list[Any], stops: list[Any]
) -> None:
    """One order for one decision, a stop on every position, books that agree."""
    place, (actions, percents, seen) = walk(seed, 60), script(seed)
    seen = levels(place, seen[:60])
    with LoopbackExchange(place, now_ms=T0, rules=CASES[name]) as exchange:
        exchange.account.venues[SYMBOL].set_leverage(CASES[name].leverage)
        session = Lockstep(exchange, CASES[name])
        exchange.account.mangle = MANGLES[mangle]
        exchange.faults.add(CREATE, *(CREATES[one] if one else None for one in creates))
        exchange.faults.add(STOP, *(CREATES[one] if one else None for one in stops))
        for minute in range(58):
            session.close(actions[minute], percents[minute], seen[minute])
            mine, theirs = session.desk.position, session.venue.position
            assert (mine is None) == (theirs is None)
            if mine is not None and theirs is not None:
                assert float(mine.qty) == pytest.approx(theirs["qty"])
                assert np.isfinite(theirs["stop"])
        entries = [one.order.link_id for one in session.venue.executions if not one.closed]
        links = [link for link in entries if link]
        decided = {f["order"].link_id for f in session.tells("intent")}
        assert set(links) <= decided
        by_link = {link: session.venue.by_link[link] for link in links}
        assert all(order.filled <= float(order.qty) for order in by_link.values())
        assert session.desk.account.cash == pytest.approx(exchange.account.purse.cash, abs=1e-6)
