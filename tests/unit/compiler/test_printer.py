from dataclasses import replace

from generators.irbuild import bar, block, const, intent, op, param, play, read, risk, series, stop
from generators.passes import CONTEXT
from irparse import parse
from tradec.compiler import ir
from tradec.compiler.pipeline import plan_of
from tradec.compiler.plan import Timed
from tradec.compiler.print_expr import SHORT
from tradec.compiler.printer import print_plan, print_play
from tradec.compiler.types import AnchoredMemory, FadingMemory, Kind, Type

EMA = series("ema_9", "ema", params={"length": param("n", Type(kind=Kind.INT))})
SWING = series("s", "swing", "5m", params={"left": 2, "right": 2}, private=True)
TREND = series("t", "trend", "5m", uses=("s",))


def sample() -> ir.Play:
    kind = read(SWING, "last_confirmed_pivot_type")
    rule = ir.All(
        operands=(
            ir.Cross(above=True, left=bar("close"), right=read(EMA, offset=2)),
            ir.Not(operand=ir.Compare(op="==", left=kind, right=ir.Const(value=1, type=kind.type))),
            ir.Any(
                operands=(
                    ir.Between(
                        operand=op(bar("high"), "/", const(2)), low=const(-1), high=const(1e-8)
                    ),
                    ir.Near(
                        relative=True,
                        left=bar("low", "5m"),
                        right=ir.Negate(operand=bar("open"), type=bar("open").type),
                        tolerance=const(0.005),
                    ),
                    ir.Known(value=False),
                )
            ),
        )
    )
    leave = block(
        ir.Compare(op="==", left=read(TREND, "last_hh"), right=const(value=True)),
        emit=(intent(ir.Action.EXIT_ALL), intent(ir.Action.NO_ACTION)),
        otherwise=(intent(ir.Action.ENTRY_SHORT),),
        id_="leave",
    )
    one = play(block(rule), leave, units=(EMA, SWING, TREND), params={"n": 9})
    return replace(
        one,
        risk=risk(stop_loss=stop("price_percent", 2.0, volatility=read(EMA))),
        validation=replace(one.validation, pattern="ranging", seed=7),
    )


def test_what_is_printed_reads_back() -> None:
    assert parse(print_play(sample())) == sample()


def test_a_series_and_a_rule_as_text() -> None:
    text = print_play(sample())
    assert (
        "series ema_9 indicator ema @1m\n"
        "  set length $n{int number}\n"
        "  takes 1m.close\n"
        "  gives value from 0: float source @1m\n"
    ) in text
    assert (
        "block entry\n"
        "  when\n"
        "    all\n"
        "      1m.close crosses above ema_9.value[2]\n"
        "      not\n"
        "        s.last_confirmed_pivot_type == high{enum enum none=0 high=1 low=-1 @5m}\n"
        "      any\n"
        "        (1m.high / 2){float number} between -1 and 1e-08\n"
    ) in text
    assert "series s structure swing @5m private\n" in text
    assert (
        "  stop_loss Stop\n"
        "    rule = 'price_percent'\n"
        "    value 2.0\n"
        "    buffer_pct 0.0\n"
        "    volatility ema_9.value\n"
        "    long_level absent\n"
        "    short_level absent\n"
        "  take_profit absent\n"
    ) in text


def test_types_show_lag_and_memory() -> None:
    fading = Type(kind=Kind.FLOAT, unit="bar index", lag=5, memory=FadingMemory(0.8, 1, 2))
    anchored = Type(kind=Kind.INT, timeframe="5m", memory=AnchoredMemory("a; 'b' c", 12))
    one = sample()
    outputs = (
        replace(EMA.outputs[0], type=fading),
        ir.Output(name="x", type=anchored, first_valid=3),
    )
    typed = replace(one, series=(replace(EMA, outputs=outputs), SWING, TREND))
    text = print_play(typed)
    assert "gives value from 0: float bar_index lag 5 fading 0.8 1 2\n" in text
    assert """gives x from 3: int number @5m anchored 12 "a; 'b' c"\n""" in text
    assert parse(text) == typed


def test_the_plan_shows_warmup_and_layout() -> None:
    plan = plan_of(sample(), CONTEXT)
    lines = print_plan(plan).splitlines()
    assert any(line.startswith("warmup 1m 43 fading: ema_9[2], 1 bar earlier") for line in lines)
    assert "ring s.highs: double[left + right + 1 if mode == 'fractal' else 0]" in lines
    assert "history ema_9.value 2" in lines
    assert "cell exec: 1m.close crosses above ema_9[2]" in lines
    assert "witnessed t.last_hh" in lines
    timed = print_plan(Timed(play=plan.play, warmup=plan.warmup))
    assert print_plan(plan).startswith(timed)
    assert timed.startswith(print_play(plan.play))


def test_rules_on_one_line() -> None:
    rule = sample().blocks[0].cases[0].when
    assert SHORT.condition(rule) == (
        "1m.close crosses above ema_9[2] and not s.last_confirmed_pivot_type == high and "
        "((1m.high / 2) between -1 and 1e-08 or 5m.low near -1m.open within ratio 0.005 or false)"
    )
    assert SHORT.any(param("n")) == "${n}"
