import pytest

from generators.irbuild import INT, bar, block, const, param, play, read, series
from generators.passes import CONTEXT
from tradec.compiler import ir
from tradec.compiler.chain_warmup import fading_bars
from tradec.compiler.passes.compute_warmup import compute_warmup
from tradec.compiler.plan import Warmup


def warmups(*units: ir.Series, **more: object) -> dict[str, tuple[int, str, str]]:
    return of_play(play(units=units, **more))  # type: ignore[arg-type]


def of_play(one: ir.Play) -> dict[str, tuple[int, str, str]]:
    found = compute_warmup(one, CONTEXT)
    assert found.play is one
    return {w.timeframe: (w.bars, w.because, w.memory) for w in found.warmup}


def of(unit: ir.Series) -> int:
    return warmups(unit)["1m"][0]


@pytest.mark.parametrize(
    ("decay", "order", "bars"),
    [
        (0.8, 1, 31),  # 0.8**30 = 1.24e-3, 0.8**31 = 9.9e-4
        (0.8, 2, 35),  # 2 * 0.8**34 = 1.01e-3
        (0.5, 1, 10),
        (0.25, 1, 5),
        (0.0, 1, 1),
    ],
)
def test_the_smallest_k_at_which_the_seed_has_faded(decay: float, order: int, bars: int) -> None:
    assert fading_bars(decay, order) == bars
    assert order * decay**bars <= 1e-3
    assert bars == 0 or order * decay ** (bars - 1) > 1e-3


@pytest.mark.parametrize(
    ("unit", "bars", "memory"),
    [
        (series("x", "sma", params={"length": 20}), 20, "finite"),
        (series("x", "roc", params={"length": 10}), 11, "finite"),
        (series("x", "ema", params={"length": 9}), 9 + 31, "fading"),
        (series("x", "atr", params={"length": 2}), 2 + 10, "fading"),
        (series("x", "rsi", params={"length": 2}), 3 + 10, "fading"),
        (series("x", "donchian", params={"lower_length": 5, "upper_length": 7}), 7, "finite"),
        (series("x", "rolling_window", params={"size": 6, "mode": "max"}), 6, "finite"),
        (series("x", "swing", params={"left": 3, "right": 2}), 6, "anchored"),
    ],
)
def test_each_class_of_memory(unit: ir.Series, bars: int, memory: str) -> None:
    assert warmups(unit)["1m"] == (bars, "x", memory)


def test_the_slowest_output_counts_and_the_order_of_the_memory() -> None:
    # macd: fv of the signal = 26 + 9 - 2; 2 * (25 / 27)**k <= 1e-3 from k = 99 on
    assert of(series("x", "macd")) == 33 + 1 + 99
    assert 2 * (25 / 27) ** 99 <= 1e-3 < 2 * (25 / 27) ** 98


def test_chained_stages_add() -> None:
    inner = series("inner", "ema", params={"length": 9})
    outer = series("outer", "ema", params={"length": 9}, source=read(inner))
    third = series("third", "sma", params={"length": 5}, source=read(outer))
    assert warmups(inner, outer)["1m"] == (8 + 8 + 1 + 31 + 31, "outer", "fading")
    assert warmups(inner, outer, third)["1m"] == (8 + 8 + 4 + 1 + 31 + 31, "third", "fading")


def test_a_chain_on_one_output_adds_that_output() -> None:
    macd = series("m", "macd", params={"fast": 2, "slow": 3, "signal": 2})
    k = fading_bars(0.5, 2)
    on_line = series("x", "sma", params={"length": 90}, source=read(macd, "macd"))
    on_signal = series("x", "sma", params={"length": 90}, source=read(macd, "signal"))
    assert warmups(macd, on_line)["1m"][0] == 2 + 89 + 1 + k
    assert warmups(macd, on_signal)["1m"][0] == 3 + 89 + 1 + k


def test_structures_take_their_own_chain() -> None:
    volatility = series("v", "atr", params={"length": 30}, private=True)
    zigzag = series(
        "s", "swing", params={"mode": "atr_zigzag", "atr_length": 30}, volatility=read(volatility)
    )
    trend = series("t", "trend", uses=("s",))
    from tradec.compiler.chain_warmup import ChainWarmup  # noqa: PLC0415  looks inside

    chain = ChainWarmup(play(units=(volatility, zigzag, trend)), CONTEXT.catalog)
    assert chain.bars("s") == 30
    assert chain.bars("t") == 30
    assert chain.first_valid("t") == 29
    assert chain.bars("v") == 30 + fading_bars(29 / 30, 1)


def test_offsets_add_on_their_own_timeframe() -> None:
    unit = series("e", "sma", "5m", params={"length": 4})
    deep = ir.Compare(op=">", left=bar("high", "1m", 7), right=read(unit, offset=3))
    one = play(block(deep), units=(unit,), timeframes=("1h",))
    assert of_play(one) == {
        "1m": (8, "1m.high[7]", "finite"),
        "5m": (7, "e[3]", "finite"),
        "1h": (1, "1h", "finite"),
    }


def test_a_crossing_adds_one_exec_step() -> None:
    unit = series("e", "sma", params={"length": 4})
    slow = series("f", "sma", "5m", params={"length": 4})
    up = ir.Cross(above=True, left=read(slow), right=const(1))
    found = of_play(play(block(up), units=(unit, slow)))
    assert found["1m"] == (4, "e", "finite")
    assert found["5m"] == (5, "f, 1 bar earlier for f crosses above 1", "finite")


def _holds(operand: ir.Condition, samples: int, stride: int = 1) -> ir.Window:
    return ir.Window(operand=operand, samples=const(samples), stride=stride, least=const(samples))


def test_windows_look_back_to_their_first_sample_and_add() -> None:
    unit = series("f", "sma", "1h", params={"length": 4})
    high = ir.Compare(op=">", left=read(unit), right=const(1))
    once = play(block(_holds(high, 9)), units=(unit,), exec_="15m")
    found = of_play(once)
    assert {name: bars for name, (bars, _, _) in found.items()} == {"15m": 9, "1h": 6}
    apart = play(block(_holds(high, 3, stride=4)), units=(unit,), exec_="15m")
    assert {name: bars for name, (bars, _, _) in of_play(apart).items()} == {"15m": 9, "1h": 6}
    nested = play(block(_holds(_holds(high, 3), 7)), units=(unit,), exec_="15m")
    assert {name: bars for name, (bars, _, _) in of_play(nested).items()} == {"15m": 9, "1h": 6}


def test_minutes_count_on_the_minute_clock() -> None:
    price = ir.Read(series="last_price", output="value", offset=3, type=bar("close").type)
    high = ir.Compare(op=">", left=price, right=bar("close", "15m"))
    one = play(
        block(_holds(high, 20)),
        exec_="15m",
        evaluation="every_1m",
        builtins=("last_price",),
    )
    found = of_play(one)
    assert {name: bars for name, (bars, _, _) in found.items()} == {"1m": 23, "15m": 3}


def test_variables_count_with_the_plays_values() -> None:
    unit = series("e", "sma", params={"length": param("n", INT)})
    for length in (3, 50):
        assert warmups(unit, params={"n": length})["1m"][0] == length


def test_one_entry_per_timeframe_fastest_first() -> None:
    timed = compute_warmup(play(timeframes=("D", "15m", "M")), CONTEXT)
    assert timed.warmup == tuple(
        Warmup(timeframe=name, bars=1, because=name, memory="finite")
        for name in ("1m", "15m", "D", "M")
    )
