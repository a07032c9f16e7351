"""The types of windows (play-language.md 9.7): spans become samples and strides."""

import re
from dataclasses import dataclass

from tradec.compiler import ir
from tradec.compiler.clocks import reads_minutes
from tradec.compiler.series import setting
from tradec.compiler.types import Kind, Type
from tradec.compiler.typing_rules import Numbers
from tradec.dsl import nodes
from tradec.dsl.span import Span
from tradec.dsl.words import number_text
from tradec.runtime.timeframe import TIMEFRAMES

MAX_SAMPLES = 500
MAX_MINUTES = 1440

_DURATION = re.compile(r"([0-9]{1,9})([mhd])")
_MINUTES = {"m": 1, "h": 60, "d": 1440}
_FINEST = "1m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Types the windows of one play; `by_minute` says whether some clock may tick each minute."""

    numbers: Numbers
    exec_tf: str
    by_minute: bool

    def typed(self, node: nodes.Window, operand: ir.Condition) -> ir.Window | None:
        """Return the window over a typed condition, or None once its error is reported."""
        step = _FINEST if self.by_minute and reads_minutes(operand) else self.exec_tf
        samples = self._samples(node, step)
        stride = self._stride(node, step)
        if samples is None or stride is None:
            return None
        least = self._least(node, samples)
        if least is None:
            return None
        return ir.Window(
            operand=operand, samples=samples, stride=stride, least=least, span=node.span
        )

    def _samples(self, node: nodes.Window, step: str) -> ir.Setting | None:
        match node.length:
            case nodes.Literal(value=str(duration)):
                return self._of_duration(duration, node.length.span, step)
            case length:
                return self._whole(length, MAX_SAMPLES, "a window looks at")

    def _of_duration(self, duration: str, span: Span, step: str) -> ir.Setting | None:
        found = _DURATION.fullmatch(duration)
        minutes = int(found[1]) * _MINUTES[found[2]] if found else 0
        if not 1 <= minutes <= MAX_MINUTES:
            self._report(
                "E504",
                span,
                f"`{duration}` is no duration from 1m to 24h",
                "write a whole number and `m`, `h` or `d`, such as `4h`",
            )
            return None
        length = TIMEFRAMES[step].minutes
        if not 0 < length <= minutes:
            self._report(
                "E504",
                span,
                f"`{duration}` is shorter than one step, which is {step}",
                "count samples instead: write `bars`",
            )
            return None
        if minutes % length:
            self._report(
                "W115",
                span,
                f"`{duration}` is no multiple of the step, which is {step}",
                f"write `{minutes // length * length}m`, which is what it looks at",
            )
        whole = Type(kind=Kind.INT)
        return ir.Const(value=minutes // length, type=whole, span=span)

    def _whole(self, value: nodes.Value, high: int, what: str) -> ir.Setting | None:
        """Return a whole number from 1 on; report E504 for another value."""
        number = setting(value, self.numbers.variables)
        shown = self.numbers.value_of(number)
        if isinstance(shown, int) and number.type.kind is Kind.INT and 1 <= shown <= high:
            return number
        text = number_text(shown) if shown is not None else "that"
        message = f"{what} 1 to {high} samples, not {text}"
        self._report("E504", value.span, message, "write a whole number within these bounds")
        return None

    def _stride(self, node: nodes.Window, step: str) -> int | None:
        if node.every is None or node.every.value == step:
            return 1
        every = str(node.every.value)
        length, between = TIMEFRAMES[step].minutes, TIMEFRAMES[every].minutes
        if length and between >= length and between % length == 0:
            return between // length
        self._report(
            "E505",
            node.every.span,
            f"samples {every} apart do not fall on the steps, which are {step} apart",
            f"write a multiple of {step}",
        )
        return None

    def _least(self, node: nodes.Window, samples: ir.Setting) -> ir.Setting | None:
        match node.kind:
            case "holds":
                return samples
            case "occurred":
                return ir.Const(value=1, type=Type(kind=Kind.INT))
        assert node.least is not None, "the reader asks for it"
        high = self.numbers.value_of(samples)
        assert isinstance(high, int)
        return self._whole(node.least, high, "a count asks for")

    def _report(self, code: str, span: Span, message: str, help_: str) -> None:
        self.numbers.diagnostics.report(code, span, message, helps=(help_,))
