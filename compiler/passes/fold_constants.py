"""Computes what does not depend on the market or on a variable."""

from dataclasses import replace
from typing import Any

from tradec.compiler import ir
from tradec.compiler.context import Context
from tradec.compiler.evaluate import Raw, Truth, is_missing, number, truth
from tradec.compiler.reads import reads_anything
from tradec.compiler.rewrite import children, map_children, map_conditions, map_inputs


def fold_constants(play: ir.Play, _context: Context) -> ir.Play:
    """Return the play with its constant parts computed by the language's own arithmetic.

    Needs  check_rules.
    Gives  no Arithmetic, Negate, Function, Compare, Between or Near over literals alone, unless its
           result is missing; no Known inside All, Any or Not, unless it decides operands that read
           a series; no All in All, Any in Any, or Not in Not. Every Read is kept: the digest
           absorbs what the rules read (rulings A8), so it must not depend on this pass.

        close > 2 * 3.0 and (true and rsi < 70)  ->  close > 6.0 and rsi < 70
    """
    return map_inputs(map_conditions(play, _folded), _folded)


def _folded(node: Any) -> Any:
    node = map_children(node, _folded)
    match node:
        case ir.Arithmetic() | ir.Negate() | ir.Function():
            return _folded_number(node)
        case ir.Compare() | ir.Between() | ir.Near():
            return _folded_atom(node)
        case ir.Not(operand=ir.Known(value=value)):
            return ir.Known(value=not value, span=node.span)
        case ir.Not(operand=ir.Not(operand=operand)):
            return operand
        case ir.All() | ir.Any():
            return _folded_list(node)
        case _:
            return node


def _folded_number(node: ir.Arithmetic | ir.Negate | ir.Function) -> ir.Number:
    if not _is_constant(node):
        return node
    value = number(node, _BLIND)
    return node if is_missing(value) else ir.Const(value=value, type=node.type, span=node.span)


def _folded_atom(node: ir.Compare | ir.Between | ir.Near) -> ir.Condition:
    if not _is_constant(node):
        return node
    value = truth(node, _BLIND)
    return node if value is None else ir.Known(value=value, span=node.span)


def _folded_list(node: ir.All | ir.Any) -> ir.Condition:
    """Return an All without its True or an Any without its False, and both without much else."""
    decisive = isinstance(node, ir.Any)
    operands = [one for one in _flat(node) if one != ir.Known(value=not decisive)]
    decided = ir.Known(value=decisive, span=node.span)
    if decided in operands:
        first = operands.index(decided)
        operands = [one for at, one in enumerate(operands) if at == first or reads_anything(one)]
    match operands:
        case []:
            return ir.Known(value=not decisive, span=node.span)
        case [single]:
            return single
    same = len(operands) == len(node.operands) and all(map(_is, operands, node.operands))
    return node if same else replace(node, operands=tuple(operands))


def _flat(node: ir.All | ir.Any) -> list[ir.Condition]:
    flat: list[ir.Condition] = []
    for operand in node.operands:
        match operand:
            case ir.All(operands=inner) if isinstance(node, ir.All):
                flat.extend(inner)
            case ir.Any(operands=inner) if isinstance(node, ir.Any):
                flat.extend(inner)
            case _:
                flat.append(operand)
    return flat


def _is(left: object, right: object) -> bool:
    return left is right


def _is_constant(node: ir.Number | ir.Condition) -> bool:
    return all(isinstance(child, ir.Const) for child in children(node))


class _Blind:
    """A view of nothing: what is constant looks at nothing."""

    def read(self, node: ir.Read) -> Raw:
        raise AssertionError(node)

    def param(self, name: str) -> Raw:
        raise AssertionError(name)

    def cross(self, node: ir.Cross) -> tuple[float, float, float, float]:
        raise AssertionError(node)

    def changed(self, node: ir.Changed) -> tuple[Raw, Raw]:
        raise AssertionError(node)

    def window(self, node: ir.Window) -> list[Truth]:
        raise AssertionError(node)


_BLIND = _Blind()
