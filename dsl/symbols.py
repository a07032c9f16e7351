"""The market of a play: `symbol`, or a `symbol_universe` of one."""

from tradec.dsl import nodes
from tradec.dsl.bind import Bound, report_missing
from tradec.dsl.context import Context
from tradec.dsl.diagnostics import Label
from tradec.dsl.marked import Sequence
from tradec.dsl.money import section
from tradec.dsl.schema import Text
from tradec.dsl.sections import ROOT
from tradec.dsl.span import Span
from tradec.dsl.values import read_text


def read_symbol(bound: Bound, start: Span, cx: Context) -> nodes.Literal:
    """Return the market; E102, E104 and E105 say what is wrong with it."""
    if "symbol" in bound.keys and "symbol_universe" in bound.keys:
        label = Label(span=bound.keys["symbol"].span, text="first here")
        message = "`symbol_universe` says again what `symbol` says"
        cx.report("E105", bound.keys["symbol_universe"].span, message, labels=(label,))
    if "symbol_universe" in bound.keys:
        symbol = _only_member(bound, cx)
    else:
        symbol = bound.literal("symbol")
        if "symbol" not in bound.keys:
            report_missing("symbol", "", start, cx)
    if symbol is None:
        return nodes.Literal(value="", span=start)
    _check_coin(symbol, section(bound, "deploy", start).literal("settle_coin"), cx)
    return symbol


def _only_member(bound: Bound, cx: Context) -> nodes.Literal | None:
    value, kind = bound.special["symbol_universe"], ROOT.by_name["symbol"].kind
    assert isinstance(kind, Text)
    if not isinstance(value, Sequence):
        cx.wrong_type("symbol_universe", "a list of symbols", value)
        return None
    if len(value.items) != 1:
        message = f"`symbol_universe` has {len(value.items)} symbols"
        cx.report("E104", value.span, message, "name one; a play trades one market")
        return None
    return read_text(kind, value.items[0], "symbol_universe[0]", cx)


def _check_coin(symbol: nodes.Literal, coin: nodes.Literal | None, cx: Context) -> None:
    """Report a market that is not settled in the coin of the account."""
    settled = "USDT" if coin is None else str(coin.value)
    if str(symbol.value).endswith("USDT") == (settled == "USDT"):
        return
    message = f"`{symbol.value}` is not settled in {settled}"
    if settled == "USDT":
        help_ = "write a symbol such as BTCUSDT, or `deploy: {settle_coin: USDC}`"
    else:
        help_ = "write a symbol such as BTCPERP, or leave `settle_coin` out"
    labels = (Label(span=coin.span, text="the coin"),) if coin else ()
    cx.report("E104", symbol.span, message, help_, labels=labels)
