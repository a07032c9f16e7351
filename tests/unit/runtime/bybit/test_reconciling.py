"""The table of live-runtime.md 8, row by row, and what holds of every pair."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakebybit.trader import INSTANCE, SYMBOL, link
from tradec.runtime.bybit.reconciling import (
    Adopt,
    AdoptOrder,
    ApplyLeverage,
    Block,
    Book,
    CancelOrder,
    Closed,
    Drift,
    EndOrder,
    Model,
    SetStop,
    Snapshot,
    differences,
    moved,
    signed,
)
from tradec.runtime.live.protocols import Execution, OrderRow, PositionRow, Side, WalletRow

OWN, THEIRS = str(link()), "somebody-else"


def position(qty: str = "0", **more: Any) -> PositionRow:
    number = Decimal(qty)
    side: Side | None = None if not number else "Buy" if number > 0 else "Sell"
    given = {
        "symbol": SYMBOL, "side": side, "qty": abs(number),
        "entry_price": Decimal(50_000) if number else None, "stop_loss": None,
        "take_profit": None, "liquidation_price": None, "leverage": Decimal(3),
        "is_hedged": False, "is_reduce_only": False, "seq": 1, "updated_ms": 1,
    }  # fmt: skip
    return PositionRow(**{**given, **more})


def fill(number: int, qty: str, link_id: str = OWN, **more: Any) -> Execution:
    amount = Decimal(qty)
    given = {
        "exec_id": f"x{number}", "order_id": "o", "link_id": link_id, "symbol": SYMBOL,
        "side": "Buy" if amount > 0 else "Sell", "kind": "Trade", "price": Decimal(50_000),
        "qty": abs(amount), "closed": Decimal(0), "fee": Decimal(0), "is_maker": False,
        "stop_kind": "", "ts": number, "seq": number,
    }  # fmt: skip
    return Execution(**{**given, **more})


def order(link_id: str, **more: Any) -> OrderRow:
    given = {
        "order_id": f"o-{link_id}", "link_id": link_id, "parent_link_id": "", "symbol": SYMBOL,
        "side": "Sell", "status": "working", "qty": Decimal(1), "filled": Decimal(0),
        "price": None, "trigger_price": None, "reduce_only": False, "stop_kind": "",
        "cancel_kind": "", "reject_reason": "", "created_ms": 0, "updated_ms": 0,
    }  # fmt: skip
    return OrderRow(**{**given, **more})


def snapshot(**more: Any) -> Snapshot:
    wallet = WalletRow(
        coin="USDT", equity=Decimal(1_000), balance=Decimal(1_000), available=None, ts=0
    )
    given = {
        "orders": (), "position": position(), "executions": (), "wallet": wallet,
        "margin_mode": "ISOLATED_MARGIN", "finals": {},
    }  # fmt: skip
    return Snapshot(**{**given, **more})


def model(**more: Any) -> Model:
    given = {
        "instance": INSTANCE, "qty": Decimal(0), "stop_loss": None, "working": frozenset(),
        "booked": frozenset(), "leverage": Decimal(3), "margin_mode": "ISOLATED_MARGIN",
        "tick": Decimal("0.1"), "balance": Decimal(1_000),
    }  # fmt: skip
    return Model(**{**given, **more})


def test_nothing_differs() -> None:
    assert differences(snapshot(), model()) == ()
    held = snapshot(position=position("1", stop_loss=Decimal(49_000)))
    assert differences(held, model(qty=Decimal(1), stop_loss=Decimal("49000.1"))) == ()


def test_an_unknown_execution_is_booked_and_explains_the_position() -> None:
    more = fill(2, "0.5")
    found = differences(
        snapshot(position=position("1.5"), executions=(fill(1, "1"), more)),
        model(qty=Decimal(1), booked={"x1"}),
    )
    assert found == (Book(execution=more),)


def test_a_size_that_nothing_explains_is_drift_and_the_exchange_wins() -> None:
    there = position("2")
    found = differences(snapshot(position=there), model(qty=Decimal(1)))
    assert found == (
        Drift(what="position", ours="1", theirs="2"),
        Block(code="DRIFT", detail="1 here, 2 there"),
        Adopt(position=there),
    )


def test_a_position_of_ours_that_we_did_not_know_is_adopted_with_its_stop() -> None:
    there, one = position("1"), fill(1, "1")
    found = differences(
        snapshot(position=there, executions=(one,)), model(stop_loss=Decimal(49_000))
    )
    assert found == (
        Book(execution=one),
        Adopt(position=there),
        SetStop(wanted=Decimal(49_000), have=None),
    )


def test_a_position_is_ours_by_the_stop_attached_to_it() -> None:
    child = order("", parent_link_id=OWN, stop_kind="StopLoss", reduce_only=True)
    found = differences(snapshot(position=position("1"), orders=(child,)), model())
    assert [type(one) for one in found] == [Adopt]


@pytest.mark.parametrize(
    ("policy", "kinds"), [("refuse", [Block]), ("ignore", []), ("adopt", [Adopt])]
)
def test_a_foreign_position_is_met_by_policy(policy: Any, kinds: list[type]) -> None:
    """N15."""
    there = snapshot(position=position("1"), executions=(fill(1, "1", THEIRS),))
    found = differences(there, model(foreign=policy))
    assert [type(one) for one in found] == [Book, *kinds]


def test_ours_of_an_earlier_position_does_not_make_the_next_one_ours() -> None:
    past = (
        fill(1, "1"),
        fill(2, "-1", closed=Decimal(1)),
        fill(3, "1", THEIRS),
    )
    found = differences(snapshot(position=position("1"), executions=past), model())
    assert found[-1] == Block(code="FOREIGN_POSITION", detail="Buy 1 is not ours")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"stop_kind": "StopLoss", "link_id": ""}, "sl"),
        ({"stop_kind": "TakeProfit", "link_id": ""}, "tp"),
        ({"kind": "BustTrade", "link_id": ""}, "liquidation"),
        ({"kind": "AdlTrade", "link_id": ""}, "adl"),
        ({"link_id": THEIRS}, "manual"),
        ({"link_id": str(link("X"))}, "exit"),
        ({"link_id": str(link("M"))}, "emergency"),
        ({"link_id": str(link("P"))}, "panic"),
    ],
)
def test_a_position_closed_elsewhere_has_its_reason(more: dict[str, Any], reason: str) -> None:
    one = fill(1, "-1", **{"closed": Decimal(1), **more})
    found = differences(snapshot(executions=(one,)), model(qty=Decimal(1)))
    assert found == (Book(execution=one), Closed(reason=reason))


def test_funding_moves_no_position() -> None:
    paid = fill(1, "1", "", kind="Funding")
    found = differences(snapshot(position=position("1"), executions=(paid,)), model(qty=Decimal(1)))
    assert found == (Book(execution=paid),)


@pytest.mark.parametrize("have", [None, Decimal(48_000)])
def test_a_stop_that_is_missing_or_elsewhere_is_repaired(have: Decimal | None) -> None:
    there = snapshot(position=position("1", stop_loss=have))
    found = differences(there, model(qty=Decimal(1), stop_loss=Decimal(49_000)))
    assert found[-1] == SetStop(wanted=Decimal(49_000), have=have)
    assert len(found) == 1 + (have is not None)


def test_orders() -> None:
    """Unknown entries go, protective ones are adopted, known ones and others' are left."""
    known, entry, target = order(OWN), order(str(link("E", 1))), order(str(link("X", 2)))
    stop = order("", parent_link_id=OWN, stop_kind="StopLoss", reduce_only=True)
    there = snapshot(
        orders=(known, entry, target, stop, order(THEIRS)),
        position=position("1"),
    )
    found = differences(there, model(qty=Decimal(1), working=frozenset({OWN})))
    assert found == (CancelOrder(row=entry, why="unknown_entry"), AdoptOrder(row=target))


