"""Rewrites the conditions of a play as expressions, or as lists, and nothing else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.marked import Mapping
from tradec.dsl.normal.edits import Edit, edited
from tradec.dsl.normal.rewriting import Kept, Reader, Writer
from tradec.dsl.normal.sites import Site, condition_sites
from tradec.dsl.span import Source, Span
from tradec.dsl.yaml import read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """The text of a play after its conversion; `count` places of it were rewritten."""

    text: str
    count: int
    kept: tuple[Kept, ...]


def convert(source: Source, to: str) -> Converted:
    """Return a play that the reader takes with its conditions in the form `to`.

    Every condition reads as before. One that holds comments or anchors is rewritten member by
    member, so that they stay; what cannot be rewritten stays as it is.
    """
    root = _root(source)
    sites = list(condition_sites(root))
    writer = Writer(source, root, to)
    edits = {site.value.span: list(writer.edits(site)) for site in sites}
    wrong = _misread(source, edited(source.text, _flat(edits.values())), sites)
    kept = [*writer.kept, *(Kept(span=span, why="it would read otherwise") for span in wrong)]
    done = list(_flat(found for span, found in edits.items() if span not in wrong))
    return Converted(
        text=edited(source.text, done),
        count=len(done),
        kept=tuple(sorted(kept, key=lambda one: one.span)),
    )


def _flat(edits: Iterable[list[Edit]]) -> Iterator[Edit]:
    for found in edits:
        yield from found


def _root(source: Source) -> Mapping:
    root = read_yaml(source, Diagnostics())
    assert root is not None, "what is converted reads as YAML"
    return root


def _misread(source: Source, text: str, sites: list[Site]) -> set[Span]:
    """Return the places of the conditions that mean something else in a new text."""
    new = _root(replace(source, text=text))
    before, after = Reader(_root(source), symbolic=False), Reader(new, symbolic=False)
    return {
        old.value.span
        for old, now in zip(sites, condition_sites(new), strict=True)
        if before.node(old.value) != after.node(now.value)
    }
