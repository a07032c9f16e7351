"""The one spelling of what can be spelled in several ways: expressions, timeframes, symbols."""

from collections.abc import Iterator

from tradec.dsl.legacy import modern_field
from tradec.dsl.marked import Mapping, Marked, Scalar, scalars
from tradec.dsl.normal.sites import condition_sites
from tradec.dsl.normal.tokens import spaced
from tradec.dsl.schema import Inner, Section, Text
from tradec.dsl.sections import ROOT

_DAY = {"d": "D"}
_BLOCK = ("|", ">")


def spellings(root: Mapping) -> dict[int, str]:
    """Return other texts for scalars, by where these begin in the file.

    That of a block scalar is its lines, without their indentation.
    """
    found = dict(_of_section(ROOT, root))
    for scalar in _timeframes(root):
        found |= _other(scalar, _DAY.get(scalar.text, scalar.text))
    for site in condition_sites(root):
        for scalar in scalars(site.value):
            found |= _of_condition(scalar)
    return found


def _other(scalar: Scalar, text: str) -> dict[int, str]:
    return {} if text == scalar.text else {scalar.span.start.offset: text}


def _of_section(section: Section, value: Marked) -> Iterator[tuple[int, str]]:
    """Yield the texts that the tables of the language want in capitals."""
    for key, inner in value.entries if isinstance(value, Mapping) else ():
        known = section.by_name.get(key.text)
        match known.kind if known else None:
            case Inner(section=below):
                yield from _of_section(below, inner)
            case Text(upper=True) if isinstance(inner, Scalar) and "$" not in inner.text:
                yield from _other(inner, inner.text.upper()).items()


def _timeframes(root: Mapping) -> Iterator[Scalar]:
    """Yield the scalars that name timeframes."""
    for section, names in (("timeframes", ("low_tf", "med_tf", "high_tf")), ("features", ("tf",))):
        value = root.get(section)
        entries = value.entries if isinstance(value, Mapping) else ()
        inner = [value, *(feature for _, feature in entries)]
        for mapping in inner:
            for key, scalar in mapping.entries if isinstance(mapping, Mapping) else ():
                if key.text in names and isinstance(scalar, Scalar):
                    yield scalar


def _of_condition(scalar: Scalar) -> dict[int, str]:
    if scalar.style in _BLOCK:
        return _of_block(scalar)
    raw = scalar.place.source.text[scalar.span.start.offset : scalar.span.end.offset]
    if "\n" in raw or "\r" in raw:
        return {}
    return _other(scalar, modern_field(scalar.text) or spaced(scalar.text))


def _of_block(scalar: Scalar) -> dict[int, str]:
    raw = scalar.place.source.text[scalar.span.start.offset : scalar.span.end.offset]
    lines = raw.splitlines()[1:]
    depth = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    if any(line[depth : depth + 1].isspace() for line in lines):
        return {}
    return {scalar.span.start.offset: "\n".join(spaced(line) for line in lines)}
