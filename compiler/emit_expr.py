"""Prints expressions of the IR as C expressions in Cython's spelling.

Numbers print as a double or, for everything that is not FLOAT, as an int64 where MISSING is the
missing value. Conditions print as "definitely true" or "definitely false", the exact two-valued
lowering of the three-valued logic (play-language.md 9.5).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Protocol, assert_never

from tradec.compiler import ir
from tradec.compiler.types import Kind

Reader = Callable[[ir.Read], str]
_Atom = ir.Compare | ir.Between | ir.Near | ir.In

_FLOAT_OPS = {"+": "+", "-": "-", "*": "*"}
_INT_CALLS = {"+": "add_i64", "-": "sub_i64", "*": "mul_i64", "%": "mod_i64"}
_OPPOSITE = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "==": "!=", "!=": "=="}


class Places(Protocol):
    """Where what the rules remember lies."""

    def crossing(self, node: ir.Cross) -> tuple[str, str, str, str]:
        """Return left and right at the step before, then left and right now."""

    def change(self, node: ir.Changed) -> tuple[str, str]:
        """Return the value at the step before, and now."""

    def window(self, node: ir.Window) -> tuple[str, str]:
        """Return what says that a window is definitely true, and definitely false."""


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints expressions; `read` gives the text of a Read, `places` those of what is remembered."""

    read: Reader
    places: Places

    def double(self, node: ir.Number) -> str:
        """Return `node` as an expression of type double, NaN when missing."""
        if node.type.kind is not Kind.FLOAT:
            return self._widened(node)
        match node:
            case ir.Const(value=value):
                return repr(float(value))
            case ir.Param(name=name):
                return param(name)
            case ir.Read():
                return self.read(node)
            case ir.Negate(operand=operand):
                return f"(-{self.double(operand)})"
            case ir.Arithmetic(op=op, left=left, right=right):
                return self._arithmetic(op, self.double(left), self.double(right))
            case ir.Function(name=name, operands=operands):
                return _called(name, [self.double(one) for one in operands], "fabs", "f64")
        assert_never(node)

    def _widened(self, node: ir.Number) -> str:
        match node:
            case ir.Const(value=value):
                return repr(float(value))
            case ir.Param(name=name):
                return f"<double>{param(name)}"
        return f"f64({self.integer(node)})"

    @staticmethod
    def _arithmetic(op: str, left: str, right: str) -> str:
        if op in _FLOAT_OPS:
            return f"finite({left} {op} {right})"
        return f"{'div_true' if op == '/' else 'mod_floor'}({left}, {right})"

    def integer(self, node: ir.Number) -> str:
        """Return `node` as an expression of type int64, MISSING when missing."""
        match node:
            case ir.Const(value=value):
                return whole(int(value))
            case ir.Param(name=name):
                return param(name)
            case ir.Read():
                return self.read(node)
            case ir.Negate(operand=operand):
                return f"neg_i64({self.integer(operand)})"
            case ir.Arithmetic(op=op, left=left, right=right):
                return f"{_INT_CALLS[op]}({self.integer(left)}, {self.integer(right)})"
            case ir.Function(name=name, operands=operands):
                return _called(name, [self.integer(one) for one in operands], "abs_i64", "i64")
        assert_never(node)

    def true(self, node: ir.Condition) -> str:
        """Return the condition that `node` is definitely true."""
        match node:
            case ir.Known(value=value):
                return "True" if value else "False"
            case ir.Not(operand=operand):
                return self.false(operand)
            case ir.All(operands=operands):
                return _joined(" and ", [self.true(o) for o in operands])
            case ir.Any(operands=operands):
                return _joined(" or ", [self.true(o) for o in operands])
            case ir.Cross():
                return self._crossed(node)
            case ir.Changed():
                return self._changed(node, "!=")
            case ir.Window():
                return self.places.window(node)[0]
            case _:
                return self._atom(node)

    def _atom(self, node: _Atom) -> str:
        match node:
            case ir.Compare(op=op):
                return self._compare(node, op)
            case ir.Between(operand=operand, low=low, high=high):
                x = self.double(operand)
                return f"({self.double(low)} <= {x} and {x} <= {self.double(high)})"
            case ir.Near():
                return self._near(node, "<=")
            case ir.In():
                return self._member(node, "==", " or ")
        assert_never(node)

    def false(self, node: ir.Condition) -> str:
        """Return the condition that `node` is definitely false."""
        match node:
            case ir.Known(value=value):
                return "False" if value else "True"
            case ir.Not(operand=operand):
                return self.true(operand)
            case ir.All(operands=operands):
                return _joined(" or ", [self.false(o) for o in operands])
            case ir.Any(operands=operands):
                return _joined(" and ", [self.false(o) for o in operands])
            case ir.Cross():
                return self._not_crossed(node)
            case ir.Changed():
                return self._changed(node, "==")
            case ir.Window():
                return self.places.window(node)[1]
            case _:
                return self._no_atom(node)

    def _no_atom(self, node: _Atom) -> str:
        match node:
            case ir.Compare(op=op):
                return self._compare(node, _OPPOSITE[op])
            case ir.Between():
                return self._outside(node)
            case ir.Near():
                return self._near(node, ">")
            case ir.In():
                return self._member(node, "!=", " and ")
        assert_never(node)

    def _compare(self, node: ir.Compare, op: str) -> str:
        if Kind.FLOAT in (node.left.type.kind, node.right.type.kind):
            return f"({self.double(node.left)} {op} {self.double(node.right)})"
        left, right = self.integer(node.left), self.integer(node.right)
        known = [
            f"{text} != MISSING and "
            for operand, text in ((node.left, left), (node.right, right))
            if not isinstance(operand, ir.Const | ir.Param)
        ]
        return f"({''.join(known)}{left} {op} {right})"

    def _crossed(self, node: ir.Cross) -> str:
        left_before, right_before, left, right = self.places.crossing(node)
        before, now = ("<=", ">") if node.above else (">=", "<")
        return f"({left_before} {before} {right_before} and {left} {now} {right})"

    def _not_crossed(self, node: ir.Cross) -> str:
        known = " and ".join(f"{x} == {x}" for x in self.places.crossing(node))
        return f"({known} and not {self._crossed(node)})"

    def _changed(self, node: ir.Changed, op: str) -> str:
        before, now = self.places.change(node)
        if node.operand.type.kind is Kind.FLOAT:
            known = f"{before} == {before} and {now} == {now}"
        else:
            known = f"{before} != MISSING and {now} != MISSING"
        return f"({known} and {before} {op} {now})"

    def _member(self, node: ir.In, op: str, join: str) -> str:
        x = self.integer(node.operand)
        tests = [f"{x} {op} {self.integer(member)}" for member in node.members]
        return f"({x} != MISSING and {_joined(join, tests)})"

    def _outside(self, node: ir.Between) -> str:
        x, low, high = (self.double(n) for n in (node.operand, node.low, node.high))
        known = " and ".join(f"{v} == {v}" for v in (x, low, high))
        return f"({known} and ({x} < {low} or {x} > {high}))"

    def _near(self, node: ir.Near, op: str) -> str:
        left, right = self.double(node.left), self.double(node.right)
        tolerance = self.double(node.tolerance)
        if node.relative:
            return f"({right} != 0.0 and fabs({left} - {right}) {op} {tolerance} * fabs({right}))"
        return f"(fabs({left} - {right}) {op} {tolerance})"


def whole(value: int) -> str:
    """Return an int64 literal; beyond 31 bits Cython would make a Python object of a plain one."""
    if value == -(2**63):  # no literal of C has this value, and here it means missing
        return "MISSING"
    return str(value) if abs(value) < 2**31 else f"{value}LL"


def param(name: str) -> str:
    """Return the field that holds a parameter."""
    plain = re.sub(r"[^A-Za-z0-9_]", lambda found: f"_{ord(found[0])}_", name)
    return f"p.{plain}_param"


def _joined(word: str, parts: list[str]) -> str:
    return f"({word.join(parts)})"


def _called(name: str, operands: list[str], absolute: str, suffix: str) -> str:
    """Return a function of the language over values of one C type."""
    if name == "abs":
        return f"{absolute}({operands[0]})"
    return reduce(lambda left, right: f"{name}_{suffix}({left}, {right})", operands)
