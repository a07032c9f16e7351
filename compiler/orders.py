"""Entries and position policy; what has no effect on an order is reported and left out."""

from dataclasses import dataclass, replace
from typing import Any

from tradec.compiler import ir, trading
from tradec.compiler.figures import Figures, default, word
from tradec.dsl import nodes, written
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.sections_money import ENTRY, POLICY
from tradec.dsl.span import Span

_IDLE = {
    "market": ("limit_offset_pct", "trigger_offset_pct", "time_in_force", "expire_after_bars"),
    "limit": ("trigger_offset_pct",),
    "stop": ("limit_offset_pct", "time_in_force"),
    "stop_limit": (),
}
"""The keys of `entry` that do nothing for an order of each type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Builds how one play enters, and which sides it trades."""

    figures: Figures
    diagnostics: Diagnostics

    def policy(self, said: written.Policy) -> trading.Policy:
        """Return which sides are traded and what ends a position."""
        mode, exit_mode = word(POLICY, said, "mode"), word(POLICY, said, "exit_mode")
        on_opposite = word(POLICY, said, "on_opposite")
        if said.on_opposite is not None and on_opposite != "ignore":
            if mode != "long_short":
                self._report(
                    "W110",
                    said.on_opposite.span,
                    f"`on_opposite` has no effect in mode {mode}, which has one side",
                    "write `mode: long_short`, or leave `on_opposite` out",
                )
                on_opposite = "ignore"
            elif exit_mode == "sl_tp_only":
                self._report(
                    "E702",
                    said.on_opposite.span,
                    f"exit mode sl_tp_only with `on_opposite: {on_opposite}`, which it ignores",
                    "write `exit_mode: first_hit`, or leave `on_opposite` out",
                )
        return trading.Policy(
            span=(said.exit_mode or said).span,
            mode=mode,
            exit_mode=exit_mode,
            on_opposite=on_opposite,
        )

    def entry(self, said: written.Entry) -> trading.Entry:
        """Return how an entry is ordered."""
        order_type = word(ENTRY, said, "order_type").lower()
        said = self._without_idle(said, order_type)
        return trading.Entry(
            span=said.span,
            order_type=order_type,
            limit_offset_pct=self.figures.number(ENTRY, said, "limit_offset_pct"),
            trigger_offset_pct=self.figures.number(ENTRY, said, "trigger_offset_pct"),
            time_in_force=word(ENTRY, said, "time_in_force"),
            expire_after_bars=self.figures.number(ENTRY, said, "expire_after_bars"),
            on_resignal=word(ENTRY, said, "on_resignal"),
        )

    def _without_idle(self, said: written.Entry, order_type: str) -> written.Entry:
        """Return the section without the keys that change nothing."""
        kept: dict[str, Any] = {}
        for name in _IDLE[order_type]:
            value: nodes.Value | None = getattr(said, name)
            if value is None:
                continue
            kept[name] = None
            if not self._is_default(value, name):
                self._report(
                    "W110",
                    value.span,
                    f"`entry.{name}` has no effect on an entry by {order_type.upper()}",
                    "remove it, or choose another `order_type`",
                )
        return replace(said, **kept)

    def _is_default(self, value: nodes.Value, name: str) -> bool:
        if isinstance(value, nodes.Literal) and isinstance(value.value, str):
            return value.value == ENTRY.by_name[name].default
        setting: ir.Setting = self.figures.setting(value)
        return self.figures.value_of(setting) == default(ENTRY, name).value

    def _report(self, code: str, span: Span, message: str, help_: str) -> None:
        self.diagnostics.report(code, span, message, helps=(help_,))
