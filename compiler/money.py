"""Account and what surrounds runs, with every default explicit."""

from typing import Any

from tradec.compiler import trading
from tradec.compiler.figures import Figures, flag, word
from tradec.dsl import nodes, written
from tradec.dsl.diagnostics import Diagnostics, Label
from tradec.dsl.sections_money import ACCOUNT, FEE_MODEL
from tradec.dsl.sections_runs import BACKTEST, DEPLOY


def account(
    figures: Figures, said: written.Account, backtest_said: written.Backtest
) -> trading.Account:
    """Return the account; what the backtest says of equity and slippage wins (14.2)."""
    number, given = figures.number, figures.given
    equity = given(backtest_said, "equity")
    slippage = given(backtest_said, "slippage_bps")
    return trading.Account(
        span=said.span,
        starting_equity_usdt=equity or number(ACCOUNT, said, "starting_equity_usdt"),
        max_leverage=number(ACCOUNT, said, "max_leverage"),
        max_drawdown_pct=number(ACCOUNT, said, "max_drawdown_pct"),
        taker_bps=number(FEE_MODEL, said, "taker_bps"),
        maker_bps=number(FEE_MODEL, said, "maker_bps"),
        slippage_bps=slippage or number(ACCOUNT, said, "slippage_bps"),
        min_trade_notional_usdt=number(ACCOUNT, said, "min_trade_notional_usdt"),
        max_notional_usdt=given(said, "max_notional_usdt"),
        max_margin_usdt=given(said, "max_margin_usdt"),
        maintenance_margin_rate=given(said, "maintenance_margin_rate"),
        mm_deduction=given(said, "mm_deduction"),
        on_sl_beyond_liq=word(ACCOUNT, said, "on_sl_beyond_liq"),
    )


def backtest(
    figures: Figures, said: written.Backtest, diagnostics: Diagnostics
) -> trading.Backtest:
    """Return what a simulation assumes."""
    window = said.window or written.Window()
    _check_window(window, diagnostics)
    return trading.Backtest(
        span=said.span,
        window_start=_value(window.start),
        window_end=_value(window.end),
        mark_source=word(BACKTEST, said, "mark_source") or None,
        limit_fill=word(BACKTEST, said, "limit_fill"),
        liq_formula=word(BACKTEST, said, "liq_formula"),
        constraints=word(BACKTEST, said, "constraints"),
        funding=flag(BACKTEST, said, "funding"),
        allow_gaps=flag(BACKTEST, said, "allow_gaps"),
        impact=_impact(figures, said.impact),
        max_volume_fraction=figures.given(said, "max_volume_fraction"),
        market_band=figures.given(said, "market_band"),
        max_position_equity_pct=figures.number(BACKTEST, said, "max_position_equity_pct"),
        stop_equity_usdt=figures.number(BACKTEST, said, "stop_equity_usdt"),
        continue_after_liquidation=flag(BACKTEST, said, "continue_after_liquidation"),
    )


def _check_window(window: written.Window, diagnostics: Diagnostics) -> None:
    start, end = window.start, window.end
    if start is not None and end is not None and _value(end) <= _value(start):
        diagnostics.report(
            "E104",
            end.span,
            "`backtest.window` ends before it begins",
            labels=(Label(span=start.span, text="it begins here"),),
            helps=("write an `end` that is later than its `start`",),
        )


def _impact(figures: Figures, said: written.Impact | None) -> trading.Impact | None:
    k = figures.given(said, "k")
    if said is None or k is None:
        return None
    return trading.Impact(
        span=said.span,
        model=str(said.model.value),
        k=k,
        cap_bps=figures.given(said, "cap_bps"),
    )


def deploy(said: written.Deploy) -> trading.Deploy:
    """Return what shadow and live sessions read."""
    return trading.Deploy(
        span=said.span,
        capital_usdt=_value(said.capital),
        settle_coin=word(DEPLOY, said, "settle_coin"),
        dcp_window_s=int(word(DEPLOY, said, "dcp_window")),
    )


def validation(said: written.Validation) -> trading.Validation:
    """Return what a synthetic run of the play uses, and what it should show."""
    expect = said.expect
    return trading.Validation(
        span=said.span,
        pattern=_value(said.pattern),
        bars=_value(said.bars),
        seed=_value(said.seed),
        base_price=_value(said.base_price),
        volatility=_value(said.volatility),
        params=tuple(sorted((name, _value(literal)) for name, literal in said.params)),
        expect=trading.Expect(
            span=expect.span,
            min_trades=_value(expect.min_trades),
            direction=_value(expect.direction),
            min_win_rate=_value(expect.min_win_rate),
            max_drawdown_pct=_value(expect.max_drawdown_pct),
        ),
    )


def _value(literal: nodes.Literal | None) -> Any:
    return None if literal is None else literal.value
