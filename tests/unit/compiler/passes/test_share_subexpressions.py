from generators.irbuild import bar, block, const, op, play
from generators.passes import CONTEXT
from tradec.compiler import ir
from tradec.compiler.passes.share_subexpressions import share_subexpressions
from tradec.compiler.reads import rule_nodes


def rule(level: float = 1.0) -> ir.Condition:
    """Return a rule made of new objects."""
    above = ir.Compare(op=">", left=op(bar("close"), "*", const(2.0)), right=const(level))
    up = ir.Cross(above=True, left=op(bar("close"), "*", const(2.0)), right=bar("open"))
    return ir.All(operands=(above, ir.Not(operand=up)))


def test_equal_parts_become_one_object() -> None:
    before = play(block(rule(), rule(3.0)), block(rule(), id_="again"))
    after = share_subexpressions(before, CONTEXT)
    assert after == before
    nodes = list(rule_nodes(after))
    assert len({id(node) for node in nodes}) == len(set(nodes)) < len(nodes)
    assert len({id(node) for node in rule_nodes(before)}) == len(nodes)


def test_what_is_shared_already_is_the_same_play() -> None:
    shared = share_subexpressions(play(block(rule(), rule(3.0))), CONTEXT)
    assert share_subexpressions(shared, CONTEXT) is shared