def test_an_orphan_is_cancelled_unless_an_entry_is_pending() -> None:
    left = order(str(link("T")), reduce_only=True)
    there = snapshot(orders=(left, order(THEIRS, reduce_only=True)))
    assert differences(there, model()) == (CancelOrder(row=left, why="orphan"),)
    assert differences(there, model(entry_pending=True)) == (AdoptOrder(row=left),)


def test_an_order_that_is_gone_has_its_end() -> None:
    end = order(OWN, status="cancelled")
    gone = str(link("E", 5))
    there = snapshot(finals={OWN: end, gone: None})
    found = differences(there, model(working=frozenset({OWN, gone, "not looked up"})))
    assert set(found) == {EndOrder(link_id=OWN, row=end), EndOrder(link_id=gone, row=None)}


def test_settings_are_put_right_only_when_flat() -> None:
    flat = snapshot(position=position(leverage=Decimal(10)), margin_mode="REGULAR_MARGIN")
    codes = [one.code for one in differences(flat, model()) if isinstance(one, Block)]
    assert codes == ["MARGIN_MODE", "LEVERAGE"]
    assert ApplyLeverage(leverage=Decimal(3)) in differences(flat, model())
    held = replace(flat, position=position("1", leverage=Decimal(10), is_hedged=True))
    found = differences(held, model(qty=Decimal(1)))
    assert ApplyLeverage(leverage=Decimal(3)) not in found
    assert Block(code="POSITION_MODE", detail="the symbol is in hedge mode") in found


@pytest.mark.parametrize(
    ("balance", "transfers", "differs"),
    [("1000", "0", False), ("1004", "0", False), ("1006", "0", True), ("1500", "500", False)],
)
def test_the_wallet_may_differ_by_half_a_percent_and_by_transfers(
    balance: str, transfers: str, *, differs: bool
) -> None:
    wallet = replace(snapshot().wallet, balance=Decimal(balance))
    found = differences(snapshot(wallet=wallet, transfers=Decimal(transfers)), model())
    assert bool(found) == differs


qtys = st.integers(-3, 3).map(Decimal)
fills = st.lists(
    st.tuples(st.integers(-2, 2).filter(bool), st.sampled_from([OWN, THEIRS, str(link("X"))])),
    max_size=5,
)


@given(qtys, qtys, fills, st.sets(st.integers(0, 4)), st.sampled_from(["refuse", "adopt"]))
def test_after_the_actions_model_and_exchange_agree(
    ours: Decimal, theirs: Decimal, made: list[tuple[int, str]], known: set[int], policy: Any
) -> None:
    """Whatever differs, the position is explained, adopted, closed or blocked; never ignored."""
    executions = tuple(fill(k, str(qty), who) for k, (qty, who) in enumerate(made))
    booked = {f"x{number}" for number in known}
    there = snapshot(position=position(str(theirs)), executions=executions)
    start = model(qty=ours, booked=booked, foreign=policy)
    found = differences(there, start)
    news = tuple(one.execution for one in found if isinstance(one, Book))
    assert all(one.exec_id not in booked for one in news)
    qty = ours + moved(news)
    for action in found:
        if isinstance(action, Adopt):
            qty = signed(action.position)
        if isinstance(action, Closed):
            qty = Decimal(0)
    codes = {one.code for one in found if isinstance(one, Block)}
    assert qty == theirs or "FOREIGN_POSITION" in codes
