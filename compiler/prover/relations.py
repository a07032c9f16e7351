"""The relations of a SPEC as trees: which outputs and inputs they name, and what they bound.

Their grammar stands in `runtime/spec.py`.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tradec.runtime.formula import evaluate
from tradec.runtime.spec import BAR_INPUTS, Output, Spec

EXTREMES = {"max": True, "min": False}
PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Hull:
    """An output is at most the highest value of an input, or at least the lowest one."""

    output: str
    input: str
    highest: bool


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation of a SPEC, and the outputs and inputs that it names.

    A relation with `hulls` keeps an output among the values of an input. It `is_frame` if it names
    an extreme in another way: as something that an output is, or lies beyond.
    """

    text: str
    tree: ast.expr
    outputs: frozenset[str]
    inputs: frozenset[str]
    hulls: tuple[Hull, ...]
    is_frame: bool

    @property
    def is_hull(self) -> bool:
        """Whether it keeps an output among the values of an input, and says nothing else."""
        return bool(self.hulls) and not self.is_frame


def relations_of(spec: Spec, arguments: Mapping[str, Any]) -> tuple[Relation, ...]:
    """Return the relations of a SPEC that hold for some values of its parameters."""
    declared = spec.outputs_of(arguments)
    outputs = frozenset(output.name for output in declared)
    inputs = frozenset((*spec.inputs, *BAR_INPUTS)) - outputs
    found = ((text, _chosen(_parsed(text), arguments)) for text in _texts(declared))
    return tuple(
        _relation(text, tree, outputs, inputs)
        for text, tree in found
        if not isinstance(tree, ast.Constant)
    )


def depends_on_parameters(spec: Spec) -> bool:
    """Return whether the parameters choose among relations, or how many members have them."""
    chosen = (isinstance(_parsed(text), ast.IfExp) for text in _texts(spec.outputs))
    return bool(spec.families) or any(chosen)


def _texts(outputs: Iterable[Output]) -> Iterable[str]:
    return dict.fromkeys(text for output in outputs for text in output.relations)


class _Members(ast.NodeTransformer):
    """Makes one name of each output of a member: `zone[0].lower`, `level[0.5]`."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.Name:
        return ast.Name(id=ast.unparse(node))

    def visit_Attribute(self, node: ast.Attribute) -> ast.Name:
        return ast.Name(id=ast.unparse(node))


@lru_cache(maxsize=1024)
def _parsed(text: str) -> ast.expr:
    found = _Members().visit(ast.parse(text, mode="eval").body)
    assert isinstance(found, ast.expr)
    return found


def _chosen(tree: ast.expr, arguments: Mapping[str, Any]) -> ast.expr:
    """Return the side of `A if test else B` that the parameters choose."""
    match tree:
        case ast.IfExp(test=test, body=body, orelse=orelse):
            holds = evaluate(ast.unparse(test), arguments)
            return _chosen(body if holds else orelse, arguments)
        case _:
            return tree


def _relation(
    text: str, tree: ast.expr, outputs: frozenset[str], inputs: frozenset[str]
) -> Relation:
    names, hulls = frozenset(_names(tree)), tuple(_hulls(tree))
    is_equal = isinstance(tree, ast.Compare) and isinstance(tree.ops[0], ast.Eq)
    is_frame = _has_extreme(tree) and (is_equal or not hulls)
    return Relation(text, tree, names & outputs, names & inputs, hulls, is_frame)


def _names(tree: ast.expr) -> Iterator[str]:
    """Yield the names of a relation, without those of its functions and of their lengths."""
    match tree:
        case ast.Name(id=name):
            yield name
        case ast.Call(args=[first, *_]):
            yield from _names(first)
        case _:
            for child in ast.iter_child_nodes(tree):
                if isinstance(child, ast.expr):
                    yield from _names(child)


def _has_extreme(tree: ast.expr) -> bool:
    return any(_is_extreme(node) for node in ast.walk(tree))


def _is_extreme(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in EXTREMES
        case _:
            return False


def _hulls(tree: ast.expr) -> Iterator[Hull]:
    match tree:
        case ast.Compare(left=ast.Name(id=output), ops=[op], comparators=[call]):
            yield from _hull(output, op, call)
        case ast.Compare(left=call, ops=[op], comparators=[ast.Name(id=output)]):
            yield from _hull(output, _mirrored(op), call)


def _hull(output: str, op: ast.cmpop, call: ast.expr) -> Iterator[Hull]:
    match op, call:
        case ast.LtE(), ast.Call(func=ast.Name(id="max"), args=[ast.Name(id=name), *_]):
            yield Hull(output, name, highest=True)
        case ast.GtE(), ast.Call(func=ast.Name(id="min"), args=[ast.Name(id=name), *_]):
            yield Hull(output, name, highest=False)
        case ast.Eq(), ast.Call(func=ast.Name(id="min" | "max"), args=[ast.Name(id=name), *_]):
            yield Hull(output, name, highest=True)
            yield Hull(output, name, highest=False)


def _mirrored(op: ast.cmpop) -> ast.cmpop:
    match op:
        case ast.LtE():
            return ast.GtE()
        case ast.GtE():
            return ast.LtE()
        case _:
            return op
