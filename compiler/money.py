"""Account, risk and policy with every default explicit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tradec.compiler import ir, trading
from tradec.compiler.series import setting
from tradec.compiler.types import Kind, Type
from tradec.compiler.typing_rules import float_const
from tradec.dsl import nodes
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Span
from tradec.dsl.words import join_words, number_text, suggest

EQUITY = 10_000.0
MAX_LEVERAGE = 1.0
MAX_DRAWDOWN_PCT = 100.0
TAKER_BPS = 5.5
MAKER_BPS = 2.0
SLIPPAGE_BPS = 2.0
MIN_TRADE_NOTIONAL = 10.0
POSITION_PCT = 10.0
POSITION_PCT_WITHOUT_RISK = 1.0

STOP_RULES = {"percent": 100.0, "price_percent": 100.0}
TARGET_RULES = {"percent": 10_000.0, "price_percent": 100.0}
"""The rules for stops and targets with their largest values (play-language.md 11)."""


@dataclass(frozen=True, slots=True)
class Money:
    """Fills in what a play leaves out about money."""

    variables: Mapping[str, nodes.Literal]
    diagnostics: Diagnostics

    def account(self, written: nodes.Account) -> trading.Account:
        """Return the account rules; a default has no place."""
        return trading.Account(
            span=written.span,
            starting_equity_usdt=self._filled(written.starting_equity_usdt, EQUITY),
            max_leverage=self._filled(written.max_leverage, MAX_LEVERAGE),
            max_drawdown_pct=self._filled(written.max_drawdown_pct, MAX_DRAWDOWN_PCT),
            taker_bps=self._filled(written.taker_bps, TAKER_BPS),
            maker_bps=self._filled(written.maker_bps, MAKER_BPS),
            slippage_bps=self._filled(written.slippage_bps, SLIPPAGE_BPS),
            min_trade_notional_usdt=self._filled(
                written.min_trade_notional_usdt, MIN_TRADE_NOTIONAL
            ),
            max_notional_usdt=self._real(written.max_notional_usdt),
            max_margin_usdt=self._real(written.max_margin_usdt),
            maintenance_margin_rate=None,
            mm_deduction=None,
            on_sl_beyond_liq="reject",
        )

    def risk(self, written: nodes.Risk | None, account: nodes.Account) -> trading.Risk:
        """Return sizing, leverage, and what protects a position."""
        shares = (
            (written.max_position_pct, POSITION_PCT)
            if written
            else (account.risk_per_trade_pct, POSITION_PCT_WITHOUT_RISK)
        )
        return trading.Risk(
            span=written.span if written else account.span,
            sizing=trading.Sizing(
                model="percent_equity", value=self._filled(*shares), include_costs=False
            ),
            leverage=self._filled(account.max_leverage, MAX_LEVERAGE),
            stop_loss=self._stop(written) if written else None,
            take_profit=self._target(written) if written else None,
            trailing=None,
            break_even=None,
            sl_order_type="market",
            tp_order_type="market",
        )

    def _stop(self, written: nodes.Risk) -> trading.Stop | None:
        found = self._distance(written.stop_loss, written.stop_loss_pct, STOP_RULES)
        if found is None:
            return None
        rule, value, span = found
        return trading.Stop(
            rule=rule,
            value=value,
            buffer_pct=float_const(0.0),
            volatility=None,
            long_level=None,
            short_level=None,
            span=span,
        )

    def _target(self, written: nodes.Risk) -> trading.Target | None:
        found = self._distance(written.take_profit, written.take_profit_pct, TARGET_RULES)
        if found is None:
            return None
        rule, value, span = found
        return trading.Target(rule=rule, value=value, volatility=None, span=span)

    def _distance(
        self, rule: nodes.Rule | None, percent: nodes.Value | None, rules: Mapping[str, float]
    ) -> tuple[str, ir.Setting, Span] | None:
        """Return the rule in mapping form, else the shorthand, which is in percent of margin."""
        first = next(iter(rules))
        if rule is None:
            if percent is None:
                return None
            written = nodes.Literal(value=first)
            rule = nodes.Rule(type=written, value=percent, span=percent.span)
        name = str(rule.type.value)
        if name not in rules:
            likely = suggest(name, rules) or f"write {join_words(rules)}"
            self._report(rule.type, f"unknown rule `{name}`", likely)
            name = first
        elif rule.value is None:
            self._report(rule, f"`{name}` has no value", "add `value`")
        value = self._real(rule.value) or float_const(1.0)
        if rule.value is not None:
            self._check_bounds(rule.value, value, rules[name])
        return name, value, rule.span

    def _check_bounds(self, written: nodes.Value, value: ir.Setting, high: float) -> None:
        known = value.value if isinstance(value, ir.Const) else self.variables[value.name].value
        if not isinstance(known, str) and not 0 < known <= high:
            self._report(written, f"{number_text(known)} is not above 0 and at most {high:g}")

    def percent(self, written: nodes.Value | None) -> ir.Setting:
        """Return the share of the position that an exit closes."""
        return self._filled(written, 100.0)

    def _filled(self, value: nodes.Value | None, default: float) -> ir.Setting:
        return self._real(value) or float_const(default)

    def _real(self, value: nodes.Value | None) -> ir.Setting | None:
        """Return a number of the play as a float; None where it is absent or no number."""
        if value is None:
            return None
        known = self.variables.get(value.name) if isinstance(value, nodes.VarRef) else value
        if known is None or isinstance(known.value, bool | str):
            self.diagnostics.report("E103", value.span, "not a number")
            return None
        made = setting(value, self.variables)
        return float_const(float(made.value), made.span) if isinstance(made, ir.Const) else made

    def _report(self, node: nodes.Node, message: str, help_: str = "") -> None:
        self.diagnostics.report("E701", node.span, message, helps=(help_,) if help_ else ())


def policy(written: nodes.Policy) -> trading.Policy:
    """Return which sides are traded and what ends a position."""
    return trading.Policy(
        span=(written.exit_mode or written).span,
        mode=str(written.mode.value) if written.mode else "long_only",
        exit_mode=str(written.exit_mode.value) if written.exit_mode else "sl_tp_only",
        on_opposite="ignore",
    )


def entry() -> trading.Entry:
    """Return how an entry is ordered."""
    return trading.Entry(
        order_type="market",
        limit_offset_pct=float_const(0.0),
        trigger_offset_pct=float_const(0.0),
        time_in_force="GTC",
        expire_after_bars=ir.Const(value=0, type=Type(kind=Kind.INT)),
        on_resignal="ignore",
    )


def backtest() -> trading.Backtest:
    """Return what a simulation assumes."""
    return trading.Backtest(
        window_start=None,
        window_end=None,
        mark_source=None,
        limit_fill="through",
        liq_formula="mark_value",
        constraints="instrument",
        funding=True,
        allow_gaps=False,
        impact=None,
        max_volume_fraction=None,
        market_band=None,
        max_position_equity_pct=float_const(95.0),
        stop_equity_usdt=float_const(0.0),
        continue_after_liquidation=False,
    )


def deploy() -> trading.Deploy:
    """Return what live sessions read."""
    return trading.Deploy(capital_usdt=None, settle_coin="USDT", dcp_window_s=30)


def validation(written: nodes.Validation | None) -> trading.Validation:
    """Return what a synthetic run of the play uses."""

    def said(name: str) -> Any:
        literal = getattr(written, name, None)
        return None if literal is None else literal.value

    return trading.Validation(
        pattern=said("pattern"),
        bars=said("bars"),
        seed=said("seed"),
        base_price=said("base_price"),
        volatility=said("volatility"),
        params=(),
        expect=trading.Expect(
            min_trades=None, direction=None, min_win_rate=None, max_drawdown_pct=None
        ),
    )
