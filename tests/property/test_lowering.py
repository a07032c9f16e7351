"""The two-valued lowering that is emitted says what the three-valued logic says, on every input.

What is printed for C is Python too, so that millions of cases cost no compiler: `true` and `false`
of a condition are evaluated beside the interpreter's `truth`, exhaustively for the logic and on
random trees with every kind of missing operand.
"""

import math
from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.irbuild import FLOAT, INT, const, op
from tradec.compiler import ir
from tradec.compiler.emit_expr import Printer
from tradec.compiler.evaluate import Raw, Truth, truth
from tradec.compiler.types import Kind
from tradec.runtime.kernels import arith
from tradec.runtime.kernels.arith import MISSING, NAN

NAMES = ("a", "b", "c")
FLOATS = (NAN, -2.0, -1.0, 0.0, 0.5, 1.0, 1.5, math.inf)
INTS = (MISSING, -2, -1, 0, 1, 2)


class World:
    """Values of a few series, before and now, as both ways of evaluating see them."""

    def __init__(
        self, now: Mapping[str, Raw], before: Mapping[str, Raw], past: list[Truth]
    ) -> None:
        self.now, self.before, self.past = now, before, past

    def read(self, node: ir.Read) -> Raw:
        return self.now[node.series]

    def param(self, name: str) -> Raw:
        raise AssertionError(name)

    def cross(self, node: ir.Cross) -> tuple[float, float, float, float]:
        assert isinstance(node.left, ir.Read)
        assert isinstance(node.right, ir.Read)
        left, right = node.left.series, node.right.series
        seen = (self.before[left], self.before[right], self.now[left], self.now[right])
        return tuple(map(float, seen))  # type: ignore[return-value]

    def changed(self, node: ir.Changed) -> tuple[Raw, Raw]:
        assert isinstance(node.operand, ir.Read)
        return (self.before[node.operand.series], self.now[node.operand.series])

    def window(self, node: ir.Window) -> list[Truth]:
        assert isinstance(node.samples, ir.Const)
        return [truth(node.operand, self), *self.past][: int(node.samples.value)]


class Text:
    """The memories of a world as texts that are their values."""

    def __init__(self, world: World) -> None:
        self.world = world

    def crossing(self, node: ir.Cross) -> tuple[str, str, str, str]:
        a, b, c, d = map(repr, self.world.cross(node))
        return a, b, c, d

    def change(self, node: ir.Changed) -> tuple[str, str]:
        a, b = map(repr, self.world.changed(node))
        return a, b

    def window(self, node: ir.Window) -> tuple[str, str]:
        found = truth(node, self.world)
        return repr(found is True), repr(found is False)


def both(condition: ir.Condition, world: World) -> tuple[bool, bool]:
    """Return what the emitted text says: definitely true, and definitely false."""
    printer = Printer(lambda node: f"s_{node.series}", Text(world))
    scope: dict[str, Any] = {f"s_{name}": value for name, value in world.now.items()}
    scope |= {name: getattr(arith, name) for name in dir(arith)} | {"fabs": abs}
    scope |= {"nan": NAN, "inf": math.inf, "__builtins__": {}}
    found = [
        bool(eval(printed, scope))  # noqa: S307  our own text
        for printed in (printer.true(condition), printer.false(condition))
    ]
    return found[0], found[1]


def agrees(condition: ir.Condition, world: World) -> None:
    expected = truth(condition, world)
    assert both(condition, world) == (expected is True, expected is False), condition


def read(name: str, kind: Kind = Kind.FLOAT) -> ir.Read:
    type_ = FLOAT if kind is Kind.FLOAT else INT
    return ir.Read(series=name, output="value", offset=0, type=type_)


# --- the logic, exhaustively ----------------------------------------------------------------------


def atom(name: str) -> ir.Condition:
    """Return a condition that is True at 1, False at 0 and Unknown where missing."""
    return ir.Compare(op="==", left=read(name, Kind.INT), right=const(1))


def trees(depth: int) -> list[ir.Condition]:
    """Return every tree of `not`, `all` and `any` up to a depth over three atoms."""
    found: list[ir.Condition] = [atom(name) for name in NAMES]
    found += [ir.Known(value=True), ir.Known(value=False)]
    for _ in range(depth):
        found = [
            *found,
            *(ir.Not(operand=one) for one in found),
            *(
                group(operands=pair)
                for group in (ir.All, ir.Any)
                for pair in product(found[:5], repeat=2)
            ),
        ]
    return found


def test_kleene_logic_on_every_truth_value() -> None:
    values: dict[Truth, int] = {True: 1, False: 0, None: MISSING}
    checked = 0
    for condition in trees(2):
        for truths in product(values, repeat=3):
            world = World(
                {name: values[value] for name, value in zip(NAMES, truths, strict=True)}, {}, []
            )
            agrees(condition, world)
            checked += 1
    assert checked > 4_000


def test_three_operands_of_every_truth_value() -> None:
    values: dict[Truth, int] = {True: 1, False: 0, None: MISSING}
    atoms = tuple(atom(name) for name in NAMES)
    negated = tuple(ir.Not(operand=one) for one in atoms)
    for group in (ir.All, ir.Any):
        for operands in product(*zip(atoms, negated, strict=True)):
            for truths in product(values, repeat=3):
                found = {n: values[v] for n, v in zip(NAMES, truths, strict=True)}
                agrees(group(operands=operands), World(found, {}, []))
                agrees(ir.Not(operand=group(operands=operands)), World(found, {}, []))


