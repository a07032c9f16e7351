"""`tradec describe`: what a unit declares about itself, from its SPEC alone."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from tradec.cli.error import CommandError
from tradec.cli.frame import command
from tradec.cli.outcome import Outcome
from tradec.cli.suggest import did_you_mean
from tradec.cli.table import rendered, table

if TYPE_CHECKING:
    from tradec.compiler.catalog import Catalog
    from tradec.runtime.spec import Output, Param, Spec


@command("describe", example="tradec describe ema\ntradec describe swing --json\ntradec describe")
@click.argument("unit", required=False)
def describe(unit: str | None) -> Outcome:
    """Describe UNIT, an indicator or a structure; list all units without one."""
    from tradec.compiler.catalog import standard

    catalog = standard()
    if unit is None:
        return _listed(catalog)
    known = [*catalog.indicators(), *catalog.structures()]
    if unit not in known:
        helps = did_you_mean(unit, known) or ("`tradec describe` lists every unit",)
        raise CommandError(f"there is no unit `{unit}`", code="UNKNOWN_UNIT", helps=helps)
    spec = catalog.spec(unit)
    documentation = (catalog.unit(unit).load().__doc__ or "").strip()
    data = {"name": unit, **asdict(spec), "memory": _memory(spec), "documentation": documentation}
    return Outcome(
        data=data,
        message=f"{unit}: {spec.title}",
        text=lambda: _page(unit, spec, documentation),
    )


def _listed(catalog: "Catalog") -> Outcome:
    """Return every unit with its title."""
    groups = {"indicators": catalog.indicators(), "structures": catalog.structures()}
    rows = [(name, catalog.spec(name)) for names in groups.values() for name in names]
    return Outcome(
        data={kind: {name: catalog.spec(name).title for name in ns} for kind, ns in groups.items()},
        message=f"{len(rows)} units",
        text=lambda: rendered(
            table(("unit", "kind", "what it is"), [(n, s.kind, s.title) for n, s in rows])
        ),
    )


def _memory(spec: "Spec") -> dict[str, Any]:
    """Return the memory class with its name in front."""
    return {"class": type(spec.memory).__name__.lower(), **asdict(spec.memory)}


def _page(name: str, spec: "Spec", documentation: str) -> str:
    """Return the page for people."""
    memory = ", ".join(f"{key} {value}" for key, value in _memory(spec).items() if key != "class")
    facts = [
        f"{name}: {spec.title} ({spec.kind})",
        f"inputs       {', '.join(spec.inputs)}",
        *([f"needs        {', '.join(spec.needs)}"] if spec.needs else []),
        *([f"may use      {', '.join(spec.optional)}"] if spec.optional else []),
        f"first value  at bar {spec.first_valid} of its timeframe",
        f"memory       {_memory(spec)['class']}: {memory}",
        *([f"reference    {spec.reference}"] if spec.reference else []),
    ]
    parts: list[Any] = ["\n".join(facts)]
    if spec.params:
        parts += ["", table(("parameter", "type", "default", "range"), map(_param, spec.params))]
    headings = ("output", "type", "unit", "range", "meaning")
    rows = [_output(output, primary=output.name == spec.primary) for output in spec.outputs]
    for family in spec.families:
        rows += [_output(output, primary=False) for output in family.member(f"<{family.over}>")]
    parts += ["", table(headings, rows), ""]
    return f"{rendered(*parts)}\n\n{documentation}"


def _param(param: "Param") -> tuple[str, ...]:
    default = "required" if param.required else "-" if param.default is None else str(param.default)
    below = ">" if param.low_exclusive else ">="
    bounds = [f"{below} {param.low:g}"] if param.low is not None else []
    bounds += [f"<= {param.high:g}"] if param.high is not None else []
    return param.name, param.kind, default, " or ".join(param.choices) or ", ".join(bounds)


def _output(output: "Output", *, primary: bool) -> tuple[str, ...]:
    bounds = ", ".join(
        f"{sign} {bound}"
        for sign, bound in ((">=", output.low), ("<=", output.high))
        if bound is not None
    )
    words = ", ".join(word or "none" for word, _ in output.tokens)
    name = f"{output.name} (primary)" if primary else output.name
    return name, output.kind, output.unit, words or bounds, output.meaning
