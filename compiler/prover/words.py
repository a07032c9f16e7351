"""Numbers, conditions and facts as a play would say them."""

from collections.abc import Iterable

from tradec.compiler import ir
from tradec.compiler.print_expr import Short, literal_text
from tradec.compiler.prover.bars import source_name
from tradec.compiler.prover.comparison import MIRRORED
from tradec.compiler.prover.formula import Fact
from tradec.compiler.prover.terms import Extreme, Shifted, Subject, Terms
from tradec.compiler.types import Kind
from tradec.dsl.words import number_text
from tradec.runtime.timeframe import ORDER

_PERCENT = 100.0
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "%": 2}
_TIGHTEST = 3
_PREDICATES = {
    ">": "above",
    "<": "below",
    ">=": "at least",
    "<=": "at most",
    "==": "equal to",
    "!=": "other than",
}


class Words(Short):
    """Says things in the words of one play."""

    def __init__(self, play: ir.Play, terms: Terms) -> None:
        self._exec = play.exec
        self._terms = terms
        self._single = {series.id for series in play.series if len(series.outputs) == 1}

    def number(self, node: ir.Number) -> str:
        """Return a number as an expression: `close`, `1h.close[1]`, `rsi_14`, 70."""
        match node:
            case ir.Read():
                return self._read(node)
            case ir.Const(value=value) if node.type.kind is Kind.FLOAT:
                return number_text(value)
            case ir.Const():
                return literal_text(node)
            case ir.Arithmetic(op=op, left=left, right=right):
                binding = _BINDING[op]
                return f"{self._bound(left, binding)} {op} {self._bound(right, binding + 1)}"
            case ir.Negate(operand=operand):
                return f"-{self._bound(operand, _TIGHTEST)}"
            case _:
                return super().number(node)

    def _bound(self, node: ir.Number, binding: int) -> str:
        """Return an operand, in parentheses if it binds less than what stands around it."""
        text = self.number(node)
        loose = isinstance(node, ir.Arithmetic) and _BINDING[node.op] < binding
        return f"({text})" if loose else text

    def condition(self, node: ir.Condition) -> str:
        """Return a condition as an expression."""
        match node:
            case ir.Compare(op="==", left=left, right=ir.Const(value=1) as right) if (
                right.type.kind is Kind.BOOL
            ):
                return self.number(left)
            case ir.Near(relative=True, left=left, right=right, tolerance=tolerance):
                near = f"{self.number(left)} near {self.number(right)}"
                return f"{near} within {self._percent(tolerance)}%"
            case _:
                return super().condition(node)

    def quoted(self, node: ir.Condition) -> str:
        """Return a condition between backticks."""
        return f"`{self.condition(node)}`"

    def predicates(self, conditions: Iterable[ir.Condition]) -> tuple[str, ...]:
        """Return what comparisons say of one and the same number; nothing if there is no such."""
        said: list[str] = []
        subjects: set[str] = set()
        for condition in conditions:
            if not isinstance(condition, ir.Compare):
                return ()
            left, op, right = (
                self.number(condition.left),
                condition.op,
                self.number(condition.right),
            )
            if right in subjects and left not in subjects:
                left, op, right = right, MIRRORED[op], left
            subjects.add(left)
            said.append(f"{_PREDICATES[op]} {right}")
        return tuple(said) if len(subjects) == 1 else ()

    def subject(self, condition: ir.Condition) -> str:
        """Return the number that a comparison speaks of."""
        assert isinstance(condition, ir.Compare)
        return self.number(condition.left)

    def fact(self, fact: Fact) -> str:
        """Return a fact as a sentence without its full stop."""
        return fact.sentence.format(*map(self.term, fact.terms))

    def facts(self, facts: Iterable[Fact]) -> tuple[str, ...]:
        """Return facts as sentences, each once, without those that only say that prices exist."""
        said = dict.fromkeys(text for text in map(self.fact, facts) if text)
        telling = [text for text in said if not text.endswith(" is above 0")]
        return tuple(telling or said)

    def term(self, term: int) -> str:
        """Return a term between backticks, or in words where no expression says it."""
        return self._subject(self._terms[term].subject)

    def _subject(self, subject: Subject) -> str:
        match subject:
            case Shifted(number=number, steps=steps):
                return f"`{self.number(number)}`" + " one step before" * (steps > 0)
            case Extreme():
                return self._extreme(subject)
            case int(value) | float(value):
                return number_text(value)

    def _extreme(self, extreme: Extreme) -> str:
        kind = "highest" if extreme.highest else "lowest"
        name = source_name(extreme.of) or self.number(extreme.of)
        if extreme.length is None:
            return f"the {kind} `{name}` so far"
        bars = "this bar" if extreme.length == 1 else f"the last {extreme.length} bars"
        if extreme.place.offset:
            bars = f"{extreme.length} bars up to {extreme.place.offset} bars ago"
        return f"the {kind} `{name}` of {bars}"

    def _read(self, read: ir.Read) -> str:
        offset = f"[{read.offset}]" if read.offset else ""
        if read.series in ORDER:
            qualifier = "" if read.series == self._exec else f"{read.series}."
            return f"{qualifier}{read.output}{offset}"
        field = "" if read.series in self._single or read.output == "value" else f".{read.output}"
        return f"{read.series}{field}{offset}"

    def _percent(self, tolerance: ir.Number) -> str:
        match tolerance:
            case ir.Const(value=ratio):
                return f"{ratio * _PERCENT:g}"
            case ir.Arithmetic(left=left):
                return self.number(left)
            case _:
                return self.number(tolerance)
