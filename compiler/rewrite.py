"""The one way to walk and to rebuild trees of the IR."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any, TypeAlias, TypeVar, assert_never

from tradec.compiler import ir

Tree: TypeAlias = ir.Number | ir.Condition
T = TypeVar("T", bound=ir.Node)


def children(node: Tree) -> tuple[Tree, ...]:
    """Return the direct children of `node`, in the order written."""
    match node:
        case ir.Const() | ir.Param() | ir.Read() | ir.Known():
            return ()
        case ir.Negate(operand=operand) | ir.Not(operand=operand) | ir.Changed(operand=operand):
            return (operand,)
        case ir.Arithmetic() | ir.Compare() | ir.Cross():
            return (node.left, node.right)
        case ir.Between():
            return (node.operand, node.low, node.high)
        case ir.Near():
            return (node.left, node.right, node.tolerance)
        case ir.In(operand=operand, members=members):
            return (operand, *members)
        case ir.Window(operand=operand, samples=samples, least=least):
            return (operand, samples, least)
        case ir.Function(operands=operands):
            return operands
        case ir.All(operands=operands) | ir.Any(operands=operands):
            return operands
        case _:
            assert_never(node)


def walk(node: Tree) -> Iterator[Tree]:
    """Yield `node` and everything below it, parents first, in the order written."""
    yield node
    for child in children(node):
        yield from walk(child)


def walk_up(node: Tree) -> Iterator[Tree]:
    """Yield `node` and everything below it, children first, in the order written."""
    for child in children(node):
        yield from walk_up(child)
    yield node


def map_children(node: Any, function: Callable[[Any], Any]) -> Any:
    """Return `node` with `function` applied to its direct children.

    It is the same object when every child came back as the same object.
    """
    match node:
        case ir.Const() | ir.Param() | ir.Read() | ir.Known():
            return node
        case ir.Negate() | ir.Not() | ir.Changed():
            return _replaced(node, function, ("operand",))
        case ir.Arithmetic() | ir.Compare() | ir.Cross():
            return _replaced(node, function, ("left", "right"))
        case ir.Between():
            return _replaced(node, function, ("operand", "low", "high"))
        case ir.Near():
            return _replaced(node, function, ("left", "right", "tolerance"))
        case ir.In():
            node = _replaced(node, function, ("operand",))
            return _with(node, "members", function)
        case ir.Window():
            return _replaced(node, function, ("operand", "samples", "least"))
        case ir.All() | ir.Any() | ir.Function():
            return _with(node, "operands", function)
        case _:
            raise TypeError(f"{type(node).__name__} is no number and no condition")


def map_conditions(play: ir.Play, function: Callable[[ir.Condition], ir.Condition]) -> ir.Play:
    """Return `play` with `function` applied to the condition of every case."""
    return _with(play, "blocks", lambda block: _map_block(block, function))


def map_inputs(play: ir.Play, function: Callable[[ir.Number], ir.Number]) -> ir.Play:
    """Return `play` with `function` applied to every input of every series."""

    def mapped(series: ir.Series) -> ir.Series:
        return _with(series, "inputs", lambda one: None if one is None else function(one))

    return _with(play, "series", mapped)


def map_slots(play: ir.Play, function: Callable[[ir.Read], ir.Read]) -> ir.Play:
    """Return `play` with `function` applied to every read of its money rules and its metadata."""

    def in_node(node: Any) -> Any:
        match node:
            case ir.Read():
                return function(node)
            case ir.Const() | ir.Param() | ir.Word():
                return node
            case ir.Node():
                return _replaced(node, in_node, tuple(f.name for f in fields(node)))
            case _:
                return node

    def in_intent(intent: ir.Intent) -> ir.Intent:
        return _with(intent, "metadata", lambda note: _replaced(note, in_node, ("value",)))

    def in_block(block: ir.Block) -> ir.Block:
        cases = _with(block, "cases", lambda case: _with(case, "emit", in_intent))
        return _with(cases, "otherwise", in_intent)

    return _with(_replaced(play, in_node, ("risk",)), "blocks", in_block)


def map_tuple(items: tuple[Any, ...], function: Callable[[Any], Any]) -> tuple[Any, ...]:
    """Return `function` of each item, or `items` itself when nothing changed."""
    mapped = tuple(map(function, items))
    same = all(new is old for new, old in zip(mapped, items, strict=True))
    return items if same else mapped


def _map_block(block: ir.Block, function: Callable[[ir.Condition], ir.Condition]) -> ir.Block:
    return _with(block, "cases", lambda case: _replaced(case, function, ("when",)))


def _with(node: T, name: str, function: Callable[[Any], Any]) -> T:
    old = getattr(node, name)
    new = map_tuple(old, function)
    return _replaced(node, lambda _: new, (name,))


def _replaced(node: T, function: Callable[[Any], Any], names: tuple[str, ...]) -> T:
    changed: dict[str, Any] = {}
    for name in names:
        old = getattr(node, name)
        new = function(old)
        if new is not old:
            changed[name] = new
    return replace(node, **changed) if changed else node
