"""The parser of expressions, from tables made beforehand or from the grammar itself."""

import hashlib
import io
import json
import sys
from functools import cache
from pathlib import Path

import lark
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from tradec.dsl import nodes
from tradec.dsl.expr_faults import Stop, describe
from tradec.dsl.forms import FaultError
from tradec.dsl.marked import Scalar
from tradec.dsl.operands import read_number
from tradec.dsl.scalars import locate
from tradec.dsl.span import Span

_GRAMMAR = Path(__file__).with_name("expr.lark")
_TABLES = Path(__file__).with_name("expr.tables")
_MAX_LENGTH = 10_000


def parse(scalar: Scalar, start: str) -> lark.Tree[lark.Token]:
    """Return the tree of a scalar; raises FaultError with E506."""
    if len(scalar.text) > _MAX_LENGTH:
        message = f"the expression has more than {_MAX_LENGTH} characters"
        raise FaultError("E506", scalar.span, message)
    try:
        return load_parser().parse(scalar.text, start=start)
    except UnexpectedInput as error:
        stop = _stop(error, scalar.text)
        span = locate(scalar, stop.start, stop.end)
        raise FaultError("E506", span, stop.message, *stop.helps) from None


def _stop(error: UnexpectedInput, text: str) -> Stop:
    match error:
        case UnexpectedToken(token=token) if token.type == "$END":
            return describe(text, None, frozenset(error.accepts or error.expected))
        case UnexpectedToken():
            expected = frozenset(error.accepts or error.expected)
            return describe(text, error.pos_in_stream, expected)
        case UnexpectedCharacters():
            return describe(text, error.pos_in_stream, frozenset(error.allowed or ()))
        case _:
            return describe(text, None, frozenset())


def trees(tree: lark.Tree[lark.Token]) -> list[lark.Tree[lark.Token]]:
    """Return the children of a tree that are trees."""
    return [child for child in tree.children if not isinstance(child, str)]


def tokens(tree: lark.Tree[lark.Token]) -> list[lark.Token]:
    """Return the children of a tree that are words."""
    return [child for child in tree.children if isinstance(child, str)]


def value_of(token: lark.Token, span: Span) -> nodes.Value:
    """Return the number or the variable that a token spells."""
    if token.type == "VAR":
        return nodes.VarRef(name=token[2:-1], span=span)
    return nodes.Literal(value=read_number(token, span), span=span)


@cache
def load_parser() -> lark.Lark:
    """Return the parser, from tables made for this grammar and Lark, or from the grammar."""
    if _TABLES.is_file():
        with _TABLES.open("rb") as file:
            if file.readline() == _stamp():
                return lark.Lark.load(file)
    return _build()


def write_tables(path: Path) -> None:
    """Write the parser's tables, so that no run has to build them."""
    tables = io.BytesIO()
    _build().save(tables)
    path.write_bytes(_stamp() + tables.getvalue())


def _build() -> lark.Lark:
    return lark.Lark(
        _GRAMMAR.read_text(encoding="utf-8"),
        parser="lalr",
        lexer="contextual",
        start=["condition", "operand"],
        propagate_positions=True,
        maybe_placeholders=False,
    )


def _stamp() -> bytes:
    """Return the first line of tables that fit this grammar and this Lark."""
    grammar = hashlib.sha256(_GRAMMAR.read_bytes()).hexdigest()
    stamp = {"grammar": grammar, "lark": lark.__version__, "python": sys.version_info[:2]}
    return json.dumps(stamp).encode() + b"\n"
