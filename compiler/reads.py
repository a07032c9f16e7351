"""What the rules of a play look at: outputs, depths, and the conditions that remember."""

from collections.abc import Iterator

from tradec.compiler import ir, trading
from tradec.compiler.rewrite import Tree, walk, walk_up


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
    """Yield every read of the rules, each once."""
    yield from slots(play)


def slots(play: ir.Play) -> tuple[ir.Read, ...]:
    """Return the distinct reads of money rules, of metadata and of conditions, in a fixed order.

    The place of a read in this tuple is its slot: what `Strategy.seen` takes, and what `rules_of`,
    `notes_of` and `logic_of` name.
    """
    ruled = (read for condition in rule_conditions(play) for read in reads_of(condition))
    return tuple(dict.fromkeys((*beside_rules(play), *ruled)))


def beside_rules(play: ir.Play) -> Iterator[ir.Read]:
    """Yield the reads of the money rules and of the metadata."""
    yield from _money_reads(play.risk)
    yield from _noted_reads(play)


def _money_reads(risk: trading.Risk) -> Iterator[ir.Read]:
    stop, target, trailing = risk.stop_loss, risk.take_profit, risk.trailing
    found = (
        *((stop.volatility, stop.long_level, stop.short_level) if stop else ()),
        target.volatility if target else None,
        trailing.volatility if trailing else None,
    )
    yield from (read for read in found if read is not None)


def _noted_reads(play: ir.Play) -> Iterator[ir.Read]:
    for intent in intents(play):
        yield from (note.value for note in intent.metadata if isinstance(note.value, ir.Read))


def intents(play: ir.Play) -> Iterator[ir.Intent]:
    """Yield every intent, in the order written."""
    for block in play.blocks:
        for case in block.cases:
            yield from case.emit
        yield from block.otherwise


def reads_of(tree: Tree) -> Iterator[ir.Read]:
    """Yield every read in a number or a condition, in the order written."""
    for node in walk(tree):
        if isinstance(node, ir.Read):
            yield node


def reads_anything(node: Tree) -> bool:
    """Return whether `node` looks at the market at all."""
    return next(reads_of(node), None) is not None


def cells(play: ir.Play) -> tuple[ir.Cell, ...]:
    """Return the distinct conditions that remember, each after those that it holds."""
    nodes = (node for condition in rule_conditions(play) for node in walk_up(condition))
    return tuple(dict.fromkeys(node for node in nodes if isinstance(node, ir.Cell)))


def every_output(play: ir.Play) -> Iterator[tuple[str, ir.Output]]:
    """Yield (series id, output): the bars fastest first, the built-ins, the series in order."""
    for table in (play.bars, play.builtins, play.series):
        for source in table:
            for output in source.outputs:
                yield source.id, output


def witnessed(play: ir.Play) -> tuple[tuple[str, str], ...]:
    """Return the outputs that the rules read, whatever the offset (rulings A8).

    Those that money rules and metadata read are among them: a stop that differs is a difference.
    """
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
