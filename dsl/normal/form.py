"""The normal form of a play: one order of sections, one layout, one spelling."""

from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.marked import Mapping, Marked, Scalar, Sequence
from tradec.dsl.normal.concrete import read_document
from tradec.dsl.normal.layout import laid_out
from tradec.dsl.normal.spelling import spellings
from tradec.dsl.sections import ROOT
from tradec.dsl.span import Source
from tradec.dsl.yaml import read_yaml

ORDER = tuple(key.name for key in ROOT.keys)
"""The sections of a play in the order in which they stand in normal form."""


def normal_form(source: Source, *, respell: bool = True) -> str:
    """Return a play that reads as YAML in normal form; without `respell` only laid out anew."""
    root = _root(source)
    spelled = spellings(root) if respell else {}
    return laid_out(read_document(source.text), spelled, ORDER)


def same_values(one: Source, other: Source) -> bool:
    """Whether two texts hold the same values, whatever their layout."""
    return _plain(_root(one)) == _plain(_root(other))


def comments_of(source: Source) -> list[str]:
    """Return the comments of a text, sorted."""
    return sorted(comment.text for comment in read_document(source.text).comments)


def _root(source: Source) -> Mapping:
    root = read_yaml(source, Diagnostics())
    assert root is not None, "what is laid out reads as YAML"
    return root


def _plain(value: Marked) -> object:
    match value:
        case Scalar(text=text):
            return text
        case Sequence(items=items):
            return [_plain(item) for item in items]
        case Mapping(entries=entries):
            return {key.text: _plain(inner) for key, inner in entries}
