"""Walking and rewriting the play as written; a part that does not change stays the same object."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar, assert_never

from tradec.dsl import nodes, written

NodeT = TypeVar("NodeT", bound=nodes.Node)
Rewrite: TypeAlias = Callable[[nodes.Ref], nodes.Ref]
RewriteCondition: TypeAlias = Callable[[nodes.Condition], nodes.Condition]


def map_conditions(play: nodes.Play, rewrite: RewriteCondition) -> nodes.Play:
    """Return the play with every condition of its actions rewritten."""

    def in_case(case: nodes.Case) -> nodes.Case:
        return changed(case, when=rewrite(case.when))

    def in_block(block: nodes.Block) -> nodes.Block:
        return changed(block, cases=map_all(block.cases, in_case))

    return changed(play, actions=map_all(play.actions, in_block))


def map_refs(play: nodes.Play, rewrite: Rewrite) -> nodes.Play:
    """Return the play with every reference in its conditions and its money rules rewritten."""
    play = map_conditions(play, lambda condition: _in_condition(condition, rewrite))
    return map_other_refs(play, rewrite)


def map_other_refs(play: nodes.Play, rewrite: Rewrite) -> nodes.Play:
    """Return the play with the references of its stop levels and its metadata rewritten."""

    def in_note(note: nodes.Note) -> nodes.Note:
        if not isinstance(note.value, nodes.Ref):
            return note
        return changed(note, value=rewrite(note.value))

    def in_intent(intent: nodes.Intent) -> nodes.Intent:
        return changed(intent, metadata=map_all(intent.metadata, in_note))

    def in_case(case: nodes.Case) -> nodes.Case:
        return changed(case, emit=map_all(case.emit, in_intent))

    def in_block(block: nodes.Block) -> nodes.Block:
        cases, otherwise = map_all(block.cases, in_case), map_all(block.otherwise, in_intent)
        return changed(block, cases=cases, otherwise=otherwise)

    return changed(
        play, actions=map_all(play.actions, in_block), risk=_with_levels(play.risk, rewrite)
    )


def _with_levels(risk: written.Risk | None, rewrite: Rewrite) -> written.Risk | None:
    stop = risk.stop_loss if risk is not None else None
    if risk is None or stop is None:
        return risk
    refs = {name: getattr(stop, name) for name in ("long_ref", "short_ref")}
    moved = {name: rewrite(ref) for name, ref in refs.items() if ref is not None}
    return changed(risk, stop_loss=changed(stop, **moved))


def changed(node: NodeT, **fields: Any) -> NodeT:
    """Return `node` with some fields replaced, or itself where they are the same objects."""
    if all(getattr(node, name) is value for name, value in fields.items()):
        return node
    return replace(node, **fields)


def map_all(items: tuple[NodeT, ...], rewrite: Callable[[NodeT], NodeT]) -> tuple[NodeT, ...]:
    """Return every item rewritten, or the same tuple where none changed."""
    rewritten = tuple(rewrite(item) for item in items)
    same = all(one is two for one, two in zip(items, rewritten, strict=True))
    return items if same else rewritten


def _in_condition(condition: nodes.Condition, rewrite: Rewrite) -> nodes.Condition:
    def number(operand: nodes.Operand) -> nodes.Operand:
        return _in_operand(operand, rewrite)

    match condition:
        case nodes.Compare() | nodes.Cross() | nodes.Near():
            return changed(condition, left=number(condition.left), right=number(condition.right))
        case nodes.Between(operand=operand, low=low, high=high):
            return changed(condition, operand=number(operand), low=number(low), high=number(high))
        case nodes.Truth(operand=operand):
            return changed(condition, operand=number(operand))
        case nodes.Not(operand=inner):
            return changed(condition, operand=_in_condition(inner, rewrite))
        case nodes.All() | nodes.Any():
            return _in_group(condition, rewrite)
    assert_never(condition)


def _in_group(group: nodes.All | nodes.Any, rewrite: Rewrite) -> nodes.All | nodes.Any:
    return changed(group, operands=map_all(group.operands, lambda c: _in_condition(c, rewrite)))


def _in_operand(operand: nodes.Operand, rewrite: Rewrite) -> nodes.Operand:
    match operand:
        case nodes.Ref():
            return rewrite(operand)
        case nodes.Negate(operand=inner):
            return changed(operand, operand=_in_operand(inner, rewrite))
        case nodes.Arithmetic(left=left, right=right):
            return changed(
                operand, left=_in_operand(left, rewrite), right=_in_operand(right, rewrite)
            )
        case nodes.Literal() | nodes.VarRef():
            return operand
    assert_never(operand)


def argument(feature: nodes.Feature | nodes.Structure, name: str) -> nodes.Argument | None:
    """Return one entry of `params:`, or None."""
    return next((a for a in feature.params if a.name == name), None)


def literals(play: nodes.Play) -> Iterator[tuple[str, nodes.Literal]]:
    """Yield the variables that hold one scalar, with their values."""
    for variable in play.variables:
        if isinstance(variable.value, nodes.Literal):
            yield variable.name, variable.value
