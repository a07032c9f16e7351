"""Builds plays of the IR by hand, for tests that look at one construct."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tradec.compiler import ir, money, trading
from tradec.compiler.catalog import standard
from tradec.compiler.chain_warmup import TOLERANCE
from tradec.compiler.figures import Figures
from tradec.compiler.orders import Orders
from tradec.compiler.prices import bars, builtin, price
from tradec.compiler.types import Kind, Type
from tradec.dsl import written
from tradec.dsl.diagnostics import Diagnostics
from tradec.runtime.timeframe import ORDER

FLOAT = Type(kind=Kind.FLOAT)
INT = Type(kind=Kind.INT)
BOOL = Type(kind=Kind.BOOL)
_FIGURES = Figures({})
_ORDERS = Orders(figures=_FIGURES, diagnostics=Diagnostics())
ENTER_LONG = ir.Action.ENTRY_LONG


def const(value: float) -> ir.Const:
    """Return a literal: bool, int or float by the value's own type."""
    if isinstance(value, bool):
        return ir.Const(value=int(value), type=BOOL)
    return ir.Const(value=value, type=INT if isinstance(value, int) else FLOAT)


def param(name: str, kind: Type = FLOAT) -> ir.Param:
    return ir.Param(name=name, type=kind)


def op(left: ir.Number, sign: str, right: ir.Number) -> ir.Arithmetic:
    whole = sign != "/" and left.type.kind is Kind.INT and right.type.kind is Kind.INT
    return ir.Arithmetic(op=sign, left=left, right=right, type=INT if whole else FLOAT)


def bar(name: str, timeframe: str = "1m", offset: int = 0) -> ir.Read:
    read = price(name, timeframe)
    assert isinstance(read, ir.Read)
    return ir.Read(series=timeframe, output=name, offset=offset, type=read.type)


def read(series: ir.Series, output: str = "", offset: int = 0) -> ir.Read:
    found = next(o for o in series.outputs if o.name == (output or series.outputs[0].name))
    return ir.Read(series=series.id, output=found.name, offset=offset, type=found.type)


def series(
    id_: str,
    unit: str,
    timeframe: str = "1m",
    *,
    params: Mapping[str, Any] | None = None,
    source: ir.Number | None = None,
    uses: tuple[str, ...] = (),
    volatility: ir.Read | None = None,
    private: bool = False,
) -> ir.Series:
    """Return a series of a catalogued unit; values of `params` may be settings of the IR."""
    spec = standard().spec(unit)
    given = params or {}
    inputs: list[ir.Number | None] = []
    for name in spec.inputs:
        match name:
            case "source":
                inputs.append(source or price("close", timeframe))
            case "volatility":
                inputs.append(volatility)
            case "ts_open" | "bar_number":
                inputs.append(None)
            case _:
                inputs.append(price(name, timeframe))
    return ir.Series(
        id=id_,
        unit=unit,
        kind=spec.kind,
        timeframe=timeframe,
        params=tuple((p.name, _setting(p, given.get(p.name, p.default))) for p in spec.params),
        inputs=tuple(inputs),
        uses=uses,
        outputs=tuple(_output(o, timeframe) for o in spec.outputs),
        private=private,
    )


def _setting(declared: Any, value: Any) -> ir.Setting | None:
    match value:
        case None:
            return None
        case ir.Const() | ir.Param():
            return value
        case str() if declared.kind == "choice":
            return ir.Const(value=declared.choices.index(value), type=INT)
        case str():
            return None
    return const(float(value) if declared.kind == "float" else value)


def _output(declared: Any, timeframe: str) -> ir.Output:
    kind = Kind(declared.kind)
    tokens = tuple((word or "none", code) for word, code in declared.tokens)
    type_ = Type(kind=kind, unit=declared.unit, tokens=tokens, timeframe=timeframe)
    return ir.Output(
        name=declared.name,
        type=type_,
        first_valid=0,
        empty=declared.empty,
        exclusive=declared.exclusive,
    )


def intent(action: ir.Action = ENTER_LONG, percent: float = 100.0) -> ir.Intent:
    return ir.Intent(action=action, percent=const(percent))


def block(
    *whens: ir.Condition,
    emit: tuple[ir.Intent, ...] | None = None,
    otherwise: tuple[ir.Intent, ...] = (),
    id_: str = "entry",
) -> ir.Block:
    cases = tuple(ir.Case(when=when, emit=emit or (intent(),)) for when in whens)
    return ir.Block(id=id_, cases=cases, otherwise=otherwise)


def account() -> trading.Account:
    return trading.Account(
        starting_equity_usdt=const(10_000.0),
        max_leverage=const(1.0),
        max_drawdown_pct=const(100.0),
        taker_bps=const(5.5),
        maker_bps=const(2.0),
        slippage_bps=const(2.0),
        min_trade_notional_usdt=const(10.0),
        max_notional_usdt=None,
        max_margin_usdt=None,
        maintenance_margin_rate=None,
        mm_deduction=None,
        on_sl_beyond_liq="reject",
    )


def risk(**given: Any) -> trading.Risk:
    """Return the risk of a play that says nothing about it, but for what is given."""
    silent = trading.Risk(
        sizing=trading.Sizing(model="percent_equity", value=const(10.0), include_costs=False),
        leverage=const(1.0),
        stop_loss=None,
        take_profit=None,
        trailing=None,
        break_even=None,
        sl_order_type="market",
        tp_order_type="market",
    )
    return replace(silent, **given)


def stop(rule: str, value: float | None, **given: Any) -> trading.Stop:
    bare = trading.Stop(
        rule=rule,
        value=None if value is None else const(value),
        buffer_pct=const(0.0),
        volatility=None,
        long_level=None,
        short_level=None,
    )
    return replace(bare, **given)


def play(
    *blocks: ir.Block,
    units: tuple[ir.Series, ...] = (),
    exec_: str = "1m",
    timeframes: tuple[str, ...] = (),
    params: Mapping[str, int | float] | None = None,
    mode: str = "long_short",
    exit_mode: str = "first_hit",
    evaluation: str = "exec_close",
    builtins: tuple[str, ...] = (),
) -> ir.Play:
    """Return a whole play around some blocks and series."""
    named = tuple(builtin(name, exec_) for name in builtins)
    used = {exec_, *timeframes, *(u.timeframe for u in units), *(b.timeframe for b in named)}
    return ir.Play(
        name="by_hand",
        symbol="BTCUSDT",
        exec=exec_,
        evaluation=evaluation,
        bars=tuple(bars(name) for name in ORDER if name in used),
        builtins=named,
        series=units,
        blocks=blocks,
        account=account(),
        risk=risk(),
        entry=_ORDERS.entry(written.Entry()),
        policy=trading.Policy(mode=mode, exit_mode=exit_mode, on_opposite="ignore"),
        backtest=money.backtest(_FIGURES, written.Backtest(), Diagnostics()),
        deploy=money.deploy(written.Deploy()),
        validation=money.validation(written.Validation()),
        warmup_tolerance=TOLERANCE,
        params=tuple(ir.Default(name=k, value=v) for k, v in (params or {}).items()),
        roles=(("low_tf", exec_),),
    )
