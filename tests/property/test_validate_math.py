"""Every figure of random runs, computed anew by code that shares nothing with what made it."""

from hypothesis import assume, given, settings

from generators.evidence import evidence_of
from generators.exchange_cases import Case, cases, play
from tradec.runtime.validate.every import validate


@given(cases())
@settings(max_examples=120, deadline=None)
def test_every_check_holds_of_every_run(case: Case) -> None:
    assume(case.first + case.every <= case.bars.n)
    assume((play(case).fills_made()["price"] > 0.0).all())  # no tick, and slippage of all there is
    failed = [(one.name, one.first) for one in validate(evidence_of(case)) if not one.holds]
    assert failed == []
