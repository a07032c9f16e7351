import math
from itertools import product

import pytest

from generators.irbuild import FLOAT, INT, bar, const, op, param
from tradec.compiler import ir
from tradec.compiler.evaluate import (
    Raw,
    Truth,
    between,
    compare,
    conjunction,
    counted,
    crossed,
    disjunction,
    double,
    near,
    negation,
    number,
    truth,
)
from tradec.runtime.kernels.arith import MISSING, NAN

BIG = 2**63 - 1


class Market:
    """A view in which every close is `close` and the variables are `values`."""

    def __init__(self, close: float = 100.0, **values: Raw) -> None:
        self.close, self.values = close, values

    def read(self, node: ir.Read) -> Raw:
        return self.close if node.offset == 0 else NAN

    def param(self, name: str) -> Raw:
        return self.values[name]

    def cross(self, node: ir.Cross) -> tuple[float, float, float, float]:
        now = (double(number(node.left, self)), double(number(node.right, self)))
        return (now[0] - 1.0, now[1], *now)

    def changed(self, node: ir.Changed) -> tuple[Raw, Raw]:
        return (100.0, number(node.operand, self))

    def window(self, node: ir.Window) -> list[Truth]:
        return [truth(node.operand, self), True, None, False]


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (True, None, None, True),
        (False, True, False, True),
        (False, False, False, False),
        (False, None, False, None),
        (None, True, None, True),
        (None, False, False, None),
        (None, None, None, None),
    ],
)
def test_strong_kleene_tables(left: Truth, right: Truth, both: Truth, either: Truth) -> None:
    assert conjunction([left, right]) is both
    assert disjunction([left, right]) is either


@pytest.mark.parametrize(("operand", "result"), [(True, False), (False, True), (None, None)])
def test_strong_kleene_negation(operand: Truth, result: Truth) -> None:
    assert negation(operand) is result


def test_de_morgan_holds_for_unknown_too() -> None:
    for values in product((True, False, None), repeat=3):
        negated = [negation(v) for v in values]
        assert negation(conjunction(values)) is disjunction(negated)
        assert negation(disjunction(values)) is conjunction(negated)


@pytest.mark.parametrize(
    ("sign", "left", "right", "result"),
    [
        ("+", 2, 3, 5),
        ("-", 2, 3, -1),
        ("*", 2, 3, 6),
        ("/", 7, 2, 3.5),
        ("%", -1, 3, 2),
        ("%", 1, -3, -2),
        ("%", -1.5, 1.0, 0.5),
        ("+", 2, 0.5, 2.5),
        ("*", 0.1, 3, 0.1 * 3.0),
        ("/", 1e308, 1e-308, NAN),
        ("*", 1e308, 10.0, NAN),
        ("/", 1.0, 0, NAN),
        ("/", 1, 0, NAN),
        ("%", 1.0, 0.0, NAN),
        ("%", 1, 0, MISSING),
        ("+", BIG, 1, MISSING),
        ("*", BIG, 2, MISSING),
        ("-", -BIG, 2, MISSING),
    ],
)
def test_arithmetic(sign: str, left: Raw, right: Raw, result: Raw) -> None:
    found = number(op(const(left), sign, const(right)), Market())
    assert type(found) is type(result)
    assert found == result or (math.isnan(found) and math.isnan(result))


@pytest.mark.parametrize(
    ("name", "operands", "result"),
    [
        ("abs", (-3,), 3),
        ("abs", (-1.5,), 1.5),
        ("min", (3, 2, 5), 2),
        ("max", (3, 2, 5), 5),
        ("min", (3, 2.5), 2.5),
        ("max", (3, 2.5), 3.0),
    ],
)
def test_functions(name: str, operands: tuple[float, ...], result: Raw) -> None:
    whole = all(isinstance(one, int) for one in operands)
    kind = INT if whole else FLOAT
    node = ir.Function(name=name, operands=tuple(map(const, operands)), type=kind)
    found = number(node, Market())
    assert (type(found), found) == (type(result), result)


def test_a_function_of_something_missing_is_missing() -> None:
    gone = bar("close", offset=1)
    for name in ("min", "max"):
        for operands in ((gone, const(1.0)), (const(1.0), gone)):
            assert math.isnan(
                number(ir.Function(name=name, operands=operands, type=FLOAT), Market())
            )
    overflown = op(const(BIG), "+", const(1))
    for name in ("min", "max"):
        both = ir.Function(name=name, operands=(overflown, const(1)), type=INT)
        assert number(both, Market()) == MISSING
    assert number(ir.Function(name="abs", operands=(overflown,), type=INT), Market()) == MISSING


def test_a_count_is_decided_as_soon_as_nothing_can_change_it() -> None:
    """Every sequence of up to five samples against every way its unknowns could come out."""
    for size in range(1, 6):
        for samples in product((True, False, None), repeat=size):
            unknown = samples.count(None)
            outcomes = [
                samples.count(True) + sum(filled)
                for filled in product((False, True), repeat=unknown)
            ]
            for least in range(1, size + 1):
                results = {total >= least for total in outcomes}
                expected = results.pop() if len(results) == 1 else None
                assert counted(samples, least) is expected


def test_missing_passes_through_arithmetic() -> None:
    gone = bar("close", offset=1)
    assert math.isnan(double(number(op(gone, "*", const(0)), Market())))
    assert math.isnan(double(number(ir.Negate(operand=gone, type=FLOAT), Market())))
    overflown = op(const(BIG), "+", const(1))
    assert number(ir.Negate(operand=overflown, type=INT), Market()) == MISSING
    assert math.isnan(double(number(op(overflown, "/", const(2)), Market())))


