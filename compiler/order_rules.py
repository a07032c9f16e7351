"""What a play says about its orders and runs that has no effect, or none that can be meant."""

from dataclasses import dataclass

from tradec.compiler import ir
from tradec.compiler.settings import play_values, setting
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import NOWHERE, Span

_KEYS = {
    "market": ("limit_offset_pct", "trigger_offset_pct", "expire_after_bars"),
    "limit": ("trigger_offset_pct",),
    "stop": ("limit_offset_pct",),
}
"""The keys of `entry` that do nothing for an order of each type."""


@dataclass(frozen=True, slots=True)
class OrderRules:
    """Checks the orders of one play."""

    play: ir.Play
    diagnostics: Diagnostics

    def check(self) -> None:
        """Report E104, E701, E702, W110 and W130."""
        self._check_entry()
        self._check_opposite()
        self._check_window()
        if self.play.risk.sl_order_type == "limit" and self.play.risk.stop_loss is not None:
            self.diagnostics.report(
                "W130",
                self._at(self.play.risk.span),
                "a stop as a limit order may not fill",
                notes=("where the price jumps over it, the position stays open",),
                helps=("write `sl_order_type: Market`",),
            )

    def _check_entry(self) -> None:
        entry = self.play.entry
        for name in _KEYS[entry.order_type]:
            value: ir.Setting = getattr(entry, name)
            if self._value_of(value) != 0:
                self._report_idle(f"entry.{name}", value.span)
        if entry.order_type != "limit" and entry.time_in_force != "GTC":
            self._report_idle("entry.time_in_force", entry.span)
        offset = self._value_of(entry.limit_offset_pct)
        if entry.order_type == "limit" and offset >= 100 and self.play.policy.mode != "short_only":
            self.diagnostics.report(
                "E701",
                self._at(entry.limit_offset_pct.span),
                f"a long {offset:g} % below the close has no price",
                helps=("write an offset below 100",),
            )

    def _report_idle(self, path: str, span: Span) -> None:
        kind = self.play.entry.order_type.upper()
        self.diagnostics.report(
            "W110",
            self._at(span),
            f"`{path}` has no effect on an entry by {kind}",
            helps=("remove it, or choose another `order_type`",),
        )

    def _check_opposite(self) -> None:
        policy = self.play.policy
        if policy.on_opposite == "ignore":
            return
        if policy.exit_mode == "sl_tp_only":
            self.diagnostics.report(
                "E702",
                self._at(policy.span),
                f"exit mode sl_tp_only with `on_opposite: {policy.on_opposite}`, which it ignores",
                helps=("write `exit_mode: first_hit`, or leave `on_opposite` out",),
            )
        if policy.mode != "long_short":
            self.diagnostics.report(
                "W110",
                self._at(policy.span),
                f"`on_opposite` has no effect in mode {policy.mode}",
                notes=("there is no entry of the other side",),
                helps=("write `mode: long_short`, or leave `on_opposite` out",),
            )

    def _check_window(self) -> None:
        backtest = self.play.backtest
        start, end = backtest.window_start, backtest.window_end
        if start is not None and end is not None and end <= start:
            self.diagnostics.report(
                "E104",
                self._at(backtest.span),
                "`backtest.window` ends before it begins",
                helps=("write an `end` that is later than its `start`",),
            )

    def _value_of(self, node: ir.Setting) -> float:
        return setting(node, play_values(self.play, {}))

    def _at(self, span: Span) -> Span:
        return next((one for one in (span, self.play.span) if one != NOWHERE), NOWHERE)
