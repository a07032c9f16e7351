"""Prints plans as one Cython module; same plans, same bytes."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tradec.compiler.catalog import Catalog
from tradec.compiler.emit_play import play_text
from tradec.compiler.plan import Plan
from tradec.dsl.span import Span

if TYPE_CHECKING:
    from jinja2 import Environment

_MARK = re.compile(r"  #@(\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Emitted:
    """A module's text, the place in the play behind some of its lines, and a text for readers."""

    text: str
    places: tuple[tuple[int, Span], ...]
    annotated: str


def emit(plan: Plan, catalog: Catalog) -> Emitted:
    """Return the module of one play, with the places that its lines stand for."""
    marked, spans = _rendered((plan,), catalog)
    places = tuple(
        (number, spans[int(found[1])])
        for number, line in enumerate(marked.splitlines(), start=1)
        if (found := _MARK.search(line))
    )
    return Emitted(
        text=_MARK.sub("", marked),
        places=places,
        annotated=_MARK.sub(lambda found: f"  # @ {_locator(spans[int(found[1])])}", marked),
    )


def emit_many(plans: tuple[Plan, ...], catalog: Catalog) -> str:
    """Return one module with the classes `P0_Play`, `P1_Play`, ... of several plays."""
    return _MARK.sub("", _rendered(plans, catalog)[0])


def _locator(span: Span) -> str:
    return f"{span.file}:{span.start.line}:{span.start.column}"


def _rendered(plans: tuple[Plan, ...], catalog: Catalog) -> tuple[str, tuple[Span, ...]]:
    """Return the text with a mark on each line that has a place, and the first play's places."""
    texts = [
        play_text(plan, catalog, prefix="" if len(plans) == 1 else f"P{number}_", number=number)
        for number, plan in enumerate(plans)
    ]
    imports = tuple(sorted({line for text in texts for line in text.imports}))
    template = environment().get_template("strategy.pyx.jinja")
    return template.render(imports=imports, plays=texts), texts[0].spans


@lru_cache(maxsize=1)
def environment() -> "Environment":
    """Return what renders the templates."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415  deferred: heavy

    return Environment(
        loader=PackageLoader("tradec.templates", "."),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  the output is Cython, not HTML
    )
