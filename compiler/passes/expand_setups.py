"""Makes every condition stand alone, in the one shape that later passes know."""

from typing import TypeVar

from tradec.compiler.context import Context
from tradec.compiler.surface import changed, map_conditions
from tradec.dsl import nodes

GroupT = TypeVar("GroupT", nodes.All, nodes.Any)


def expand_setups(play: nodes.Play, _context: Context) -> nodes.Play:
    """Return the play with no group directly inside a group of its kind, or with one member.

    Needs  the tree of the reader.
    Gives  conditions in which All and Any alternate and have two members or more.

        all: [a, {all: [b, c]}, {any: [d]}]   ->   all: [a, b, c, d]
    """
    return map_conditions(play, _flat)


def _flat(condition: nodes.Condition) -> nodes.Condition:
    match condition:
        case nodes.All():
            return _flat_group(condition, nodes.All)
        case nodes.Any():
            return _flat_group(condition, nodes.Any)
        case nodes.Not(operand=operand):
            return changed(condition, operand=_flat(operand))
        case _:
            return condition


def _flat_group(group: GroupT, kind: type[GroupT]) -> nodes.Condition:
    members: list[nodes.Condition] = []
    for operand in group.operands:
        match _flat(operand):
            case nodes.All(operands=inner) if kind is nodes.All:
                members.extend(inner)
            case nodes.Any(operands=inner) if kind is nodes.Any:
                members.extend(inner)
            case other:
                members.append(other)
    if len(members) == 1:
        return members[0]
    same = len(members) == len(group.operands) and all(
        one is two for one, two in zip(members, group.operands, strict=True)
    )
    return group if same else changed(group, operands=tuple(members))
