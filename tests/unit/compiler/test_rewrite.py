from dataclasses import replace

import pytest

from generators.irbuild import FLOAT, bar, block, const, op, play, series
from tradec.compiler import ir, reads
from tradec.compiler.rewrite import children, map_children, map_conditions, map_inputs, walk

CLOSE, OPEN = bar("close"), bar("open")
RULE = ir.Compare(op=">", left=op(CLOSE, "+", const(1)), right=OPEN)
NODES = (
    const(1),
    CLOSE,
    ir.Negate(operand=CLOSE, type=FLOAT),
    op(CLOSE, "*", OPEN),
    RULE,
    ir.Cross(above=True, left=CLOSE, right=OPEN),
    ir.Between(operand=CLOSE, low=OPEN, high=const(2)),
    ir.Near(relative=True, left=CLOSE, right=OPEN, tolerance=const(0.5)),
    ir.Function(name="max", operands=(CLOSE, OPEN, const(1.0)), type=FLOAT),
    ir.In(operand=const(1), members=(const(1), const(2))),
    ir.Changed(operand=CLOSE),
    ir.Window(operand=RULE, samples=const(5), stride=2, least=const(3)),
    ir.Known(value=True),
    ir.Not(operand=RULE),
    ir.All(operands=(RULE, ir.Known(value=True))),
    ir.Any(operands=(RULE, ir.Known(value=True))),
)


@pytest.mark.parametrize("node", NODES)
def test_nothing_changed_is_the_same_object(node: ir.Number | ir.Condition) -> None:
    assert map_children(node, lambda child: child) is node


@pytest.mark.parametrize("node", NODES)
def test_children_are_what_the_map_replaces(node: ir.Number | ir.Condition) -> None:
    marks = iter(range(100, 200))
    mapped = map_children(node, lambda _: const(next(marks)))
    expected = tuple(const(100 + k) for k in range(len(children(node))))
    assert children(mapped) == expected
    assert type(mapped) is type(node)


def test_what_is_no_expression_is_refused() -> None:
    with pytest.raises(TypeError, match="Policy"):
        map_children(play().policy, lambda child: child)


def test_walk_goes_parents_first_from_left_to_right() -> None:
    assert list(walk(RULE)) == [RULE, RULE.left, CLOSE, const(1), OPEN]


def test_memories_stand_after_what_they_hold() -> None:
    up = ir.Cross(above=True, left=CLOSE, right=OPEN)
    inner = ir.Window(operand=up, samples=const(2), stride=1, least=const(1))
    outer = ir.Window(operand=ir.Not(operand=inner), samples=const(3), stride=1, least=const(3))
    new = ir.Changed(operand=CLOSE)
    one = play(block(ir.All(operands=(outer, new))), block(inner, id_="again"))
    assert reads.cells(one) == (up, inner, outer, new)


def test_plays_keep_their_identity_too() -> None:
    one = play(block(RULE), units=(series("e", "ema"),))
    assert map_conditions(one, lambda node: node) is one
    assert map_inputs(one, lambda node: node) is one
    known = ir.Known(value=True)
    changed = map_conditions(one, lambda _: known)
    assert changed == replace(one, blocks=(block(known),))
    assert changed.series is one.series
    assert map_inputs(one, lambda _: OPEN).series[0].inputs == (OPEN,)


def test_what_rules_read() -> None:
    unit = series("e", "ema", "5m")
    value = ir.Read(series="e", output="value", offset=2, type=FLOAT)
    deeper = replace(value, offset=7)
    volume = bar("volume", "5m")
    up = ir.Cross(above=True, left=deeper, right=volume)
    rule = ir.All(operands=(ir.Compare(op=">", left=value, right=CLOSE), up, up))
    one = play(block(rule), block(up, id_="again"), units=(unit,))
    assert reads.witnessed(one) == (("1m", "close"), ("5m", "volume"), ("e", "value"))
    assert reads.depths(one) == {("e", "value"): 7}
    assert reads.cells(one) == (up,)
    assert reads.reads_anything(up)
    assert not reads.reads_anything(op(const(1), "+", const(2)))
