"""The rules of a play as JSON: what the runtime needs to look at a decision again, many at once.

{"by_minute", "mode", "exit_mode", "on_opposite", "atoms", "blocks"}

blocks      [{"cases": [{"when": condition, "emit": [[action, word], ..]}, ..],
              "otherwise": [[action, word], ..]}, ..]
condition   ["all", ..] ["any", ..] ["not", condition] ["known", bool] ["atom", its place in atoms]
atoms       {"form", "text", "unit", ..}, equal ones once, those inside of a window before it
number      ["const", value] ["slot", k] ["neg", x] [op, x, y] ["abs", x] ["min", ..] ["max", ..]

The forms of atoms are `compare`, `between`, `near`, `in`, `cross`, `changed` and `window`, with the
fields of their nodes in `compiler/ir.py`. `unit` is what their two sides are measured in, None
where they have no distance: words, directions and the like. Values of variables are in place.
"""

from collections.abc import Mapping
from typing import Any, assert_never

from tradec.compiler import ir
from tradec.compiler.clocks import EVERY_MINUTE, clock_of
from tradec.compiler.print_expr import SHORT
from tradec.compiler.reads import slots
from tradec.compiler.rules_of import words
from tradec.compiler.settings import setting
from tradec.compiler.types import NUMBER, Kind
from tradec.compiler.unit_algebra import PRICE

_UNMEASURED = frozenset({"direction", "version", "id", "slot", "bool", "event", "enum"})


def logic_of(play: ir.Play, values: Mapping[str, int | float]) -> dict[str, Any]:
    """Return the rules of a play as `runtime.logic` takes them."""
    return _Plain(play, values).logic()


def unit_of(*numbers: ir.Number) -> str | None:
    """Return the unit in which two sides of a comparison differ, None where they only may differ.

    A price decides; `number` is what has no unit.
    """
    kinds = {one.type.kind for one in numbers}
    units = [one.type.unit for one in numbers if one.type.unit != NUMBER]
    if kinds & {Kind.BOOL, Kind.ENUM} or _UNMEASURED.intersection(units):
        return None
    return PRICE if PRICE in units else next(iter(units), NUMBER)


class _Plain:
    """Turns the rules of one play into JSON."""

    def __init__(self, play: ir.Play, values: Mapping[str, int | float]) -> None:
        self._play, self._values = play, values
        self._slots = {read: number for number, read in enumerate(slots(play))}
        self._places: dict[ir.Condition, int] = {}
        self._atoms: list[dict[str, Any]] = []

    def logic(self) -> dict[str, Any]:
        """Return everything."""
        emitted: dict[tuple[int, int], list[list[int]]] = {}
        for word, intent in words(self._play):
            place = (word >> 8 & 0xFFFF, word >> 24 & 0xFFFF)
            emitted.setdefault(place, []).append([int(intent.action), word])
        blocks = [
            {
                "cases": [
                    {"when": self._condition(case.when), "emit": emitted.get((number, k), [])}
                    for k, case in enumerate(block.cases)
                ],
                "otherwise": emitted.get((number, 0xFFFF), []),
            }
            for number, block in enumerate(self._play.blocks)
        ]
        policy = self._play.policy
        return {
            "by_minute": self._play.evaluation == EVERY_MINUTE,
            "mode": policy.mode,
            "exit_mode": policy.exit_mode,
            "on_opposite": policy.on_opposite,
            "atoms": self._atoms,
            "blocks": blocks,
        }

    def _condition(self, node: ir.Condition) -> list[Any]:
        match node:
            case ir.All(operands=operands):
                return ["all", *map(self._condition, operands)]
            case ir.Any(operands=operands):
                return ["any", *map(self._condition, operands)]
            case ir.Not(operand=operand):
                return ["not", self._condition(operand)]
            case ir.Known(value=value):
                return ["known", value]
            case _:
                return ["atom", self._atom(node)]

    def _atom(self, node: ir.Condition) -> int:
        if node not in self._places:
            made = {"text": SHORT.condition(node), **self._form(node)}
            self._places[node] = len(self._atoms)
            self._atoms.append(made)
        return self._places[node]

    def _form(self, node: ir.Condition) -> dict[str, Any]:
        match node:
            case ir.Compare(op=op, left=left, right=right):
                return {"form": "compare", "op": op, **self._operands(left, right)}
            case ir.Between(operand=operand, low=low, high=high):
                return {"form": "between", **self._operands(operand, low, high)}
            case ir.Near(left=left, right=right, tolerance=tolerance):
                numbers = [*map(self._number, (left, right, tolerance))]
                return {
                    "form": "near",
                    "relative": node.relative,
                    "operands": numbers,
                    "unit": unit_of(left, right),
                }
            case ir.In(operand=operand, members=members):
                return {"form": "in", **self._operands(operand, *members), "unit": None}
            case ir.Cross(above=above, left=left, right=right):
                clock = clock_of(node, self._play).value
                sides = self._operands(left, right)
                return {"form": "cross", "above": above, "clock": clock, **sides}
            case ir.Changed(operand=operand):
                clock = clock_of(node, self._play).value
                return {"form": "changed", "clock": clock, **self._operands(operand), "unit": None}
            case ir.Window():
                return self._window(node)
            case _:
                raise TypeError(f"{type(node).__name__} is no atom")

    def _window(self, node: ir.Window) -> dict[str, Any]:
        return {
            "form": "window",
            "clock": clock_of(node, self._play).value,
            "of": self._condition(node.operand),
            "samples": int(setting(node.samples, self._values)),
            "stride": node.stride,
            "least": int(setting(node.least, self._values)),
            "unit": None,
        }

    def _operands(self, *numbers: ir.Number) -> dict[str, Any]:
        return {"operands": [*map(self._number, numbers)], "unit": unit_of(*numbers)}

    def _number(self, node: ir.Number) -> list[Any]:
        match node:
            case ir.Const() | ir.Param():
                return ["const", setting(node, self._values)]
            case ir.Read():
                return ["slot", self._slots[node]]
            case ir.Negate(operand=operand):
                return ["neg", self._number(operand)]
            case ir.Arithmetic(op=op, left=left, right=right):
                return [op, self._number(left), self._number(right)]
            case ir.Function(name=name, operands=operands):
                return [name, *map(self._number, operands)]
            case _:
                assert_never(node)
