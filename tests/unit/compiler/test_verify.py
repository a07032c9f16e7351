from dataclasses import replace

import pytest

from generators.irbuild import (
    BOOL,
    FLOAT,
    INT,
    bar,
    block,
    const,
    intent,
    op,
    param,
    play,
    read,
    series,
)
from tradec.compiler import ir
from tradec.compiler.plan import Timed
from tradec.compiler.verify import InvariantError, verify

CLOSE = bar("close")
EMA = series("e", "ema")
CHAINED = series("f", "ema", source=read(EMA))
SWING = series("s", "swing", params={"left": 2, "right": 2})
TREND = series("t", "trend", uses=("s",))
PIVOT = read(SWING, "last_confirmed_pivot_type")
RISES = ir.Compare(op=">", left=CLOSE, right=read(EMA))
KNOWN = ir.Known(value=True)


def one(rule: ir.Condition = RISES, units: tuple[ir.Series, ...] = (EMA,)) -> ir.Play:
    return play(block(rule), units=units, params={"n": 2.5})


def test_a_sound_play_comes_back_itself() -> None:
    sound = one(ir.All(operands=(RISES, KNOWN)), (EMA, CHAINED, SWING, TREND))
    assert verify(sound) is sound
    timed = Timed(play=sound, warmup=())
    assert verify(timed) is timed


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        (one(units=()), "e.value does not exist"),
        (one(units=(EMA, EMA)), "e is declared twice"),
        (one(units=(CHAINED, EMA)), "f reads e, which is not ready"),
        (one(units=(EMA, TREND, SWING)), "t uses s, which does not step before"),
        (one(units=(EMA, replace(SWING, timeframe="5m"), TREND)), "s reads 1m, which is not"),
        (replace(one(), series=(replace(EMA, timeframe="5m"),)), "e runs on 5m"),
        (one(units=(EMA, series("g", "ema", source=bar("close", "5m")))), "g reads 5m"),
        (one(units=(EMA, series("g", "ema", source=bar("close", offset=1)))), "with an offset"),
        (replace(one(), exec="5m"), "exec 5m has no bars"),
        (replace(one(), bars=one().bars * 2), "1m is declared twice"),
        (one(ir.All(operands=(RISES,))), "All of 1 operands"),
        (one(ir.Not(operand=ir.Any(operands=()))), "Any of 0 operands"),
        (one(ir.Compare(op=">", left=bar("close", offset=501), right=const(1))), "501 bars ago"),
        (one(ir.Compare(op=">", left=CLOSE, right=param("m"))), "variable m has no value"),
        (one(ir.Compare(op=">", left=CLOSE, right=param("n", INT))), "n is read as a whole"),
        (one(ir.Compare(op="==", left=CLOSE, right=const(1))), "== on floats"),
        (one(ir.Compare(op=">", left=CLOSE, right=const(value=True))), "> on bool, float"),
        (one(ir.Compare(op=">", left=replace(CLOSE, type=INT), right=const(1))), "read as int"),
        (one(ir.Compare(op=">", left=CLOSE, right=const(float("inf")))), "literal inf"),
        (one(ir.Compare(op=">", left=CLOSE, right=ir.Const(value=1.5, type=INT))), "1.5 of kind"),
        (one(ir.Compare(op="==", left=PIVOT, right=const(1)), (EMA, SWING)), "an enum is"),
        (one(ir.Cross(above=True, left=CLOSE, right=const(value=True))), "Cross of something"),
        (
            one(ir.Compare(op=">", left=op(const(value=True), "+", const(1)), right=CLOSE)),
            "arithmetic on bool, int",
        ),
        (
            one(
                ir.Compare(op=">", left=replace(op(const(1), "/", const(2)), type=INT), right=CLOSE)
            ),
            "arithmetic on int gives int",
        ),
        (
            one(ir.Compare(op=">", left=ir.Negate(operand=const(1), type=FLOAT), right=CLOSE)),
            "arithmetic on int gives float",
        ),
        (replace(one(), blocks=(block(),)), "has no case"),
        (
            replace(one(), blocks=(replace(block(), cases=(ir.Case(when=KNOWN, emit=()),)),)),
            "emits nothing",
        ),
        (
            replace(
                one(), blocks=(block(KNOWN, emit=(replace(intent(), percent=param("x", BOOL)),)),)
            ),
            "variable x has no value",
        ),
    ],
)
def test_what_is_broken_is_named(broken: ir.Play, problem: str) -> None:
    with pytest.raises(InvariantError) as caught:
        verify(broken)
    assert problem in str(caught.value)
