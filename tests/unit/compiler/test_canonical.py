import json
from dataclasses import replace

import pytest

from generators.irbuild import FLOAT, INT, bar, block, const, param, play, risk, series, stop
from tradec.compiler import ir
from tradec.compiler.canonical import canonical, module_hash, play_hash
from tradec.dsl.span import Position, Span

CLOSE = bar("close")
SPAN = Span("x.yml", Position(1, 1, 2), Position(3, 1, 4))


def one(level: ir.Number | None = None, **more: object) -> ir.Play:
    rule = ir.Compare(op=">", left=CLOSE, right=level or const(2.5))
    unit = series("ema_9", "ema", params={"length": 9})
    return play(block(rule), units=(unit,), **more)  # type: ignore[arg-type]


def test_it_is_sorted_json_without_types_and_spans() -> None:
    text = canonical(one(params={"b": 2, "a": 0.1}))
    meaning = json.loads(text)
    assert text == json.dumps(meaning, sort_keys=True, separators=(",", ":"))
    assert meaning["params"] == {"a": 0.1, "b": 2}
    assert meaning["series"][0]["params"] == [["length", 9]]
    assert set(meaning) == {
        "is",
        "symbol",
        "exec",
        "evaluation",
        "bars",
        "series",
        "blocks",
        "account",
        "risk",
        "policy",
        "entry",
        "backtest",
        "warmup_tolerance",
        "params",
    }
    for word in ("span", "outputs", "memory", "private", "low_tf"):
        assert f'"{word}"' not in text


@pytest.mark.parametrize(
    "same",
    [
        replace(one(), name="other"),
        replace(one(), validation=replace(one().validation, pattern="ranging")),
        replace(one(), deploy=replace(one().deploy, capital_usdt=5.0)),
        replace(one(), roles=(("high_tf", "D"),)),
        replace(one(), span=SPAN, series=tuple(replace(s, span=SPAN) for s in one().series)),
        one(ir.Const(value=2.5, type=FLOAT, span=SPAN)),
    ],
)
def test_what_does_not_change_the_meaning(same: ir.Play) -> None:
    assert canonical(same) == canonical(one())


def test_a_whole_number_where_a_float_stands_is_that_float() -> None:
    assert canonical(one(ir.Const(value=2, type=FLOAT))) == canonical(one(const(2.0)))
    assert canonical(one(const(2))) != canonical(one(const(2.0)))


@pytest.mark.parametrize(
    "other",
    [
        one(const(2.6)),
        replace(one(), symbol="ETHUSDT"),
        replace(one(), account=replace(one().account, taker_bps=const(5.0))),
        replace(one(), risk=risk(stop_loss=stop("percent", 2.0))),
        replace(one(), risk=risk(tp_order_type="limit")),
        replace(one(), entry=replace(one().entry, time_in_force="IOC")),
        replace(one(), backtest=replace(one().backtest, funding=False)),
        replace(one(), warmup_tolerance=1e-6),
        replace(one(), policy=replace(one().policy, mode="long_only")),
        replace(one(), series=(series("ema_9", "ema", params={"length": 10}),)),
        replace(one(), series=(series("ema_nine", "ema", params={"length": 9}),)),
        replace(one(), series=(series("ema_9", "ema", params={"length": 9}, source=bar("open")),)),
    ],
)
def test_what_changes_the_meaning(other: ir.Play) -> None:
    assert play_hash(other) != play_hash(one())
    assert module_hash(other) != module_hash(one())


def test_the_module_does_not_know_the_values_of_variables() -> None:
    plays = [one(param("level"), params={"level": value}) for value in (2.5, 2.6)]
    assert play_hash(plays[0]) != play_hash(plays[1])
    assert module_hash(plays[0]) == module_hash(plays[1])
    assert module_hash(plays[0]) != module_hash(one())
    whole = one(param("level", INT), params={"level": 2})
    assert module_hash(whole) != module_hash(plays[0])


def test_hashes_are_sixteen_hex_digits_and_stable() -> None:
    assert len(play_hash(one())) == 16
    assert int(play_hash(one()), 16) >= 0
    assert play_hash(one()) == play_hash(one())
