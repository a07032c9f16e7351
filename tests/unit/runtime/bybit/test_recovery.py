"""A desk that lost its memory, its messages or its process goes on where the exchange is."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import examples
from fakebybit.account import lost
from fakebybit.desk_cases import (
    BUY,
    CASES,
    LEAVE,
    executed,
    fills,
    levels,
    merged,
    script,
    simulated,
)
from fakebybit.exchange import LoopbackExchange
from fakebybit.lockstep import Lockstep
from fakebybit.trader import SYMBOL, link, request
from fakebybit.walks import walk
from fakebybit.worlds import T0, market
from tradec.runtime.bybit.desk_state import restore, saved
from tradec.runtime.bybit.reconciling import Action, Adopt, Block, Book, CancelOrder, Closed, Drift
from tradec.runtime.bybit.recovery import model_of, reconcile


@pytest.fixture
def session() -> Iterator[Lockstep]:
    with LoopbackExchange(market(60), now_ms=T0, rules=CASES["market"]) as exchange:
        exchange.account.venues[SYMBOL].set_leverage(20.0)
        yield Lockstep(exchange, CASES["market"])


def put_right(session: Lockstep, **more: Any) -> tuple[Action, ...]:
    given = {"margin_mode": "ISOLATED_MARGIN", "foreign": "refuse", "balance": None, **more}
    model = model_of(session.desk, **given)
    return reconcile(session.desk, session.broker, model, T0, T0)


def restarted(session: Lockstep, state: dict[str, Any] | None) -> Lockstep:
    """Return another process on the same exchange, with the state that the last one left."""
    again = Lockstep(session.exchange, session.rules)
    if state is not None:
        restore(again.desk, json.loads(json.dumps(state)))
    return again


def test_nothing_to_put_right(session: Lockstep) -> None:
    session.close(BUY)
    assert put_right(session) == ()


def test_messages_that_were_lost_are_made_up_for(session: Lockstep) -> None:
    session.exchange.account.mangle = lost("execution", "order", "position")
    session.close(BUY)
    assert session.desk.position is None
    found = put_right(session)
    assert next(type(one) for one in found) is Book
    position = session.desk.position
    assert position is not None
    assert session.venue.position is not None
    assert session.venue.position["stop"] == position.stop


def test_a_position_that_was_stopped_meanwhile_is_closed_here_too(session: Lockstep) -> None:
    session.close(BUY)
    session.exchange.account.mangle = lost("execution", "order", "position")
    assert session.venue.bar is not None
    session.venue.bar["low"] = 40_000.0
    session.exchange.release()
    assert session.desk.position is not None
    assert Closed(reason="sl") in put_right(session)
    assert session.desk.position is None
    assert session.desk.account.cash == pytest.approx(session.exchange.account.purse.cash)


def test_without_a_state_our_position_is_adopted_with_its_stop(session: Lockstep) -> None:
    session.close(BUY)
    assert session.venue.position is not None
    stop = session.venue.position["stop"]
    again = restarted(session, None)
    found = put_right(again)
    assert any(isinstance(one, Adopt) for one in found)
    assert again.desk.position is not None
    assert again.desk.position.stop == stop
    again.close(LEAVE)
    assert session.venue.position is None


def test_our_position_of_yesterday_is_known_by_its_executions(session: Lockstep) -> None:
    """Without state and without a stop, and long before what is to be booked."""
    session.broker.send(request(stop=None))
    session.exchange.clock.advance(3_600_000)
    again = restarted(session, None)
    model = model_of(again.desk, "ISOLATED_MARGIN", "refuse", None)
    now = session.exchange.clock.now_ms()
    found = reconcile(again.desk, again.broker, model, now, now)
    assert any(isinstance(one, Adopt) for one in found)
    assert "FOREIGN_POSITION" not in again.desk.blocked
    assert again.desk.account.cash == session.rules.starting_equity_usdt


def test_an_adopted_position_without_a_stop_gets_the_one_of_the_rules(session: Lockstep) -> None:
    session.broker.send(request())
    again = restarted(session, None)
    put_right(again)
    position = session.venue.position
    assert position is not None
    assert position["stop"] == pytest.approx(position["entry"] - 60.0, abs=0.1)


def test_an_adopted_position_whose_stop_nobody_knows_is_closed() -> None:
    """Its volatility was that of a decision that is forgotten."""
    how = CASES["volatility"]
    with LoopbackExchange(market(60), now_ms=T0, rules=how) as exchange:
        exchange.account.venues[SYMBOL].set_leverage(how.leverage)
        session = Lockstep(exchange, how)
        session.broker.send(request())
        put_right(session)
        assert exchange.account.venues[SYMBOL].position is None
        reasons = [one["reason"] for one in session.tells("emergency_close")]
        assert reasons == ["stop_unavailable"]


def test_a_foreign_position_blocks_and_is_left_alone(session: Lockstep) -> None:
    session.broker.send(request(link_id="by-hand"))
    again = restarted(session, None)
    found = put_right(again)
    assert Block(code="FOREIGN_POSITION", detail="Buy 0.010 is not ours") in found or any(
        isinstance(one, Block) and one.code == "FOREIGN_POSITION" for one in found
    )
    assert again.desk.blocked == {"FOREIGN_POSITION"}
    assert session.venue.position is not None


def test_an_entry_that_nobody_decided_is_cancelled(session: Lockstep) -> None:
    limit: dict[str, Any] = {"kind": "Limit", "time_in_force": "GTC"}
    limit["price"] = Decimal("40000.0")
    session.broker.send(request(link_id=str(link("E", 7)), **limit))
    found = put_right(session)
    assert [one.why for one in found if isinstance(one, CancelOrder)] == ["unknown_entry"]
    assert session.broker.orders() == ()


def test_a_leverage_that_was_changed_is_put_back_when_flat(session: Lockstep) -> None:
    """G4."""
    session.venue.set_leverage(7.0)
    assert any(isinstance(one, Block) and one.code == "LEVERAGE" for one in put_right(session))
    assert session.venue.leverage == 20.0


def test_what_was_traded_meanwhile_is_no_difference_of_the_wallet(session: Lockstep) -> None:
    """The wallet is compared with what was booked; what nobody booked is told."""
    put_right(session)
    balance = session.desk.wallet.balance  # type: ignore[union-attr]
    for _ in range(8):
        session.close(BUY)
        session.close(LEAVE)
    assert abs(session.exchange.account.purse.cash - float(balance)) > 5.0
    assert put_right(session, balance=balance) == ()
    session.exchange.account.purse.cash -= 300.0
    balance = session.desk.wallet.balance  # type: ignore[union-attr]
    found = put_right(session, balance=balance)
    assert [one.what for one in found if isinstance(one, Drift)] == ["wallet"]


@given(
    name=st.sampled_from(sorted(CASES)),
    seed=st.integers(0, 30),
    kills=st.sets(st.integers(1, 57), max_size=5),
)
@settings(max_examples=examples(8), deadline=None)
def test_restarts_change_nothing(name: str, seed: int, kills: set[int]) -> None:
    """A process that ends after any close and goes on from its state trades as if it had not."""
    place, (actions, percents, seen) = walk(seed, 60), script(seed)
    seen = levels(place, seen[:60])
    actions = [*actions[:57], LEAVE, 0, 0]
    how = CASES[name]
    percents = [*percents[:57], 100.0, 100.0, 100.0]
    reference = simulated(place, how, (actions, percents, seen))
    with LoopbackExchange(place, now_ms=T0, rules=how) as exchange:
        exchange.account.venues[SYMBOL].set_leverage(how.leverage)
        session, was_passed = Lockstep(exchange, how), False
        for minute in range(60):
            session.close(actions[minute], percents[minute], seen[minute])
            was_passed = was_passed or bool(session.tells("emergency_close"))
            if minute in kills:
                state = saved(session.desk)
                session = restarted(session, state)
                assert saved(session.desk) == state
                assert put_right(session) == ()
        # a stop that is moved to the price itself is refused, and the position closed at once
        assert was_passed or merged(executed(session)) == merged(fills(reference))
        cash = exchange.account.purse.cash
        assert session.desk.account.cash == pytest.approx(cash, abs=1e-9)


def test_a_state_of_another_version_is_refused(session: Lockstep) -> None:
    with pytest.raises(ValueError, match="version"):
        restore(session.desk, {**saved(session.desk), "v": 0})
