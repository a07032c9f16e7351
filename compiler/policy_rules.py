"""What an exit mode and a mode ask of the rest of a play (play-language.md 13)."""

from dataclasses import dataclass

from tradec.compiler import ir
from tradec.compiler.reads import intents
from tradec.dsl.diagnostics import Diagnostics, Label
from tradec.dsl.span import NOWHERE, Span

_EXITS = frozenset({ir.Action.EXIT_LONG, ir.Action.EXIT_SHORT, ir.Action.EXIT_ALL})
_FORBIDDEN = {
    "long_only": frozenset({ir.Action.ENTRY_SHORT, ir.Action.EXIT_SHORT}),
    "short_only": frozenset({ir.Action.ENTRY_LONG, ir.Action.EXIT_LONG}),
}


@dataclass(frozen=True, slots=True)
class PolicyRules:
    """Checks one play against its policy."""

    play: ir.Play
    diagnostics: Diagnostics

    def check(self) -> None:
        """Report E702, W101 and W111."""
        match self.play.policy.exit_mode:
            case "sl_tp_only":
                self._check_sl_tp_only()
            case "signal":
                self._check_signal()
            case _:
                self._check_first_hit()
        self._check_sides()

    @property
    def _exits(self) -> tuple[ir.Intent, ...]:
        return tuple(i for i in intents(self.play) if i.action in _EXITS)

    @property
    def _place(self) -> Span:
        """Where the exit mode is said, or the section that leaves it to its default."""
        spans = (self.play.policy.span, self.play.risk.span, self.play.span)
        return next((span for span in spans if span != NOWHERE), NOWHERE)

    def _check_sl_tp_only(self) -> None:
        absent = [
            name for name in ("stop_loss", "take_profit") if getattr(self.play.risk, name) is None
        ]
        if absent:
            needed = " and ".join(absent)
            self.diagnostics.report(
                "E702",
                self._place,
                f"exit mode sl_tp_only without {needed}",
                notes=("a position ends at its stop or its target and nowhere else",),
                helps=(f"add {needed} to `risk`, or choose another `exit_mode`",),
            )
        exits = self._exits
        if exits:
            self.diagnostics.report(
                "E702",
                self._place,
                "exit mode sl_tp_only with exit actions, which it ignores",
                labels=tuple(Label(span=e.span, text="never acts") for e in exits),
                helps=("write `exit_mode: first_hit`, or remove the exit actions",),
            )

    def _check_signal(self) -> None:
        if not self._exits:
            self.diagnostics.report(
                "W111",
                self._place,
                "exit mode signal without an exit action",
                helps=("add exit_long, exit_short or exit_all, or choose another `exit_mode`",),
            )

    def _check_first_hit(self) -> None:
        risk = self.play.risk
        if risk.stop_loss is None and risk.take_profit is None and not self._exits:
            self.diagnostics.report(
                "E702",
                self._place,
                "exit mode first_hit without a stop, a target or an exit action",
                helps=("add one of them, or positions are never closed",),
            )

    def _check_sides(self) -> None:
        mode = self.play.policy.mode
        for intent in intents(self.play):
            if intent.action in _FORBIDDEN.get(mode, ()):
                action = intent.action.name.lower()
                self.diagnostics.report(
                    "W101",
                    intent.span,
                    f"`{action}` never acts in mode {mode}",
                    helps=("write `mode: long_short` in `position_policy`, or remove it",),
                )