# --- every atom, on every combination of values and missing ones ----------------------------------


@pytest.mark.parametrize("sign", [">", "<", ">=", "<=", "==", "!="])
def test_comparisons(sign: str) -> None:
    for left, right in product(INTS, repeat=2):
        node = ir.Compare(op=sign, left=read("a", Kind.INT), right=read("b", Kind.INT))
        agrees(node, World({"a": left, "b": right}, {}, []))
    if sign in {"==", "!="}:
        return
    for one, two in product(FLOATS, repeat=2):
        node = ir.Compare(op=sign, left=read("a"), right=read("b"))
        agrees(node, World({"a": one, "b": two}, {}, []))
    for whole, real in product(INTS, FLOATS):
        node = ir.Compare(op=sign, left=read("a", Kind.INT), right=read("b"))
        agrees(node, World({"a": whole, "b": real}, {}, []))


@pytest.mark.parametrize("relative", [True, False])
def test_nearness(relative: bool) -> None:  # noqa: FBT001  a case
    for left, right, tolerance in product(FLOATS, FLOATS, (0.0, 0.5, 1.0)):
        node = ir.Near(
            relative=relative, left=read("a"), right=read("b"), tolerance=const(tolerance)
        )
        agrees(node, World({"a": left, "b": right}, {}, []))


def test_ranges() -> None:
    for x, low, high in product(FLOATS, repeat=3):
        node = ir.Between(operand=read("a"), low=read("b"), high=read("c"))
        agrees(node, World({"a": x, "b": low, "c": high}, {}, []))


@pytest.mark.parametrize("above", [True, False])
def test_crossings(above: bool) -> None:  # noqa: FBT001  a case
    node = ir.Cross(above=above, left=read("a"), right=read("b"))
    for was, level, x, y in product((NAN, 0.0, 1.0, 2.0), repeat=4):
        agrees(node, World({"a": x, "b": y}, {"a": was, "b": level}, []))


@pytest.mark.parametrize("kind", [Kind.INT, Kind.FLOAT])
def test_changes(kind: Kind) -> None:
    values: tuple[Raw, ...] = INTS if kind is Kind.INT else FLOATS
    for was, now in product(values, repeat=2):
        agrees(ir.Changed(operand=read("a", kind)), World({"a": now}, {"a": was}, []))


def test_membership() -> None:
    for value in INTS:
        node = ir.In(operand=read("a", Kind.INT), members=(const(-1), const(2)))
        agrees(node, World({"a": value}, {}, []))


# --- random trees ---------------------------------------------------------------------------------

numbers: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([read("a"), read("b"), read("i", Kind.INT), const(1.0), const(2), const(0)]),
    lambda inner: st.one_of(
        st.builds(op, inner, st.sampled_from("+-*/%"), inner),
        st.builds(
            lambda name, one, two: ir.Function(
                name=name,
                operands=(one, two),
                type=FLOAT if Kind.FLOAT in (one.type.kind, two.type.kind) else INT,
            ),
            st.sampled_from(["min", "max"]),
            inner,
            inner,
        ),
        inner.map(lambda one: ir.Function(name="abs", operands=(one,), type=one.type)),
        inner.map(lambda one: ir.Negate(operand=one, type=one.type)),
    ),
    max_leaves=4,
)
atoms_: st.SearchStrategy[Any] = st.one_of(
    st.builds(ir.Compare, op=st.sampled_from([">", "<", ">=", "<="]), left=numbers, right=numbers),
    st.builds(ir.Between, operand=numbers, low=numbers, high=numbers),
    st.builds(
        ir.Near,
        relative=st.booleans(),
        left=numbers,
        right=numbers,
        tolerance=st.sampled_from([const(0.0), const(0.5)]),
    ),
    st.builds(ir.Cross, above=st.booleans(), left=st.just(read("a")), right=st.just(read("b"))),
    st.builds(ir.Changed, operand=st.sampled_from([read("a"), read("i", Kind.INT)])),
    st.builds(ir.Known, value=st.booleans()),
)
conditions: st.SearchStrategy[Any] = st.recursive(
    atoms_,
    lambda inner: st.one_of(
        inner.map(lambda one: ir.Not(operand=one)),
        st.builds(ir.All, operands=st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(ir.Any, operands=st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(
            lambda operand, samples, least: ir.Window(
                operand=operand, samples=const(samples), stride=1, least=const(min(least, samples))
            ),
            inner,
            st.integers(1, 4),
            st.integers(1, 4),
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.data(), conditions)
def test_any_condition(data: st.DataObject, condition: ir.Condition) -> None:
    for _ in range(5):
        now, before = (
            {
                "a": data.draw(st.sampled_from(FLOATS[:-1])),
                "b": data.draw(st.sampled_from(FLOATS[:-1])),
                "i": data.draw(st.sampled_from(INTS)),
            }
            for _ in range(2)
        )
        past = data.draw(st.lists(st.sampled_from([True, False, None]), min_size=3, max_size=3))
        agrees(condition, World(now, before, past))
