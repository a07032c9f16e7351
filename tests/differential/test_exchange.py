"""The exchange against the reference, bit for bit, and the fast loop against every bar."""

from hypothesis import given, settings

from differential.both import both, left_by
from effort import examples
from generators.exchange_cases import Case, cases, play


@given(cases())
@settings(max_examples=examples(150), deadline=None)
def test_exchange_equals_reference(case: Case) -> None:
    both(case)


@given(cases())
@settings(max_examples=examples(75), deadline=None)
def test_calling_on_every_bar_changes_nothing(case: Case) -> None:
    left_by(play(case)).same_as(left_by(play(case, by_bar=True)))
