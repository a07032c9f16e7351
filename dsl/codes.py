"""Every diagnostic code: what it means, why it exists, and a wrong and a right example."""

from collections.abc import Iterable, Mapping
from itertools import chain
from types import MappingProxyType

from tradec.dsl.explain import (
    e1,
    e2,
    e3,
    e3_ids,
    e4,
    e4_names,
    e5,
    e5_types,
    e6,
    e7,
    e8,
    e9,
    w1,
    w1_money,
    w1_proofs,
    w1_reading,
    w1_units,
)
from tradec.dsl.explain.code import Code

_FAMILIES: tuple[tuple[Code, ...], ...] = (
    e1.CODES,
    e2.CODES,
    e3.CODES,
    e3_ids.CODES,
    e4.CODES,
    e4_names.CODES,
    e5.CODES,
    e5_types.CODES,
    e6.CODES,
    e7.CODES,
    e8.CODES,
    e9.CODES,
    w1.CODES,
    w1_money.CODES,
    w1_proofs.CODES,
    w1_reading.CODES,
    w1_units.CODES,
)


def _by_code(codes: Iterable[Code]) -> Mapping[str, Code]:
    found: dict[str, Code] = {}
    for code in codes:
        assert code.code not in found, f"{code.code} is registered twice"
        found[code.code] = code
    return MappingProxyType(dict(sorted(found.items())))


CODES: Mapping[str, Code] = _by_code(chain.from_iterable(_FAMILIES))
"""Every registered code, sorted; a code that is not here cannot be reported."""


def explain(code: str) -> str:
    """Return the text that `tradec explain` prints; raises KeyError for an unknown code."""
    entry = CODES[code.upper()]
    level = "warning" if entry.code.startswith("W") else "error"
    return "\n\n".join(
        (
            f"{level} {entry.code}: {entry.title}",
            entry.meaning,
            entry.explain.strip(),
            "Wrong:\n\n" + _indented(entry.wrong),
            "Right:\n\n" + _indented(entry.right),
        )
    )


def _indented(text: str) -> str:
    lines = text.strip("\n").split("\n")
    return "\n".join(f"    {line}".rstrip() for line in lines)
