"""Every number of a play that is written rather than measured."""

from collections.abc import Iterator
from dataclasses import fields

from tradec.compiler import ir
from tradec.compiler.reads import rule_nodes
from tradec.compiler.rewrite import walk


def settings(play: ir.Play) -> Iterator[ir.Setting]:
    """Yield every constant and parameter: of the rules, the series, the intents and the money."""
    trees = [*rule_nodes(play), *(n for s in play.series for i in s.inputs if i for n in walk(i))]
    for node in trees:
        if isinstance(node, ir.Const | ir.Param):
            yield node
    for series in play.series:
        yield from (value for _, value in series.params if value is not None)
    yield from (intent.percent for intent in intents(play))
    yield from _money(play)


def intents(play: ir.Play) -> Iterator[ir.Intent]:
    """Yield every intent, in the order written."""
    for block in play.blocks:
        for case in block.cases:
            yield from case.emit
        yield from block.otherwise


def account_settings(account: ir.Account) -> Iterator[tuple[str, ir.Setting]]:
    """Yield the name and the value of every number of the account that is there."""
    for field in fields(account):
        value = getattr(account, field.name)
        if isinstance(value, ir.Const | ir.Param):
            yield field.name, value


def _money(play: ir.Play) -> Iterator[ir.Setting]:
    yield from (value for _, value in account_settings(play.account))
    yield play.risk.position_pct
    for distance in (play.risk.stop_loss, play.risk.take_profit):
        if distance is not None:
            yield distance.value
