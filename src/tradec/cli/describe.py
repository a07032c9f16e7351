"""`tradec describe`: what a unit declares about itself, from its SPEC alone."""

from typing import TYPE_CHECKING, Any

import click

from tradec.cli import completing
from tradec.cli.error import CommandError
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.suggest import did_you_mean
from tradec.cli.table import pairs, rendered, table
from tradec.cli.unit_page import Page, data_of, markdown, page_of
from tradec.cli.units import known_units

if TYPE_CHECKING:
    from tradec.compiler.catalog import Catalog
    from tradec.compiler.unit_chain import UnitChain


@command(
    "describe",
    example="""tradec describe ema
    tradec describe swing --json
    tradec describe
    tradec describe metric
    tradec describe metric sharpe
    tradec describe --all --format markdown > docs/units.md""",
)
@click.argument("unit", required=False, metavar="[UNIT|metric]", shell_complete=completing.units)
@click.argument("metric", required=False, metavar="[METRIC]")
@click.option("--all", "every", is_flag=True, help="Every unit.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "markdown"]),
    default="text",
    help="`markdown` is what docs/units.md holds.",
)
def describe(
    unit: str | None,
    metric: str | None,
    every: bool,  # noqa: FBT001  click passes options by name
    style: str,
) -> Outcome:
    """Describe UNIT, an indicator or a structure; list all units without one.

    Formulas, parameters with their bounds, outputs with unit, range and warm-up, memory, cost, and
    how its reference and its kernel are called. `describe metric METRIC` says how a metric of a
    run is defined, `describe metric` lists them all.
    """
    from tradec.cli.metric_page import METRIC, described

    if unit == METRIC and not every:
        return described(metric, style)
    if metric:
        raise CommandError(f"one unit at a time; `describe {METRIC} {metric}` is a metric")
    from tradec.compiler.unit_chain import UnitChain
    from tradec.compiler.unit_rules import require_sound

    catalog = known_units()
    require_sound(catalog)
    if every and unit:
        raise CommandError("--all describes every unit; leave the name out")
    if unit is None and not every and style == "text":
        return _listed(catalog)
    names = (unit,) if unit else (*catalog.indicators(), *catalog.structures())
    return _described([_chain(name, catalog, UnitChain) for name in names], style, unit)


def _chain(name: str, catalog: "Catalog", make: "type[UnitChain]") -> "UnitChain":
    known = [unit.name for unit in catalog.units]
    if name not in known:
        helps = did_you_mean(name, known) or ("`tradec describe` lists every unit",)
        raise CommandError(f"there is no unit `{name}`", code="UNKNOWN_UNIT", helps=helps)
    return make(name, catalog)


def _described(units: "list[UnitChain]", style: str, one: str | None) -> Outcome:
    pages = [page_of(unit) for unit in units]
    data = [data_of(unit) for unit in units]
    return Outcome(
        data=data[0] if one else {"units": data},
        message=f"{pages[0].name}: {pages[0].title}" if one else f"{len(pages)} units",
        text=lambda: (
            markdown(pages).rstrip("\n")
            if style == "markdown"
            else "\n\n\n".join(map(_text, pages))
        ),
    )


def _listed(catalog: "Catalog") -> Outcome:
    """Return every unit with its title."""
    groups = {"indicators": catalog.indicators(), "structures": catalog.structures()}
    own = {unit.name for unit in catalog.own()}
    rows = [(name, catalog.spec(name)) for names in groups.values() for name in names]
    lines = [(n, f"own {s.kind}" if n in own else s.kind, s.title) for n, s in rows]
    return Outcome(
        data={kind: {name: catalog.spec(name).title for name in ns} for kind, ns in groups.items()},
        message=f"{len(rows)} units",
        text=lambda: rendered(table(("unit", "kind", "what it is"), lines)),
    )


def _text(page: Page) -> str:
    """Return the page for people."""
    parts: list[Any] = [
        f"{page.name}: {page.title} ({page.kind})",
        "",
        pairs((*page.facts, *page.calls)),
    ]
    for headings, rows in page.tables:
        parts += ["", table(headings, rows)]
    return f"{rendered(*parts)}\n\n{page.documentation}"
