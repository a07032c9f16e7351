"""Duplicate keys and merge keys of one mapping."""

from collections.abc import Iterable, Iterator

from tradec.dsl.diagnostics import Diagnostics, Label
from tradec.dsl.marked import Entry, Mapping, Marked, Scalar, Sequence
from tradec.dsl.span import Span


class MergeError(Exception):
    """A merge key that does not stand before a mapping."""

    def __init__(self, span: Span) -> None:
        super().__init__("`<<` takes a mapping or a list of mappings")
        self.span = span


def check_duplicates(entries: Iterable[Entry], diagnostics: Diagnostics) -> None:
    """Report E105 for each key that stands twice."""
    seen: dict[str, Scalar] = {}
    for key, _ in entries:
        first = seen.setdefault(key.text, key)
        if first is not key:
            diagnostics.report(
                "E105",
                key.span,
                f"the key `{key.text}` stands twice in one mapping",
                label="again here",
                labels=(Label(span=first.span, text="first here"),),
            )


def merge(entries: list[Entry]) -> tuple[Entry, ...]:
    """Return the entries with `<<` replaced by what it names; keys of the mapping itself win."""
    if not any(_is_merge(key) for key, _ in entries):
        return tuple(_first_of_each(entries))
    own = {key.text for key, _ in entries}
    merged: list[Entry] = []
    for key, value in entries:
        if _is_merge(key):
            merged.extend(entry for entry in _sources(value) if entry[0].text not in own)
        else:
            merged.append((key, value))
    return tuple(_first_of_each(merged))


def _is_merge(key: Scalar) -> bool:
    return key.text == "<<" and key.plain


def _sources(value: Marked) -> Iterator[Entry]:
    for source in value.items if isinstance(value, Sequence) else (value,):
        if not isinstance(source, Mapping):
            raise MergeError(source.span)
        yield from source.entries


def _first_of_each(entries: Iterable[Entry]) -> Iterator[Entry]:
    seen: set[str] = set()
    for key, value in entries:
        if key.text not in seen:
            seen.add(key.text)
            yield key, value
