"""Sizing, stop, target, trailing stop and break-even (play-language.md 11), resolved."""

from dataclasses import dataclass, replace
from typing import Any

from tradec.compiler import ir, trading
from tradec.compiler.figures import Figures, flag
from tradec.compiler.levels import Levels
from tradec.compiler.typing_rules import float_const
from tradec.dsl import nodes, written
from tradec.dsl.diagnostics import Diagnostics, Label
from tradec.dsl.sections_money import ACCOUNT, BREAK_EVEN, RISK, SIZING, TRAILING
from tradec.dsl.span import Span

_ZERO = float_const(0.0)
_VOLATILITY = "volatility"
_TRAILING = ("trailing_atr", "trailing_pct")


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRules:
    """Builds the risk of one play; what cannot be built is reported as E701 and left out."""

    figures: Figures
    levels: Levels
    diagnostics: Diagnostics

    def risk(self, said: written.Risk | None, account: written.Account) -> trading.Risk:
        """Return what protects a position, and how large it is."""
        said = said or written.Risk(span=account.span, is_full=True)
        stop, trailing = self._stop(said), self._trailing(said)
        target = self._target(said, stop)
        return trading.Risk(
            span=said.span,
            sizing=self._sizing(said, account, stop),
            leverage=self._leverage(said, account),
            stop_loss=stop,
            take_profit=target,
            trailing=trailing,
            break_even=self._break_even(said),
            sl_order_type=self._order_type(said.sl_order_type, "sl_order_type", stop or trailing),
            tp_order_type=self._order_type(said.tp_order_type, "tp_order_type", target),
        )

    def _order_type(self, said: nodes.Literal | None, name: str, ordered: ir.Node | None) -> str:
        """Return how a stop or target is ordered; W110 where there is none, W130 for a stop."""
        order_type = "market" if said is None else str(said.value).lower()
        if said is None or order_type == "market":
            return "market"
        if ordered is None:
            noun = "stop" if name.startswith("sl") else "target"
            message = f"`{name}` has no effect: there is no {noun}"
            self.diagnostics.report("W110", said.span, message, helps=("remove it",))
            return "market"
        if name.startswith("sl"):
            self.diagnostics.report(
                "W130",
                said.span,
                "a stop as a limit order may not fill",
                notes=("where the price jumps over it, the position stays open",),
                helps=("write `sl_order_type: Market`",),
            )
        return order_type

    # --- the first stop -------------------------------------------------------------------------

    def _stop(self, said: written.Risk) -> trading.Stop | None:
        rule = said.stop_loss
        if rule is None:
            return self._short_stop(said)
        self._check_beside(said.stop_loss_pct, "stop_loss_pct", "stop_loss", rule)
        name = str(rule.type.value)
        plain = trading.Stop(
            rule=name,
            value=self.figures.given(rule, "value"),
            buffer_pct=self.figures.given(rule, "buffer_pct") or _ZERO,
            volatility=None,
            long_level=None,
            short_level=None,
            span=rule.span,
        )
        match name:
            case "atr_multiple":
                volatility = self.levels.volatility(rule.atr_feature_id)
                return replace(plain, volatility=volatility) if volatility else None
            case "structure":
                long_level, short_level = self.levels.of_stop(rule)
                return replace(plain, long_level=long_level, short_level=short_level)
            case "trailing_atr" | "trailing_pct":
                return self._trailed_stop(plain, self._trailing(said))
            case _:
                return plain

    def _short_stop(self, said: written.Risk) -> trading.Stop | None:
        """Return the stop of a play without the mapping; a lone `trailing` gives the first one."""
        value = self.figures.given(said, "stop_loss_pct")
        place = value or said.trailing
        if place is None:
            return None
        plain = trading.Stop(
            rule="percent",
            value=value,
            buffer_pct=_ZERO,
            volatility=None,
            long_level=None,
            short_level=None,
            span=place.span,
        )
        return plain if value else self._trailed_stop(plain, self._trailing(said))

    def _trailed_stop(
        self, plain: trading.Stop, trailing: trading.Trailing | None
    ) -> trading.Stop | None:
        """Return the first stop of a trailing one: as far from the entry as from the best price."""
        if trailing is None:
            return None
        rule = "price_percent" if trailing.rule == "percent" else "atr_multiple"
        return replace(plain, rule=rule, value=trailing.distance, volatility=trailing.volatility)

    # --- trailing and break-even ----------------------------------------------------------------

    def _trailing(self, said: written.Risk) -> trading.Trailing | None:
        """Return the trailing stop, whose parameters may stand in the stop or in `trailing`."""
        rule, own = said.stop_loss, said.trailing
        is_stop = rule is not None and rule.type.value in _TRAILING
        if not is_stop and own is None:
            return None
        place = (rule.type if rule is not None and is_stop else own) or said
        merged = self._merged(rule if is_stop else None, own, place.span)
        if is_stop and rule is not None:
            kind = "percent" if rule.type.value == "trailing_pct" else _VOLATILITY
        else:
            kind = _VOLATILITY if merged.trail_pct is None else "percent"
        return self._trailing_of(kind, merged)

    def _merged(
        self, rule: written.Rule | None, own: written.Trailing | None, span: Span
    ) -> written.Trailing:
        """Return the parameters of both places; one that stands in both is reported."""
        found: dict[str, Any] = {}
        for name in ("atr_multiplier", "atr_feature_id", "trail_pct", "activation_pct"):
            first, second = getattr(rule, name, None), getattr(own, name, None)
            if first is not None and second is not None:
                self._report(second.span, f"`{name}` stands in `stop_loss` and in `trailing`")
            found[name] = second if first is None else first
        return written.Trailing(span=span, **found)

    def _trailing_of(self, kind: str, merged: written.Trailing) -> trading.Trailing | None:
        other = ("trail_pct",) if kind == _VOLATILITY else ("atr_feature_id", "atr_multiplier")
        for name in other:
            value = getattr(merged, name)
            if value is not None:
                message = f"`{name}` does not go with a trailing stop in {_KINDS[kind]}"
                self._report(value.span, message, "remove it, or the other distance")
                return None
        wanted = "atr_feature_id" if kind == _VOLATILITY else "trail_pct"
        if getattr(merged, wanted) is None:
            helps = "add `trail_pct`, or `atr_feature_id` with a feature of an average true range"
            self._report(merged.span, "a trailing stop without its distance", helps)
            return None
        volatility = None
        if kind == _VOLATILITY:
            volatility = self.levels.volatility(merged.atr_feature_id)
            if volatility is None:
                return None
        distance = self.figures.given(merged, "trail_pct") or self.figures.number(
            TRAILING, merged, "atr_multiplier"
        )
        return trading.Trailing(
            rule=kind,
            distance=distance,
            activation_pct=self.figures.number(TRAILING, merged, "activation_pct"),
            volatility=volatility,
            span=merged.span,
        )

    def _break_even(self, said: written.Risk) -> trading.BreakEven | None:
        own = said.break_even
        if own is None:
            return None
        made = trading.BreakEven(
            activation_pct=self.figures.number(BREAK_EVEN, own, "activation_pct"),
            offset_pct=self.figures.number(BREAK_EVEN, own, "offset_pct"),
            span=own.span,
        )
        offset, activation = map(self.figures.value_of, (made.offset_pct, made.activation_pct))
        if offset > activation:
            self._report(
                (own.offset_pct or own).span,
                "a break-even stop on the wrong side of the price",
                "make `offset_pct` smaller than `activation_pct`",
                f"it goes to {offset:g} % beyond the entry when the price has moved"
                f" {activation:g} %",
            )
        return made

    # --- target, size, leverage -------------------------------------------------------------------

    def _target(self, said: written.Risk, stop: trading.Stop | None) -> trading.Target | None:
        rule = said.take_profit
        if rule is None:
            value = self.figures.given(said, "take_profit_pct")
            if value is None:
                return None
            return trading.Target(rule="percent", value=value, volatility=None, span=value.span)
        self._check_beside(said.take_profit_pct, "take_profit_pct", "take_profit", rule)
        value, name = self.figures.given(rule, "value"), str(rule.type.value)
        volatility = None
        if name == "atr_multiple":
            volatility = self.levels.volatility(rule.atr_feature_id)
        if value is None or (name == "atr_multiple" and volatility is None):
            return None
        if name == "rr_ratio" and stop is None and said.stop_loss is None:
            help_ = "add `stop_loss`, or another `type`"
            self._report(rule.type.span, "`rr_ratio` without a stop to measure by", help_)
        return trading.Target(rule=name, value=value, volatility=volatility, span=rule.span)

    def _sizing(
        self, said: written.Risk, account: written.Account, stop: trading.Stop | None
    ) -> trading.Sizing:
        own = said.sizing
        if own is None:
            return self._default_sizing(said, account)
        self._check_beside(said.max_position_pct, "max_position_pct", "sizing", own)
        self._check_beside(account.risk_per_trade_pct, "account.risk_per_trade_pct", "sizing", own)
        model = str(own.model.value)
        if model == "risk_based" and stop is None and said.stop_loss is None:
            help_ = "add `stop_loss`, or choose another `model`"
            self._report(own.model.span, "`risk_based` without a stop to measure by", help_)
        return trading.Sizing(
            model=model,
            value=self.figures.given(own, "value") or float_const(1.0),
            include_costs=flag(SIZING.sections["risk_based"], own, "include_costs"),
            span=own.span,
        )

    def _default_sizing(self, said: written.Risk, account: written.Account) -> trading.Sizing:
        """Return a share of the equity: that of `risk`, which has a place, or of the account."""
        if said.is_full:
            value = self.figures.number(ACCOUNT, account, "risk_per_trade_pct")
            return trading.Sizing(model="percent_equity", value=value, include_costs=False)
        place = said.max_position_pct or said
        self._check_beside(account.risk_per_trade_pct, "account.risk_per_trade_pct", "risk", place)
        return trading.Sizing(
            model="percent_equity",
            value=self.figures.number(RISK, said, "max_position_pct"),
            include_costs=False,
            span=place.span,
        )

    def _leverage(self, said: written.Risk, account: written.Account) -> ir.Setting:
        """Return the leverage in effect (14.4)."""
        of_account = self.figures.number(ACCOUNT, account, "max_leverage")
        own = self.figures.given(said.sizing, "max_leverage")
        if own is None:
            return of_account
        if self.figures.value_of(own) > self.figures.value_of(of_account):
            most = self.figures.value_of(of_account)
            self._report(
                own.span,
                f"a leverage of {self.figures.value_of(own):g}, and the account allows {most:g}",
                "raise `account.max_leverage`, or lower this one",
            )
        return own

    # --- findings ---------------------------------------------------------------------------------

    def _check_beside(
        self, value: nodes.Value | None, name: str, winner: str, place: nodes.Node
    ) -> None:
        """Report a figure that another one replaces."""
        if value is not None:
            self.diagnostics.report(
                "W110",
                value.span,
                f"`{name}` has no effect beside `{winner}`",
                labels=(Label(span=place.span, text="this one decides"),),
                helps=("remove one of the two",),
            )

    def _report(self, span: Span, message: str, help_: str = "", note: str = "") -> None:
        self.diagnostics.report(
            "E701",
            span,
            message,
            notes=(note,) if note else (),
            helps=(help_,) if help_ else (),
        )


_KINDS = {_VOLATILITY: "average true ranges", "percent": "percent"}
