import pytest

from generators.irbuild import FLOAT, INT, bar, block, const, op, param, play, read, series
from generators.passes import CONTEXT
from tradec.compiler import ir
from tradec.compiler.passes.fold_constants import fold_constants
from tradec.compiler.reads import witnessed

CLOSE = bar("close")
YES, NO = ir.Known(value=True), ir.Known(value=False)
HIGH = ir.Compare(op=">", left=CLOSE, right=const(1))
LOW = ir.Compare(op="<", left=CLOSE, right=const(9))
PARAMS = ir.Compare(op=">", left=param("n"), right=const(1))
BIG = 2**63 - 1


def folded(condition: ir.Condition) -> ir.Condition:
    return (
        fold_constants(play(block(condition), params={"n": 2.0}), CONTEXT).blocks[0].cases[0].when
    )


def limit(number: ir.Number) -> ir.Number:
    condition = folded(ir.Compare(op=">", left=CLOSE, right=number))
    assert isinstance(condition, ir.Compare)
    return condition.right


@pytest.mark.parametrize(
    ("number", "result"),
    [
        (op(const(2), "+", const(3)), const(5)),
        (op(const(2), "-", const(3.5)), const(-1.5)),
        (op(const(7), "/", const(2)), const(3.5)),
        (op(const(-1), "%", const(3)), const(2)),
        (op(op(const(2), "*", const(3)), "*", const(0.5)), const(3.0)),
        (ir.Negate(operand=const(3), type=INT), const(-3)),
        (ir.Negate(operand=const(2.5), type=FLOAT), const(-2.5)),
    ],
)
def test_literals_are_computed_and_keep_their_kind(number: ir.Number, result: ir.Const) -> None:
    found = limit(number)
    assert found == result
    assert isinstance(found, ir.Const)
    assert type(found.value) is type(result.value)


@pytest.mark.parametrize(
    "number",
    [
        op(const(1), "/", const(0)),
        op(const(1), "%", const(0)),
        op(const(BIG), "+", const(1)),
        op(const(1e308), "*", const(10.0)),
        op(const(2.0), "*", param("n")),
        op(const(0), "*", CLOSE),
    ],
)
def test_what_is_missing_or_not_constant_stays(number: ir.Number) -> None:
    assert limit(number) is number


def test_a_series_input_is_folded_too() -> None:
    source = op(CLOSE, "*", op(const(1.0), "/", const(4.0)))
    one = fold_constants(play(units=(series("e", "ema", source=source),)), CONTEXT)
    assert one.series[0].inputs == (op(CLOSE, "*", const(0.25)),)


@pytest.mark.parametrize(
    ("condition", "result"),
    [
        (ir.Compare(op="<", left=const(1), right=const(2)), YES),
        (ir.Compare(op="==", left=const(1), right=const(2)), NO),
        (ir.Between(operand=const(1.5), low=const(1), high=const(2)), YES),
        (ir.Near(relative=True, left=const(1), right=const(2), tolerance=const(0.1)), NO),
        (ir.Not(operand=YES), NO),
        (ir.Not(operand=ir.Not(operand=HIGH)), HIGH),
        (ir.All(operands=(YES, YES)), YES),
        (ir.Any(operands=(NO, NO)), NO),
        (ir.All(operands=(YES, HIGH)), HIGH),
        (ir.Any(operands=(NO, HIGH)), HIGH),
        (ir.All(operands=(YES, HIGH, LOW)), ir.All(operands=(HIGH, LOW))),
        (ir.All(operands=(NO, NO, PARAMS)), NO),
        (ir.Any(operands=(PARAMS, YES)), YES),
        (
            ir.All(operands=(ir.All(operands=(HIGH, LOW)), PARAMS)),
            ir.All(operands=(HIGH, LOW, PARAMS)),
        ),
        (
            ir.Any(operands=(ir.Not(operand=ir.Not(operand=ir.Any(operands=(HIGH, LOW)))), PARAMS)),
            ir.Any(operands=(HIGH, LOW, PARAMS)),
        ),
    ],
)
def test_conditions(condition: ir.Condition, result: ir.Condition) -> None:
    assert folded(condition) == result


@pytest.mark.parametrize(
    "condition",
    [
        HIGH,
        PARAMS,
        ir.Near(relative=True, left=const(1), right=const(0), tolerance=const(1)),
        ir.Compare(op=">", left=op(const(1), "/", const(0)), right=const(1)),
        ir.Cross(above=True, left=const(1), right=const(2)),
        ir.All(operands=(HIGH, LOW)),
        ir.All(operands=(HIGH, ir.Any(operands=(LOW, PARAMS)))),
    ],
)
def test_nothing_to_fold_is_the_same_object(condition: ir.Condition) -> None:
    one = play(block(condition), params={"n": 2.0})
    assert fold_constants(one, CONTEXT) is one


def test_what_the_rules_read_is_kept_for_the_digest() -> None:
    unit = series("e", "ema")
    reads = ir.Compare(op=">", left=read(unit), right=const(1))
    condition = ir.All(operands=(reads, NO, PARAMS, NO))
    assert folded(condition) == ir.All(operands=(reads, NO))
    before = play(block(condition), block(ir.Any(operands=(YES, reads)), id_="b"), units=(unit,))
    after = fold_constants(before, CONTEXT)
    assert witnessed(after) == witnessed(before) == (("e", "value"),)
    assert fold_constants(after, CONTEXT) is after
