"""Each layer objects to what it is for, is asked, and never to what reduces."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradec.runtime.live.protocols import OrderRequest
from tradec.runtime.live.safety import layers
from tradec.runtime.live.safety.layers import LAYERS, Objection, objection_to
from tradec.runtime.live.safety.situation import FundingNext, Limits, Quote, Risk, Situation
from tradec.runtime.live.states import State

ENTRY = OrderRequest(
    link_id="tc1-abc",
    symbol="BTCUSDT",
    side="Buy",
    qty=Decimal("0.1"),
    stop_loss=Decimal(49000),
)
CALM = Situation(
    panic=False,
    state=State.RUNNING,
    blocked=frozenset(),
    host="demo",
    mode="demo",
    reference=50_000.0,
    quote=Quote(mark=50_010.0, age_ms=100),
    equity=10_000.0,
    balance=10_000.0,
    exposure=0.0,
    day_pnl=0.0,
    drawdown_pct=0.0,
    risk=Risk(
        leverage=2.0,
        tier_leverage=100.0,
        tier_notional=2_000_000.0,
        stop=49_000.0,
        liquidation=26_000.0,
        buffer=500.0,
    ),
)
FREE = Limits()
HOUR_MS = 3_600_000


def now(**changed: Any) -> Situation:
    risk = {name: changed.pop(name) for name in list(changed) if name in Risk.__slots__}
    return replace(CALM, **changed, risk=replace(CALM.risk, **risk))


DUE = FundingNext(rate=0.001, in_ms=HOUR_MS, interval_ms=4 * HOUR_MS)

CASES: dict[str, list[tuple[OrderRequest, Situation, Limits]]] = {
    "PANIC": [(ENTRY, now(panic=True), FREE)],
    "STATE": [(ENTRY, now(state=one), FREE) for one in State if one is not State.RUNNING],
    "ENTRIES_BLOCKED": [(ENTRY, now(blocked=frozenset({"JOURNAL"})), FREE)],
    "HOST": [(ENTRY, now(host="live"), FREE)],
    "DUPLICATE": [(ENTRY, now(sent=frozenset({"tc1-abc"})), FREE)],
    "STOP_MISSING": [(replace(ENTRY, stop_loss=None), CALM, FREE)],
    "FAT_FINGER": [
        (ENTRY, CALM, Limits(max_notional_usdt=4_999.0)),
        (ENTRY, now(usual_qty=Decimal("0.004")), FREE),
        (ENTRY, now(minute_volume=0.09), FREE),
    ],
    "MARK_STALE": [
        (ENTRY, now(quote=None), FREE),
        (ENTRY, now(quote=Quote(mark=5e4, age_ms=2_000)), FREE),
    ],
    "PRICE_DEVIATION": [
        (ENTRY, now(quote=Quote(mark=47_000.0, age_ms=0)), FREE),
        (ENTRY, now(quote=Quote(mark=float("nan"), age_ms=0)), FREE),
    ],
    "EXPOSURE": [(ENTRY, now(exposure=6_000.0), Limits(max_exposure_usdt=10_000.0))],
    "POSITION_SIZE": [(ENTRY, CALM, Limits(max_position_pct=49.0))],
    "LEVERAGE": [
        (ENTRY, now(leverage=101.0), FREE),
        (ENTRY, CALM, Limits(max_leverage=1.0)),
    ],
    "RISK_TIER": [(ENTRY, now(tier_notional=4_000.0), FREE)],
    "TRADE_RISK": [
        (ENTRY, CALM, Limits(max_risk_pct=0.9)),
        (replace(ENTRY, stop_loss=None), now(stop=None), Limits(max_risk_pct=50.0)),
    ],
    "DAILY_LOSS": [
        (ENTRY, now(day_pnl=-100.0), Limits(max_daily_loss_usdt=100.0)),
        (ENTRY, now(day_pnl=None), Limits(max_daily_loss_usdt=100.0)),
    ],
    "DRAWDOWN": [(ENTRY, now(drawdown_pct=20.0), Limits(max_drawdown_pct=20.0))],
    "MIN_BALANCE": [(ENTRY, now(balance=99.0), Limits(min_balance_usdt=100.0))],
    "FUNDING": [(ENTRY, now(funding=DUE), Limits(max_funding_pct_per_day=0.29))],
    "FUNDING_NEAR": [
        (ENTRY, now(funding=replace(DUE, in_ms=300_000)), Limits(funding_rate_pct=0.09))
    ],
    "SL_BEYOND_LIQUIDATION": [
        (ENTRY, now(liquidation=48_600.0), FREE),
        (replace(ENTRY, side="Sell"), now(stop=51_000.0, liquidation=51_400.0), FREE),
    ],
    "ORDER_STORM": [(ENTRY, now(is_storm=True), FREE)],
}


def test_an_ordinary_entry_meets_no_objection() -> None:
    assert objection_to(ENTRY, CALM, FREE) is None
    tight = Limits(
        max_notional_usdt=5_000.0,
        max_exposure_usdt=5_000.0,
        max_position_pct=50.0,
        max_leverage=2.0,
        max_risk_pct=1.0,
        max_daily_loss_usdt=1.0,
        max_drawdown_pct=1.0,
        min_balance_usdt=10_000.0,
        max_funding_pct_per_day=0.31,
        funding_rate_pct=0.1,
    )
    assert objection_to(ENTRY, now(funding=replace(DUE, in_ms=0)), tight) is None


@pytest.mark.parametrize(
    ("code", "case"), [(code, case) for code, cases in CASES.items() for case in cases]
)
def test_what_a_layer_is_for(code: str, case: tuple[OrderRequest, Situation, Limits]) -> None:
    found = objection_to(*case)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: str(layer.__name__))
def test_a_layer_that_is_not_asked_is_missed(layer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any one of them something goes through that must not."""
    monkeypatch.setattr(layers, "LAYERS", tuple(one for one in LAYERS if one is not layer))
    missed = [
        code
        for code, cases in CASES.items()
        for case in cases
        if (found := objection_to(*case)) is None or found.code != code
    ]
    assert missed


