"""The exchange against the reference, bit for bit, and the fast loop against every bar."""

from typing import Any

from hypothesis import given, settings
from tradec.runtime.sim.exchange import Exchange

from differential.reference_exchange import ReferenceExchange
from differential.told import told
from effort import examples
from generators.exchange_cases import EXEC, Case, cases, play
from tradec.runtime.timeframe import TIMEFRAMES


def seen(exchange: Exchange) -> tuple[Any, ...]:
    """Return everything a run leaves, floats by their shortest repr."""
    tables = (
        exchange.orders_made(),
        exchange.fills_made(),
        exchange.legs_closed(),
        exchange.funding_paid(),
    )
    return (
        exchange.stop_reason,
        exchange.entries_disabled,
        *([repr(sorted(row.items())) for row in told(rows)] for rows in tables),
        [repr(x) for x in exchange.equity().tolist()],
    )


def expected(case: Case) -> tuple[Any, ...]:
    """Return the same of the reference."""
    timeframe = TIMEFRAMES[EXEC[case.every]]
    reference = ReferenceExchange(case.rules, case.instrument, timeframe)
    how = (case.first, case.every, case.percents.tolist(), case.seen)
    reference.run(case.bars, case.actions.tolist(), *how)
    tables = (reference.orders, reference.fills, reference.legs, reference.payments)
    return (
        reference.stop_reason,
        reference.starved,
        *([repr(sorted(row.items())) for row in rows] for rows in tables),
        [repr(x) for x in reference.equity],
    )


@given(cases())
@settings(max_examples=examples(150), deadline=None)
def test_exchange_equals_reference(case: Case) -> None:
    for mine, other in zip(seen(play(case)), expected(case), strict=True):
        assert mine == other


@given(cases())
@settings(max_examples=examples(75), deadline=None)
def test_calling_on_every_bar_changes_nothing(case: Case) -> None:
    assert seen(play(case)) == seen(play(case, by_bar=True))
