"""The money rules of a play in plain English."""

from collections.abc import Iterator
from dataclasses import dataclass

from tradec.compiler import ir, trading
from tradec.compiler.english import English, series_of
from tradec.compiler.settings import play_values, setting
from tradec.dsl.words import number_text

_MODES = {
    "long_only": "It only goes long.",
    "short_only": "It only goes short.",
    "long_short": "It goes long and short, one position at a time.",
}
_EXITS = {
    "sl_tp_only": "A position ends at its stop or its target and nowhere else.",
    "signal": "A position ends by the exit rules; a stop and a target act too where there are any.",
}
_EXIT_RULES = {ir.Action.EXIT_LONG, ir.Action.EXIT_SHORT, ir.Action.EXIT_ALL}
_OPPOSITE = {
    "ignore": "An entry of the other side is ignored while a position is open.",
    "close": "An entry of the other side closes the open position.",
    "reverse": "An entry of the other side reverses the open position.",
}


@dataclass(frozen=True, slots=True)
class MoneyWords:
    """Says how one play orders, what it risks and what it costs."""

    play: ir.Play
    english: English

    def orders(self) -> Iterator[str]:
        """Yield how an entry is ordered and what ends a position."""
        policy = self.play.policy
        yield _MODES[policy.mode]
        yield self._entry()
        if self.play.entry.order_type != "market":
            yield self._lifetime()
        yield _EXITS.get(policy.exit_mode) or self._first_hit()
        if policy.mode == "long_short":
            yield _OPPOSITE[policy.on_opposite]

    def _first_hit(self) -> str:
        """Say which of the ways out there are."""
        blocks, risk = self.play.blocks, self.play.risk
        emits = [case.emit for block in blocks for case in block.cases]
        emits += [block.otherwise for block in blocks]
        has_rule = any(intent.action in _EXIT_RULES for emit in emits for intent in emit)
        ways = {
            "an exit rule": has_rule,
            "its stop": risk.stop_loss is not None or risk.trailing is not None,
            "its target": risk.take_profit is not None,
        }
        found = [way for way, is_there in ways.items() if is_there]
        if len(found) == 1:
            return f"A position ends by {found[0]} alone."
        return f"A position ends by whatever comes first: {series_of(found, 'or')}."

    def _entry(self) -> str:
        entry = self.play.entry
        match entry.order_type:
            case "limit":
                offset = self.english.percent(entry.limit_offset_pct)
                return f"It enters by a limit order {offset} better than the close."
            case "stop":
                offset = self.english.percent(entry.trigger_offset_pct)
                return f"It enters at the market once the price is {offset} beyond the close."
            case "stop_limit":
                trigger = self.english.percent(entry.trigger_offset_pct)
                worst = self.english.percent(entry.limit_offset_pct)
                return (
                    f"Once the price is {trigger} beyond the close, it enters by a limit order at "
                    f"most {worst} worse than that."
                )
            case _:
                return "It enters by a market order."

    def _lifetime(self) -> str:
        entry = self.play.entry
        lives = self._number(entry.expire_after_bars)
        until = (
            f"is canceled after {lives} bars of {self.play.exec}"
            if self._value(entry.expire_after_bars)
            else "waits until it fills"
        )
        again = "replaces it" if entry.on_resignal == "replace" else "changes nothing"
        return f"The order ({entry.time_in_force}) {until}; a new signal meanwhile {again}."

    def risk(self) -> Iterator[str]:
        """Yield size, stop, target, trailing stop and break-even."""
        risk = self.play.risk
        yield self._size(risk.sizing)
        yield f"Leverage: {self._number(risk.leverage)}."
        yield self._stop(risk.stop_loss, risk.sl_order_type)
        yield self._target(risk.take_profit, risk.tp_order_type)
        if risk.trailing is not None:
            yield self._trailing(risk.trailing)
        if risk.break_even is not None:
            yield self._break_even(risk.break_even)

    def _break_even(self, rule: trading.BreakEven) -> str:
        ahead, beyond = map(self.english.percent, (rule.activation_pct, rule.offset_pct))
        moved = f"the stop goes {beyond} beyond the entry price"
        return f"Break-even: once the price is {ahead} ahead, {moved}."

    def _size(self, sizing: trading.Sizing) -> str:
        value, share = self._number(sizing.value), self.english.percent(sizing.value)
        match sizing.model:
            case "percent_equity":
                return f"Size: {share} of the free equity as margin."
            case "risk_based":
                costs = ", fees and slippage included" if sizing.include_costs else ""
                return f"Size: so that the stop loses {share} of the equity{costs}."
            case "fixed_usdt":
                return f"Size: {value} USDT of margin."
            case _:
                return f"Size: {value} USDT of position."

    def _stop(self, stop: trading.Stop | None, order: str) -> str:
        if stop is None:
            return "Stop: none."
        buffer = (
            f" plus {self.english.percent(stop.buffer_pct)}" if self._value(stop.buffer_pct) else ""
        )
        if stop.rule != "structure":
            assert stop.value is not None
            where = self._distance(stop.rule, stop.value, stop.volatility)
            return f"Stop: {where}{buffer} away from the entry price ({order} order)."
        fallback = (
            f"; without a usable level {self._distance('percent', stop.value, None)}"
            if stop.value is not None
            else ""
        )
        sides = (("long", stop.long_level), ("short", stop.short_level))
        levels = [f"{self._level(read)} for a {side}" for side, read in sides if read is not None]
        return f"Stop: at {series_of(levels, 'and')}{buffer}{fallback} ({order} order)."

    def _target(self, target: trading.Target | None, order: str) -> str:
        if target is None:
            return "Target: none."
        where = self._distance(target.rule, target.value, target.volatility)
        return f"Target: {where} away from the entry price ({order} order)."

    def _distance(self, rule: str, value: ir.Setting, volatility: ir.Read | None) -> str:
        number, share = self._number(value), self.english.percent(value)
        match rule:
            case "percent":
                ratio = self._value(value) / self._value(self.play.risk.leverage)
                return f"{share} of the margin ({number_text(round(ratio, 10))} % of the price)"
            case "price_percent":
                return f"{share} of the price"
            case "rr_ratio":
                return f"{number} times the distance of the stop"
            case "atr_multiple":
                return f"{number} times {self._level(volatility)}"
            case _:
                return f"{number} USDT of price"

    def _trailing(self, rule: trading.Trailing) -> str:
        behind = (
            f"{self.english.percent(rule.distance)} of it"
            if rule.volatility is None
            else f"{self._number(rule.distance)} times {self.english.number(rule.volatility)}"
        )
        begins = (
            f", once that is {self.english.percent(rule.activation_pct)} ahead"
            if self._value(rule.activation_pct)
            else ""
        )
        return f"Trailing stop: {behind} behind the best price{begins}; it never steps back."

    def account(self) -> Iterator[str]:
        """Yield what a simulation begins with and what trading costs."""
        account = self.play.account
        fees = f"{self._number(account.taker_bps)} bps taker, {self._number(account.maker_bps)} bps"
        yield f"Equity at the start: {self._number(account.starting_equity_usdt)} USDT."
        yield f"Costs: {fees} maker, {self._number(account.slippage_bps)} bps slippage."
        yield f"Trading ends at a drawdown of {self.english.percent(account.max_drawdown_pct)}."

    def _level(self, read: ir.Read | None) -> str:
        return "its level" if read is None else self.english.number(read)

    def _number(self, node: ir.Setting) -> str:
        return self.english.number(node)

    def _value(self, node: ir.Setting) -> float:
        return float(setting(node, play_values(self.play, {})))
