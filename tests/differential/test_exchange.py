"""The exchange against the reference, bit for bit, and the fast loop against every bar."""

from typing import Any

from hypothesis import given, settings
from tradec.runtime.sim.exchange import Exchange

from differential.both import both, left_by
from effort import examples
from generators.exchange_cases import Case, cases, play


def seen(exchange: Exchange) -> tuple[Any, ...]:
    """Return everything a run leaves, floats by their shortest repr."""
    return tuple(left_by(exchange).shown().values())


@given(cases())
@settings(max_examples=examples(150), deadline=None)
def test_exchange_equals_reference(case: Case) -> None:
    both(case)


@given(cases())
@settings(max_examples=examples(75), deadline=None)
def test_calling_on_every_bar_changes_nothing(case: Case) -> None:
    assert seen(play(case)) == seen(play(case, by_bar=True))
