"""Walking and rewriting the play as written; a part that does not change stays the same object."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias, TypeVar, assert_never

from tradec.dsl import nodes, written

NodeT = TypeVar("NodeT", bound=nodes.Node)
Rewrite: TypeAlias = Callable[[nodes.Ref], nodes.Ref]
RewriteCondition: TypeAlias = Callable[[nodes.Condition], nodes.Condition]
RewriteOperand: TypeAlias = Callable[[nodes.Operand], nodes.Operand]
RewriteWindow: TypeAlias = Callable[[nodes.Window], nodes.Window]


def _same_condition(condition: nodes.Condition) -> nodes.Condition:
    return condition


def _same_operand(operand: nodes.Operand) -> nodes.Operand:
    return operand


def map_conditions(play: nodes.Play, rewrite: RewriteCondition) -> nodes.Play:
    """Return the play with every condition of its actions and setups rewritten."""

    def in_case(case: nodes.Case) -> nodes.Case:
        return changed(case, when=rewrite(case.when))

    def in_block(block: nodes.Block) -> nodes.Block:
        return changed(block, cases=map_all(block.cases, in_case))

    def in_setup(setup: nodes.Setup) -> nodes.Setup:
        return changed(setup, condition=rewrite(setup.condition))

    return changed(
        play,
        actions=map_all(play.actions, in_block),
        setups=map_all(play.setups, in_setup),
    )


def map_refs(play: nodes.Play, rewrite: Rewrite) -> nodes.Play:
    """Return the play with every reference in its conditions and its money rules rewritten."""

    def operand(one: nodes.Operand) -> nodes.Operand:
        return rewrite(one) if isinstance(one, nodes.Ref) else map_operands(one, operand)

    def condition(one: nodes.Condition) -> nodes.Condition:
        return map_parts(one, condition=condition, operand=operand)

    return map_other_refs(map_conditions(play, condition), rewrite)


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


def map_windows(play: nodes.Play, rewrite: RewriteWindow) -> nodes.Play:
    """Return the play with every window in its conditions rewritten."""

    def condition(one: nodes.Condition) -> nodes.Condition:
        one = map_parts(one, condition=condition)
        return rewrite(one) if isinstance(one, nodes.Window) else one

    return map_conditions(play, condition)


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


def parts(condition: nodes.Condition) -> tuple[nodes.Condition, ...]:
    """Return the conditions directly inside of a condition."""
    match condition:
        case nodes.Not(operand=operand) | nodes.Window(operand=operand):
            return (operand,)
        case nodes.All(operands=operands) | nodes.Any(operands=operands):
            return operands
        case _:
            return ()


def map_parts(
    node: nodes.Condition,
    *,
    condition: RewriteCondition = _same_condition,
    operand: RewriteOperand = _same_operand,
) -> nodes.Condition:
    """Return a condition with what is directly inside of it rewritten.

    The members of `in` are no operands of it: they are literals, and words that name no series.
    """
    match node:
        case nodes.Compare() | nodes.Cross() | nodes.Near():
            return changed(node, left=operand(node.left), right=operand(node.right))
        case nodes.Between(operand=inner, low=low, high=high):
            return changed(node, operand=operand(inner), low=operand(low), high=operand(high))
        case nodes.Truth() | nodes.In() | nodes.Changed():
            return changed(node, operand=operand(node.operand))
        case nodes.Not() | nodes.Window():
            return changed(node, operand=condition(node.operand))
        case nodes.All() | nodes.Any():
            return changed(node, operands=map_all(node.operands, condition))
        case nodes.SetupRef():
            return node
    assert_never(node)


def map_operands(node: nodes.Operand, operand: RewriteOperand) -> nodes.Operand:
    """Return an operand with the operands directly inside of it rewritten."""
    match node:
        case nodes.Negate(operand=inner):
            return changed(node, operand=operand(inner))
        case nodes.Arithmetic(left=left, right=right):
            return changed(node, left=operand(left), right=operand(right))
        case nodes.Call(operands=operands):
            return changed(node, operands=map_all(operands, operand))
        case nodes.Literal() | nodes.VarRef() | nodes.Ref():
            return node
    assert_never(node)


def argument(feature: nodes.Feature | nodes.Structure, name: str) -> nodes.Argument | None:
    """Return one entry of `params:`, or None."""
    return next((a for a in feature.params if a.name == name), None)


def literals(play: nodes.Play) -> Iterator[tuple[str, nodes.Literal]]:
    """Yield the variables that hold one scalar, with their values."""
    for variable in play.variables:
        if isinstance(variable.value, nodes.Literal):
            yield variable.name, variable.value
