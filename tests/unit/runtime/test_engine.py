"""The loop around a strategy: progress, signals, holes, stops."""

from tradec.runtime.engine import Engine

from generators.scripted import LEAVE, LONG, Script, exchange_for, free_rules, plain_bars


def test_an_entry_waits_for_the_next_present_bar() -> None:
    bars = plain_bars([100.0, 101.0, 102.0, 102.0, 102.0, 107.0, 108.0], absent=(3, 4))
    exchange = exchange_for(free_rules(), bars.n)
    Engine(Script({2: LONG, 5: LEAVE}).strategy(), exchange, bars, 1).run()
    fills = exchange.fills_made()
    assert fills["ts"].tolist() == [bars.ts_open(5), bars.ts_open(6)]
    assert fills["price"].tolist() == [107.0, 108.0]
