"""Makes every condition stand alone, in the one shape that later passes know."""

from typing import TypeVar

from tradec.compiler.context import Context
from tradec.compiler.setups import Setups
from tradec.compiler.surface import changed, map_conditions, map_parts
from tradec.dsl import nodes

GroupT = TypeVar("GroupT", nodes.All, nodes.Any)


def expand_setups(play: nodes.Play, context: Context) -> nodes.Play:
    """Return the play with setups in the place of their names, and flat groups.

    Needs  the tree of the reader.
    Gives  conditions without names of setups, in which All and Any alternate and have two members
           or more. `setups` keeps those that no action uses, since they too must be right.

        up: a > b;  all: [{setup: up}, {all: [c, d]}]   ->   all: [a > b, c, d]
    """
    setups = Setups(play, context.diagnostics)
    unused = tuple(setup for setup in play.setups if setup.name not in setups.used)
    kept = unused if len(unused) < len(play.setups) else play.setups
    expanded = map_conditions(changed(play, setups=kept), setups.expanded)
    if not context.diagnostics.has_errors:
        setups.report_unused()
    return map_conditions(expanded, _flat)


def _flat(condition: nodes.Condition) -> nodes.Condition:
    match condition:
        case nodes.All():
            return _flat_group(condition, nodes.All)
        case nodes.Any():
            return _flat_group(condition, nodes.Any)
        case _:
            return map_parts(condition, condition=_flat)


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
