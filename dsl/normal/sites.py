"""Where the conditions of a play stand."""

from collections.abc import Iterator
from dataclasses import dataclass

from tradec.dsl.marked import Mapping, Marked, Scalar, Sequence
from tradec.dsl.sections_rules import WINDOWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One condition that is no part of another; `key` stands before it, if anything does."""

    key: Scalar | None
    value: Marked


def condition_sites(root: Mapping) -> Iterator[Site]:
    """Yield the conditions of a play; one that stands for several through an alias comes once."""
    seen: set[int] = set()
    for site in _sites(root):
        start = site.value.span.start.offset
        if start not in seen:
            seen.add(start)
            yield site


def _sites(root: Mapping) -> Iterator[Site]:
    setups, actions = root.get("setups"), root.get("actions")
    if isinstance(setups, Mapping):
        for key, value in setups.entries:
            yield Site(key=key, value=value)
    match actions:
        case Mapping(entries=entries):
            for key, value in entries:
                yield _when(value) or Site(key=key, value=value)
        case Sequence(items=blocks):
            for block in blocks:
                yield from _cases(block)


def _cases(block: Marked) -> Iterator[Site]:
    cases = block.get("cases") if isinstance(block, Mapping) else None
    for case in cases.items if isinstance(cases, Sequence) else ():
        found = _when(case)
        if found is not None:
            yield found


def _when(value: Marked) -> Site | None:
    """Return the condition of a mapping with `when`."""
    if isinstance(value, Mapping):
        for key, inner in value.entries:
            if key.text == "when":
                return Site(key=key, value=inner)
    return None


def members(value: Marked) -> Iterator[Site]:
    """Yield the conditions directly inside of a group, a negation or a window."""
    match value:
        case Sequence(items=items):
            for item in items:
                yield Site(key=None, value=item)
        case Mapping(entries=((key, inner),)):
            yield from _inside(key, inner)


def _inside(key: Scalar, value: Marked) -> Iterator[Site]:
    if key.text == "not":
        yield Site(key=key, value=value)
    elif key.text in WINDOWS and isinstance(value, Mapping):
        yield from (Site(key=k, value=inner) for k, inner in value.entries if k.text == "expr")
    elif isinstance(value, Sequence):
        yield from members(value)