def test_a_literal_takes_the_kind_of_its_type() -> None:
    value = number(ir.Const(value=2, type=FLOAT), Market())
    assert (value, type(value)) == (2.0, float)
    value = number(param("n", INT), Market(n=3))
    assert (value, type(value)) == (3, int)
    value = number(param("n"), Market(n=3))
    assert (value, type(value)) == (3.0, float)


@pytest.mark.parametrize(
    ("sign", "results"),
    [
        (">", (False, False, True)),
        (">=", (False, True, True)),
        ("<", (True, False, False)),
        ("<=", (True, True, False)),
        ("==", (False, True, False)),
        ("!=", (True, False, True)),
    ],
)
def test_compare(sign: str, results: tuple[bool, bool, bool]) -> None:
    assert tuple(compare(sign, left, 2) for left in (1, 2, 3)) == results
    assert tuple(compare(sign, left, 2.0) for left in (1.0, 2.0, 3.0)) == results
    assert tuple(compare(sign, left, 2) for left in (1.0, 2.0, 3.0)) == results
    assert compare(sign, MISSING, 2) is None
    assert compare(sign, 2.0, NAN) is None
    assert compare(sign, MISSING, 2.0) is None


def test_ints_compare_exactly_and_mixed_pairs_as_floats() -> None:
    assert compare(">", 2**53 + 1, 2**53) is True
    assert compare(">", 2**53 + 1, float(2**53)) is False


def test_infinity_compares_as_ieee_says() -> None:
    assert compare(">", math.inf, 1e308) is True
    assert compare("<", math.inf, 1.0) is False


@pytest.mark.parametrize(
    ("operand", "result"), [(0.9, False), (1.0, True), (2.0, True), (2.1, False), (NAN, None)]
)
def test_between_is_inclusive(operand: float, result: Truth) -> None:
    assert between(operand, 1.0, 2.0) is result


def test_between_is_unknown_with_a_missing_bound_even_where_the_other_decides() -> None:
    assert between(5.0, NAN, 2.0) is None
    assert between(0.0, 1.0, NAN) is None
    assert between(2, 1, 3) is True


def test_near_absolute_and_relative() -> None:
    assert near(101.0, 100.0, 1.0, relative=False) is True
    assert near(101.5, 100.0, 1.0, relative=False) is False
    assert near(101.0, 100.0, 0.01, relative=True) is True
    assert near(-101.5, -100.0, 0.01, relative=True) is False
    assert near(1.0, 0.0, 0.01, relative=True) is None
    assert near(1.0, 0.0, 2.0, relative=False) is True
    for gone in ((NAN, 1.0, 1.0), (1.0, NAN, 1.0), (1.0, 1.0, NAN)):
        assert near(*gone, relative=False) is None
        assert near(*gone, relative=True) is None


@pytest.mark.parametrize(
    ("samples", "above", "below"),
    [
        ((1.0, 2.0, 3.0, 2.0), True, False),
        ((2.0, 2.0, 3.0, 2.0), True, False),
        ((1.0, 2.0, 2.0, 2.0), False, False),
        ((3.0, 2.0, 1.0, 2.0), False, True),
        ((2.0, 2.0, 1.0, 2.0), False, True),
        ((3.0, 2.0, 2.0, 2.0), False, False),
        ((3.0, 2.0, 4.0, 2.0), False, False),
        ((NAN, 2.0, 3.0, 2.0), None, None),
        ((3.0, NAN, 3.0, 2.0), None, None),
        ((3.0, 2.0, NAN, 2.0), None, None),
        ((3.0, 2.0, 3.0, NAN), None, None),
    ],
)
def test_crossed(samples: tuple[float, float, float, float], above: Truth, below: Truth) -> None:
    assert crossed(*samples, above=True) is above
    assert crossed(*samples, above=False) is below


def _window(operand: ir.Condition, least: int) -> ir.Window:
    return ir.Window(operand=operand, samples=const(4), stride=1, least=const(least))


def test_conditions_of_every_kind() -> None:
    close, gone = bar("close"), bar("close", offset=1)
    is_high = ir.Compare(op=">", left=close, right=const(50))
    is_gone = ir.Compare(op=">", left=gone, right=const(50))
    market = Market(close=100.0, level=99.5, n=3)
    expected: list[tuple[ir.Condition, Truth]] = [
        (ir.Known(value=False), False),
        (is_high, True),
        (is_gone, None),
        (ir.Not(operand=is_gone), None),
        (ir.Not(operand=ir.All(operands=(ir.Known(value=False), is_gone))), True),
        (ir.Not(operand=ir.Any(operands=(is_gone, ir.Known(value=True)))), False),
        (ir.All(operands=(is_high, is_gone)), None),
        (ir.Between(operand=close, low=const(1), high=param("level")), False),
        (ir.Near(relative=True, left=close, right=param("level"), tolerance=const(0.01)), True),
        (ir.Near(relative=False, left=close, right=gone, tolerance=const(1)), None),
        (ir.Cross(above=True, left=close, right=param("level")), True),
        (ir.Cross(above=False, left=close, right=param("level")), False),
        (ir.In(operand=param("n"), members=(const(1), const(3))), True),
        (ir.In(operand=param("n"), members=(const(1), const(2))), False),
        (ir.In(operand=op(const(1), "%", const(0)), members=(const(1), const(2))), None),
        (ir.Changed(operand=close), False),
        (ir.Changed(operand=param("level")), True),
        (ir.Changed(operand=gone), None),
        (_window(is_high, 2), True),
        (_window(is_high, 3), None),
        (_window(is_high, 4), False),
        (_window(is_gone, 3), None),
    ]
    for condition, result in expected:
        assert truth(condition, market) is result, condition
