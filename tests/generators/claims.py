"""Random conditions about which something can often be proven, and what becomes of them.

Operands come from few series and bars and a few literals, so that they meet again and again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from generators.irbuild import block, const
from tradec.compiler import ir
from tradec.compiler.catalog import standard
from tradec.compiler.evaluate import Truth, double, is_missing, number, truth
from tradec.compiler.interpreter import Interpreter
from tradec.compiler.prices import bars
from tradec.compiler.types import Kind, Type
from tradec.compiler.typing_rules import alike, arithmetic
from tradec.dsl.span import NOWHERE

_LITERALS = (0.0, 1.0, -1.0, 0.5, 30.0, 50.0, 70.0, 100.0, -100.0, 1e-9, 2.0)
_FACTORS = (0.5, 0.99, 1.0, 1.01, 2.0)
_SIGNS = ("<", "<=", ">", ">=")
_WHOLE = frozenset({Kind.INT, Kind.BOOL, Kind.ENUM})


@dataclass(slots=True)
class Conditions:
    """Makes conditions over what one play declares."""

    random: Random
    reads: list[ir.Read]
    literals: list[float]
    windows: dict[tuple[int, ...], ir.Window] = field(default_factory=dict)

    @classmethod
    def of(cls, play: ir.Play, random: Random, level: float) -> "Conditions":
        """Return a source over the outputs of a play, whose prices are near `level`."""
        found = [
            ir.Read(series=source, output=output.name, offset=0, type=output.type)
            for source, outputs in _sources(play)
            for output in outputs
        ]
        return cls(random, found, [*_LITERALS, level, level * 1.01])

    def condition(self, depth: int = 2) -> ir.Condition:
        roll = self.random.random()
        if depth == 0 or roll < 0.3:
            return self._atom()
        if roll < 0.4:
            return ir.Not(operand=self.condition(depth - 1))
        if roll < 0.5:
            return self._window(depth - 1)
        operands = tuple(self.condition(depth - 1) for _ in range(self.random.randint(2, 3)))
        return ir.All(operands=operands) if roll < 0.75 else ir.Any(operands=operands)

    def _window(self, depth: int) -> ir.Condition:
        """Return a window; few differ, so that one often stands beside an equal one."""
        samples = self.random.choice((1, 2, 3))
        least, stride = self.random.choice((1, samples, samples)), self.random.choice((1, 1, 2))
        shape = samples, least, stride, self.random.randrange(3)
        if shape not in self.windows:
            self.windows[shape] = ir.Window(
                operand=self.condition(depth),
                samples=const(samples),
                stride=stride,
                least=const(least),
            )
        return self.windows[shape]

    def _atom(self) -> ir.Condition:
        left = self._number()
        right = self._opposite(left)
        kinds = ("compare", "compare", "compare", "cross", "between", "near", "changed")
        whole = ("in", "in") if left.type.kind in _WHOLE else ()
        match self.random.choice((*kinds, *whole)):
            case "changed":
                return ir.Changed(operand=left)
            case "in":
                members = self.random.sample((-1, 0, 1, 2, 3, 100), self.random.randint(2, 3))
                return ir.In(operand=left, members=tuple(map(const, members)))
            case "cross":
                return ir.Cross(above=self.random.random() < 0.5, left=left, right=right)
            case "between":
                low, high = self._opposite(left), right
                return ir.Between(operand=left, low=low, high=high)
            case "near":
                relative = self.random.random() < 0.5
                tolerance = const(
                    self.random.choice((0.0, 0.01, 0.5) if relative else _LITERALS[:2])
                )
                return ir.Near(relative=relative, left=left, right=right, tolerance=tolerance)
            case _:
                return ir.Compare(op=self._sign(left, right), left=left, right=right)

    def _sign(self, left: ir.Number, right: ir.Number) -> str:
        if left.type.kind in _WHOLE and right.type.kind in _WHOLE:
            return self.random.choice((*_SIGNS, "==", "!="))
        return self.random.choice(_SIGNS)

    def _read(self) -> ir.Read:
        read = self.random.choice(self.reads)
        offset = self.random.choice((0, 0, 0, 0, 1, 2))
        return replace(read, offset=offset)

    def _number(self, depth: int = 2) -> ir.Number:
        read = self._read()
        if depth == 0 or self.random.random() < 0.6:
            return read
        if self.random.random() < 0.1 and read.type.kind is Kind.FLOAT:
            return ir.Negate(operand=read, type=Type(kind=read.type.kind))
        op = self.random.choice("+-*/%--")
        other = self._number(depth - 1) if self.random.random() < 0.5 else self._literal(read, op)
        sides = (read, other) if self.random.random() < 0.8 else (other, read)
        return _arithmetic(op, *sides)

    def _opposite(self, left: ir.Number) -> ir.Number:
        roll = self.random.random()
        if roll < 0.35:
            return self._literal(left, "")
        if roll < 0.5 and left.type.kind is Kind.FLOAT:
            return _arithmetic("*", left, const(self.random.choice(_FACTORS)))
        return self._number(1)

    def _literal(self, beside: ir.Number, op: str) -> ir.Const:
        if beside.type.kind in _WHOLE:
            return const(self.random.choice((-1, 0, 1, 2, 3, 100)))
        pool = _FACTORS if op in {"*", "/"} else self.literals
        return const(self.random.choice(pool))


def _sources(play: ir.Play) -> list[tuple[str, tuple[ir.Output, ...]]]:
    prices = [(one.id, bars(one.id).outputs) for one in play.bars]
    return [*prices, *((series.id, series.outputs) for series in play.series)]


def _arithmetic(op: str, left: ir.Number, right: ir.Number) -> ir.Arithmetic:
    return arithmetic(op, *alike(left, right), NOWHERE)


# --- what becomes of them ---------------------------------------------------------------------


@dataclass(slots=True)
class Record:
    """What each condition was at every evaluation, and whether some were so by a clear margin."""

    truths: list[list[Truth]] = field(default_factory=list)
    clear: list[dict[tuple[int, bool], bool]] = field(default_factory=list)


class Witness(Interpreter):
    """Runs a play and takes down what some conditions are whenever it decides.

    `closely` are those, and the truths of them, of which the margin matters.
    """

    def __init__(
        self,
        play: ir.Play,
        conditions: Sequence[ir.Condition],
        closely: Sequence[tuple[int, bool]] = (),
    ) -> None:
        super().__init__(replace(play, blocks=(block(*conditions),)), standard())
        self._conditions = conditions
        self._closely = closely
        self._price = 0.0
        self.record = Record()

    def _publish(self, series: str, output: str, value: float) -> None:
        if output == "high":
            self._price = max(self._price, value)
        super()._publish(series, output, value)

    def _decide(self, side: int, *, may_enter: bool, may_exit: bool) -> Any:
        self.record.truths.append([truth(one, self) for one in self._conditions])
        self.record.clear.append(
            {
                (k, wanted): self._is(self._conditions[k], wanted=wanted)
                for k, wanted in self._closely
            }
        )
        return super()._decide(side, may_enter=may_enter, may_exit=may_exit)

    def _is(self, node: ir.Condition, *, wanted: bool) -> bool:
        """Return whether a condition is as wanted by more than rounding could do."""
        match node:
            case ir.Not(operand=operand):
                return self._is(operand, wanted=not wanted)
            case ir.All(operands=operands) | ir.Any(operands=operands):
                every = all if isinstance(node, ir.All) is wanted else any
                return every(self._is(one, wanted=wanted) for one in operands)
            case atom if truth(atom, self) is not wanted:
                return False
            case ir.Compare(left=left, right=right):
                return self._differ(number(left, self), number(right, self))
            case ir.Between(operand=operand, low=low, high=high):
                value = number(operand, self)
                sides = (number(low, self), number(high, self))
                return all(self._differ(value, side) for side in sides)
            case ir.Window(operand=operand):
                return self._is(operand, wanted=wanted)
            case ir.Changed():
                return False
            case ir.Cross():
                one, two, three, four = self.cross(node)
                return self._differ(one, two) and self._differ(three, four)
            case _:
                return True

    def _differ(self, left: float, right: float) -> bool:
        if is_missing(left) or is_missing(right):
            return False
        one, two = double(left), double(right)
        return abs(one - two) > 1e-9 * max(self._price, abs(one), abs(two))


class Watcher(Interpreter):
    """Runs a play, and remembers every bar and the inputs that units are given."""

    def __init__(self, play: ir.Play) -> None:
        super().__init__(play, standard())
        self.history: dict[str, list[dict[str, float]]] = {one.id: [] for one in play.bars}

    def _publish(self, series: str, output: str, value: float) -> None:
        if series in self.history:
            if output == "open":
                self.history[series].append({})
            self.history[series][-1][output] = value
        super()._publish(series, output, value)
