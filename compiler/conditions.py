"""The types of conditions (play-language.md 9.3): surface conditions to those of the IR."""

from dataclasses import dataclass, replace
from typing import assert_never

from tradec.compiler import ir
from tradec.compiler.reads import reads_anything
from tradec.compiler.types import Kind, Type
from tradec.compiler.typing_rules import (
    ORDERED,
    Numbers,
    alike,
    arithmetic,
    called,
    describe,
    float_const,
)
from tradec.compiler.window_rules import Windows
from tradec.dsl import nodes
from tradec.dsl.diagnostics import Label
from tradec.dsl.words import join_words, suggest

NEUTRAL = ir.Known(value=False)
"""What stands for a condition whose errors are reported."""

_PERCENT = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Types the conditions of one play."""

    numbers: Numbers
    windows: Windows

    def typed(self, node: nodes.Condition) -> ir.Condition:
        """Return the condition as the IR has it; NEUTRAL where an error is reported."""
        match node:
            case nodes.Compare():
                return self._compare(node) or NEUTRAL
            case nodes.Cross() | nodes.Between() | nodes.Near():
                return self._numeric(node) or NEUTRAL
            case nodes.In() | nodes.Changed() | nodes.Truth():
                return self._of_any_kind(node) or NEUTRAL
            case nodes.Window(operand=operand):
                return self.windows.typed(node, self.typed(operand)) or NEUTRAL
            case nodes.SetupRef(name=name):
                raise AssertionError(name)  # expand_setups has put conditions in their places
            case nodes.Not(operand=operand):
                return ir.Not(operand=self.typed(operand), span=node.span)
            case nodes.All(operands=operands):
                return ir.All(operands=tuple(map(self.typed, operands)), span=node.span)
            case nodes.Any(operands=operands):
                return ir.Any(operands=tuple(map(self.typed, operands)), span=node.span)
        assert_never(node)

    def _numeric(self, node: nodes.Cross | nodes.Between | nodes.Near) -> ir.Condition | None:
        match node:
            case nodes.Cross():
                return self._cross(node)
            case nodes.Between():
                return self._between(node)
            case nodes.Near():
                return self._near(node)

    def _of_any_kind(self, node: nodes.In | nodes.Changed | nodes.Truth) -> ir.Condition | None:
        match node:
            case nodes.In():
                return self._in(node)
            case nodes.Changed():
                return self._changed(node)
            case nodes.Truth():
                return self._truth(node)

    def _in(self, node: nodes.In) -> ir.Condition | None:
        """Return a membership, its members in order and each once; of one member, an equality."""
        pairs = [self._equal("in", node.operand, member) for member in node.members]
        found = [pair for pair in pairs if pair is not None]
        if len(found) < len(pairs):
            return None
        left = found[0][0]
        members = tuple(sorted({_member(right) for _, right in found}, key=_place_of_member))
        if len(members) == 1:
            return ir.Compare(op="==", left=left, right=members[0], span=node.span)
        return ir.In(operand=left, members=members, span=node.span)

    def _changed(self, node: nodes.Changed) -> ir.Condition | None:
        operand = self.numbers.typed(node.operand)
        if operand is None:
            return None
        if not reads_anything(operand):
            self.numbers.mismatch(operand, "a number of the play never changes")
            return None
        return ir.Changed(operand=operand, span=node.span)

    def _cross(self, node: nodes.Cross) -> ir.Condition | None:
        pair = self._pair(node.left, node.right, "a crossing")
        if pair is None:
            return None
        return ir.Cross(above=node.above, left=pair[0], right=pair[1], span=node.span)

    def _between(self, node: nodes.Between) -> ir.Condition | None:
        operand = self.numbers.numeric(node.operand, "`between`")
        low = self.numbers.numeric(node.low, "`between`")
        high = self.numbers.numeric(node.high, "`between`")
        if operand is None or low is None or high is None:
            return None
        bounds = [bound for bound in (low, high) if self.numbers.check_units(operand, bound)]
        if len(bounds) < 2:
            return None
        low, high = (alike(operand, bound)[1] for bound in bounds)
        return ir.Between(operand=operand, low=low, high=high, span=node.span)

    def _near(self, node: nodes.Near) -> ir.Condition | None:
        pair = self._pair(node.left, node.right, "`near`")
        tolerance = self._tolerance(node)
        if pair is None or tolerance is None:
            return None
        return ir.Near(
            relative=node.relative,
            left=pair[0],
            right=pair[1],
            tolerance=tolerance,
            span=node.span,
        )

    def _tolerance(self, node: nodes.Near) -> ir.Number | None:
        """Return how near, as a ratio if relative."""
        number = self.numbers.numeric(node.tolerance, "a tolerance")
        if number is None:
            return None
        value = self.numbers.value_of(number)
        if value is not None and value < 0:
            self.numbers.diagnostics.report("E503", number.span, f"tolerance {value} is negative")
            return None
        if isinstance(number, ir.Const):
            ratio = number.value / _PERCENT if node.relative else float(number.value)
            return float_const(ratio, number.span)
        if not node.relative:
            return number
        return arithmetic("/", number, float_const(_PERCENT), number.span)

    def _pair(
        self, left: nodes.Operand, right: nodes.Operand, use: str
    ) -> tuple[ir.Number, ir.Number] | None:
        """Return two numbers that can be compared."""
        one, two = self.numbers.numeric(left, use), self.numbers.numeric(right, use)
        if one is None or two is None or not self.numbers.check_units(one, two):
            return None
        return alike(one, two)

    def _truth(self, node: nodes.Truth) -> ir.Condition | None:
        number = self.numbers.typed(node.operand)
        match number:
            case ir.Const(value=value, type=Type(kind=Kind.BOOL)):
                return ir.Known(value=bool(value), span=node.span)
            case ir.Read(type=Type(kind=Kind.BOOL)):
                true = ir.Const(value=1, type=Type(kind=Kind.BOOL))
                return ir.Compare(op="==", left=number, right=true, span=node.span)
            case None:
                return None
            case other:
                self.numbers.mismatch(other, "a condition is true or false", "compare it")
                return None

    def _compare(self, node: nodes.Compare) -> ir.Condition | None:
        if node.op in ORDERED:
            pair = self._pair(node.left, node.right, f"`{node.op}`")
        else:
            pair = self._equal(node.op, node.left, node.right)
        if pair is None:
            return None
        return ir.Compare(op=node.op, left=pair[0], right=pair[1], span=node.span)

    def _equal(
        self, op: str, one: nodes.Operand, other: nodes.Operand
    ) -> tuple[ir.Number, ir.Number] | None:
        left = self.numbers.typed(one)
        if left is None and _word_of(other) is not None:
            return None  # whether the word means anything depends on the left side
        if left is not None and left.type.kind is Kind.ENUM:
            return self._word(left, other)
        right = self.numbers.typed(other)
        if left is None or right is None:
            return None
        return self._equal_kinds(op, left, right)

    def _word(self, left: ir.Number, operand: nodes.Operand) -> tuple[ir.Number, ir.Number] | None:
        """Return an enum beside one of its words, or beside another enum of the same words."""
        word = _word_of(operand)
        if word is None:
            right = self.numbers.typed(operand)
            if right is None:
                return None
            if right.type.tokens == left.type.tokens:
                return left, right
            self.numbers.mismatch(right, describe(left))
            return None
        codes = dict(left.type.tokens)
        if word.lower() in codes:
            kind = Type(kind=Kind.ENUM, tokens=left.type.tokens)
            return left, ir.Const(value=codes[word.lower()], type=kind, span=operand.span)
        self.numbers.diagnostics.report(
            "E501",
            operand.span,
            f"`{word}` is no word of {called(left)}",
            labels=(Label(span=left.span, text=f"one of {join_words(codes)}"),),
            helps=(suggest(word, codes) or f"write {join_words(codes)}",),
        )
        return None

    def _equal_kinds(
        self, op: str, left: ir.Number, right: ir.Number
    ) -> tuple[ir.Number, ir.Number] | None:
        """Return two operands that `==` can compare: INT and BOOL, in any mixture."""
        for number, other in ((left, right), (right, left)):
            match number, other.type.kind:
                case ir.Const(value=float(value)), Kind.INT if value.is_integer():
                    self.numbers.mismatch(
                        number, f"{describe(other)} under `{op}`", f"write `{int(value)}`"
                    )
                    return None
        for number in (left, right):
            if number.type.kind is Kind.FLOAT:
                self.numbers.mismatch(
                    number,
                    f"`{op}` compares whole numbers, truths and words",
                    "write `near ... within ...`, `near_abs` or `near_pct`",
                )
                return None
            if number.type.kind is Kind.ENUM:
                self.numbers.mismatch(number, "a word stands on the right of its enum")
                return None
        left, right = self._as_truth(left, right), self._as_truth(right, left)
        bad = next((n for n in (left, right) if _is_no_truth(n, left, right)), None)
        if bad is not None:
            self.numbers.mismatch(bad, "a truth is `true` or `false`")
            return None
        return (left, right) if self.numbers.check_units(left, right) else None

    def _as_truth(self, number: ir.Number, other: ir.Number) -> ir.Number:
        """Return 0 and 1 as false and true beside a BOOL, and the reverse beside an INT."""
        match number:
            case ir.Const(value=0 | 1, type=kind) if other.type.kind in {Kind.BOOL, Kind.INT}:
                return replace(number, type=replace(kind, kind=other.type.kind))
            case _:
                return number


def _is_no_truth(number: ir.Number, left: ir.Number, right: ir.Number) -> bool:
    other = right if number is left else left
    return (
        isinstance(number, ir.Const)
        and number.type.kind is Kind.INT
        and other.type.kind is Kind.BOOL
    )


def _member(number: ir.Number) -> ir.Setting:
    assert isinstance(number, ir.Const | ir.Param), "the reader admits nothing else"
    return number


def _place_of_member(member: ir.Setting) -> tuple[int, str]:
    """Return where a member stands: literals by value, then variables by name."""
    match member:
        case ir.Const(value=value):
            return int(value), ""
        case ir.Param(name=name):
            return 2**63, name


def _word_of(operand: nodes.Operand) -> str | None:
    """Return the bare word that an operand may be."""
    match operand:
        case nodes.Ref(qualifier=None, segments=(nodes.Segment(name=name, indexes=()),)):
            return name
        case nodes.Literal(value=str(word)):
            return word
        case _:
            return None
