"""The exchange against the reference, bit for bit, and the fast loop against every bar."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from tradec.runtime.sim.exchange import Exchange

from differential.reference_exchange import ReferenceExchange
from differential.told import told
from generators.exchange_cases import cases, play


def seen(exchange: Exchange) -> tuple[Any, ...]:
    """Return everything a run leaves, floats by their shortest repr."""
    return (
        exchange.stop_reason,
        exchange.entries_disabled,
        [repr(sorted(row.items())) for row in told(exchange.orders_made())],
        [repr(sorted(row.items())) for row in told(exchange.fills_made())],
        [repr(sorted(row.items())) for row in told(exchange.legs_closed())],
        [repr(x) for x in exchange.equity().tolist()],
    )


def expected(case: SimpleNamespace) -> tuple[Any, ...]:
    """Return the same of the reference."""
    reference = ReferenceExchange(case.rules, case.instrument)
    reference.run(case.bars, case.actions.tolist(), case.first, case.every)
    for order in reference.orders:
        del order["number"]
    tables = (reference.orders, reference.fills, reference.legs)
    return (
        reference.stop_reason,
        reference.starved,
        *([repr(sorted(row.items())) for row in rows] for rows in tables),
        [repr(x) for x in reference.equity],
    )


@given(cases())
@settings(max_examples=300, deadline=None)
def test_exchange_equals_reference(case: SimpleNamespace) -> None:
    for mine, other in zip(seen(play(case)), expected(case), strict=True):
        assert mine == other


@given(cases())
@settings(max_examples=150, deadline=None)
def test_calling_on_every_bar_changes_nothing(case: SimpleNamespace) -> None:
    assert seen(play(case)) == seen(play(case, by_bar=True))
