"""What comes later changes nothing that was decided before."""

from hypothesis import given, settings
from hypothesis import strategies as st

from differential.native_cases import Case, cases, values_of
from generators.driving import trade
from generators.markets import candles_of
from tradec.compiler.catalog import standard
from tradec.compiler.interpreter import Interpreter


@given(cases(runs=1, high=300), st.data())
@settings(max_examples=10)
def test_the_interpreter_knows_no_future(case: Case, data: st.DataObject) -> None:
    candles = candles_of(case.markets[0].bars)
    cut = data.draw(st.integers(0, len(candles.rows)))
    changed = (*candles.rows[:cut], *(tuple(v * 1.5 for v in row) for row in candles.rows[cut:]))
    other = type(candles)(changed, candles.start, candles.base_ms)
    steps = [
        trade(Interpreter(case.play, standard(), values_of(case.play)), one)
        for one in (candles, other)
    ]
    assert steps[0][:cut] == steps[1][:cut]
