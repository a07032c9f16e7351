"""A run whose bars arrive in portions is the run over all of them, whatever the portions."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from differential.test_exchange import seen
from differential.told import told
from effort import examples
from generators.exchange_cases import Case, cases
from generators.portions import Left, at_once, in_portions

PORTIONS = st.lists(st.sampled_from((1, 1, 1, 2, 7, 40)), min_size=1, max_size=130)


@given(cases(), PORTIONS, st.lists(st.booleans(), max_size=130))
@settings(max_examples=examples(150), deadline=None)
def test_portions_and_restarts_change_nothing(
    case: Case, portions: list[int], restarts: list[bool]
) -> None:
    whole, parts = at_once(case), in_portions(case, portions, restarts)
    for mine, other in zip(left_by(parts), left_by(whole), strict=True):
        assert mine == other


def left_by(run: Left) -> tuple[Any, ...]:
    """Return everything a run leaves; padding of the records is no part of it."""
    kept = (run.exchange.signals_seen(), run.exchange.states_kept())
    rows = [[repr(sorted(row.items())) for row in told(table)] for table in kept]
    return (*seen(run.exchange), *rows, run.engine.slots_noted().tobytes())
