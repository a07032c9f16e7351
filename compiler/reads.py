"""What the rules of a play look at: outputs, depths, crossings."""

from collections.abc import Iterator

from tradec.compiler import ir
from tradec.compiler.rewrite import Tree, walk


def rule_conditions(play: ir.Play) -> Iterator[ir.Condition]:
    """Yield the condition of every case, in the order written."""
    for block in play.blocks:
        for case in block.cases:
            yield case.when


def rule_nodes(play: ir.Play) -> Iterator[Tree]:
    """Yield every node of every condition, parents first, in the order written."""
    for condition in rule_conditions(play):
        yield from walk(condition)


def rule_reads(play: ir.Play) -> Iterator[ir.Read]:
    """Yield every read of the rules, in the order written."""
    for condition in rule_conditions(play):
        yield from reads_of(condition)


def reads_of(tree: Tree) -> Iterator[ir.Read]:
    """Yield every read in a number or a condition, in the order written."""
    for node in walk(tree):
        if isinstance(node, ir.Read):
            yield node


def reads_anything(node: Tree) -> bool:
    """Return whether `node` looks at the market at all."""
    return next(reads_of(node), None) is not None


def crosses(play: ir.Play) -> tuple[ir.Cross, ...]:
    """Return the distinct crossings of the rules, in order of first occurrence."""
    found = (node for node in rule_nodes(play) if isinstance(node, ir.Cross))
    return tuple(dict.fromkeys(found))


def every_output(play: ir.Play) -> Iterator[tuple[str, ir.Output]]:
    """Yield (series id, output): the bars fastest first, then the series in order."""
    for table in (play.bars, play.series):
        for source in table:
            for output in source.outputs:
                yield source.id, output


def witnessed(play: ir.Play) -> tuple[tuple[str, str], ...]:
    """Return the outputs that the rules read, whatever the offset (rulings A8)."""
    read = {(node.series, node.output) for node in rule_reads(play)}
    outputs = ((series, output.name) for series, output in every_output(play))
    return tuple(place for place in outputs if place in read)


def depths(play: ir.Play) -> dict[tuple[str, str], int]:
    """Return the largest offset at which each output is read, for those read with one."""
    deepest: dict[tuple[str, str], int] = {}
    for node in rule_reads(play):
        place = (node.series, node.output)
        deepest[place] = max(deepest.get(place, 0), node.offset)
    outputs = ((series, output.name) for series, output in every_output(play))
    return {place: deepest[place] for place in outputs if deepest.get(place, 0) > 0}


def columns_of(play: ir.Play) -> tuple[tuple[str, str, tuple[tuple[str, int], ...]], ...]:
    """Return (name, kind, tokens) of every declared output, as the compiled class has them."""
    return tuple(
        (s.id if len(s.outputs) == 1 else f"{s.id}.{o.name}", o.type.kind.value, o.type.tokens)
        for s in play.series
        if not s.private
        for o in s.outputs
    )
