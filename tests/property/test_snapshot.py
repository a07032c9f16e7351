"""A run that stops at any bar and goes on in another instance ends as the one that did not."""

from hypothesis import given, settings
from hypothesis import strategies as st

from differential.native_cases import Case, cases, values_of
from generators.driving import Trader, trade
from generators.markets import candles_of
from tradec.compiler.catalog import standard
from tradec.compiler.interpreter import Interpreter


@given(cases(runs=1, high=300), st.data())
@settings(max_examples=10)
def test_the_interpreter_goes_on_from_a_snapshot(case: Case, data: st.DataObject) -> None:
    candles = candles_of(case.markets[0].bars)
    cut = data.draw(st.integers(0, len(candles.rows) - 1))
    whole = Interpreter(case.play, standard(), values_of(case.play))
    trader = Trader()
    early = type(candles)(candles.rows[:cut], candles.start, candles.base_ms)
    trade(whole, early, trader=trader)
    other = Interpreter(case.play, standard(), values_of(case.play))
    other.restore(whole.snapshot())
    twin = Trader(trader.side, trader.held, trader.patience)
    assert trade(other, candles, first=cut, trader=twin) == trade(
        whole, candles, first=cut, trader=trader
    )
