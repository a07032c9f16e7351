"""Prints the rules: blocks of cases, of which at most one intent becomes the decision."""

from collections.abc import Callable

from tradec.compiler import ir
from tradec.compiler.decide import OTHERWISE
from tradec.compiler.emit_expr import Printer
from tradec.dsl.span import Span

Trace = Callable[[Span], str]


def block_lines(play: ir.Play, rules: Printer, trace: Trace, index: int) -> tuple[str, ...]:
    """Return the statements of one block: its first true case speaks, unless one spoke before."""
    return _Blocks(play, rules, trace).lines(index, play.blocks[index])


class _Blocks:
    def __init__(self, play: ir.Play, rules: Printer, trace: Trace) -> None:
        self.mode = play.policy.mode
        self.exits = play.policy.exit_mode != "sl_tp_only"
        self.rules, self.trace = rules, trace

    def lines(self, index: int, block: ir.Block) -> tuple[str, ...]:
        """Return the statements of one block."""
        lines: list[str] = []
        for number, case in enumerate(block.cases):
            guard = self._guard(block, case)
            emitted = self._emit_lines(index, number, case.emit, guarded=bool(guard))
            word = "elif" if number else "if"
            place = self.trace(case.when.span)
            lines.append(f"{word} {guard}{self.rules.true(case.when)}:{place}")
            lines += [f"    {line}" for line in emitted or ["pass"]]
        otherwise = self._emit_lines(index, OTHERWISE, block.otherwise)
        if otherwise:
            lines += ["else:", *(f"    {line}" for line in otherwise)]
        if index == 0:
            return tuple(lines)
        return ("if decision.action == 0:", *(f"    {line}" for line in lines))

    def _guard(self, block: ir.Block, case: ir.Case) -> str:
        """Return a cheap test in front of a lone case that could do nothing anyway."""
        if len(block.cases) > 1 or block.otherwise or len(case.emit) != 1:
            return ""
        possible = self._possible(case.emit[0].action)
        return f"{possible} and " if possible else "False and "

    def _possible(self, action: ir.Action) -> str:
        mode, exits = self.mode, self.exits
        match action:
            case ir.Action.ENTRY_LONG:
                return "can_enter_long" if mode != "short_only" else ""
            case ir.Action.ENTRY_SHORT:
                return "can_enter_short" if mode != "long_only" else ""
            case ir.Action.EXIT_LONG:
                return "can_exit_long" if exits else ""
            case ir.Action.EXIT_SHORT:
                return "can_exit_short" if exits else ""
            case ir.Action.EXIT_ALL:
                return "(can_exit_long or can_exit_short)" if exits else ""
            case ir.Action.NO_ACTION:
                return ""

    def _emit_lines(
        self, block: int, case: int, intents: tuple[ir.Intent, ...], *, guarded: bool = False
    ) -> list[str]:
        lines: list[str] = []
        for index, intent in enumerate(intents):
            possible = self._possible(intent.action)
            if not possible:
                continue
            word = int(intent.action) | block << 8 | case << 24 | index << 40
            percent = self.rules.double(intent.percent)
            decided = [
                f"decision.action = {int(intent.action)}{self.trace(intent.span)}",
                f"decision.word = {word:#x}  # {intent.action.name.lower()}",
                f"decision.percent = {percent}",
            ]
            if guarded:
                return decided
            lines += [f"{'elif' if lines else 'if'} {possible}:", *(f"    {x}" for x in decided)]
        return lines