def test_every_code_that_a_layer_has_is_tried() -> None:
    source = set()
    for layer in LAYERS:
        source |= {
            word
            for word in layer.__code__.co_consts
            if isinstance(word, str) and word.isupper() and word != "RUNNING"
        }
    assert source == set(CASES)


def test_funding_that_is_received_is_no_reason() -> None:
    strict = Limits(max_funding_pct_per_day=0.0, funding_rate_pct=0.0)
    short = replace(ENTRY, side="Sell", stop_loss=Decimal(51000))
    at = now(funding=DUE, stop=51_000.0, liquidation=74_000.0)
    assert objection_to(short, at, strict) is None
    negative = now(funding=replace(DUE, rate=-0.001))
    assert objection_to(ENTRY, negative, strict) is None


@given(
    st.builds(
        replace,
        st.just(CALM),
        panic=st.booleans(),
        state=st.sampled_from(State),
        blocked=st.frozensets(st.sampled_from(("JOURNAL", "DRIFT"))),
        quote=st.none(),
        equity=st.floats(-1e6, 1e6),
        day_pnl=st.none() | st.floats(-1e9, 0),
        drawdown_pct=st.floats(0, 100),
        is_storm=st.booleans(),
        sent=st.just(frozenset({"tc1-abc"})),
    )
)
def test_nothing_keeps_a_position_from_getting_smaller(situation: Situation) -> None:
    strict = Limits(max_notional_usdt=0.0, max_exposure_usdt=0.0, max_daily_loss_usdt=0.0)
    order = replace(ENTRY, reduce_only=True, stop_loss=None)
    assert objection_to(order, situation, strict) is None


def test_an_objection_says_value_and_limit() -> None:
    assert objection_to(ENTRY, now(balance=99.0), Limits(min_balance_usdt=100.0)) == Objection(
        "MIN_BALANCE", 99.0, 100.0
    )
