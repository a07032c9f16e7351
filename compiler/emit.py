"""Prints plans as one Cython module; same plans, same bytes."""

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from tradec.compiler.catalog import Catalog
from tradec.compiler.emit_play import play_text
from tradec.compiler.plan import Plan

if TYPE_CHECKING:
    from jinja2 import Environment


def emit(plan: Plan, catalog: Catalog) -> str:
    """Return the module of one play."""
    return emit_many((plan,), catalog)


def emit_many(plans: tuple[Plan, ...], catalog: Catalog) -> str:
    """Return one module with a class for each plan: `Play`, or `P0_Play`, `P1_Play`, ..."""
    prefixes = [""] if len(plans) == 1 else [f"P{k}_" for k in range(len(plans))]
    blank = _render(plans, catalog, prefixes, [0] * len(plans))
    seed = hashlib.sha256(blank.encode() + catalog.fingerprint().encode())
    ids = []
    for prefix in prefixes:
        each = seed.copy()
        each.update(prefix.encode())
        ids.append(int.from_bytes(each.digest()[:8], "big"))
    return _render(plans, catalog, prefixes, ids)


def _render(plans: tuple[Plan, ...], catalog: Catalog, prefixes: list[str], ids: list[int]) -> str:
    texts = [
        play_text(plan, catalog, prefix=prefix, module_id=number)
        for plan, prefix, number in zip(plans, prefixes, ids, strict=True)
    ]
    imports = tuple(sorted({line for text in texts for line in text.imports}))
    template = _environment().get_template("strategy.pyx.jinja")
    return template.render(imports=imports, plays=texts)


@lru_cache(maxsize=1)
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  deferred: heavy

    return Environment(
        loader=PackageLoader("tradec.templates", "."),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  the output is Cython, not HTML
    )
