"""Every number of a play that is written rather than measured."""

from collections.abc import Iterator
from dataclasses import fields

from tradec.compiler import ir, trading
from tradec.compiler.reads import intents, rule_nodes
from tradec.compiler.rewrite import walk


def settings(play: ir.Play) -> Iterator[ir.Setting]:
    """Yield every constant and parameter: of the rules, the series, the intents and the money."""
    trees = [*rule_nodes(play), *(n for s in play.series for i in s.inputs if i for n in walk(i))]
    for node in trees:
        if isinstance(node, ir.Const | ir.Param):
            yield node
    for series in play.series:
        yield from arguments(series)
    for intent in intents(play):
        yield intent.percent
        noted = (note.value for note in intent.metadata)
        yield from (value for value in noted if isinstance(value, ir.Const | ir.Param))
    yield from _money(play)


def arguments(series: ir.Series) -> Iterator[ir.Setting]:
    """Yield every value among the parameters of a series."""
    for _, value in series.params:
        if isinstance(value, tuple):
            yield from value
        elif value is not None:
            yield value


def account_settings(account: trading.Account) -> Iterator[tuple[str, ir.Setting]]:
    """Yield the name and the value of every number of the account that is there."""
    for field in fields(account):
        value = getattr(account, field.name)
        if isinstance(value, ir.Const | ir.Param):
            yield field.name, value


def _money(play: ir.Play) -> Iterator[ir.Setting]:
    for section in (play.account, play.risk, play.entry, play.backtest):
        yield from _of_node(section)


def _of_node(node: ir.Node) -> Iterator[ir.Setting]:
    """Yield the settings of a record and of the records in it."""
    for field in fields(node):
        match getattr(node, field.name):
            case ir.Const() | ir.Param() as found:
                yield found
            case ir.Read():
                pass
            case ir.Node() as inner:
                yield from _of_node(inner)
