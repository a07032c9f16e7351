"""What a unit declares, as one page: for the terminal, and as Markdown."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradec.compiler.unit_chain import UnitChain
    from tradec.runtime.spec import Memory, Output, Param, Spec

Rows = tuple[tuple[str, ...], ...]
PARAM_HEADINGS = ("parameter", "type", "default", "values", "meaning")
OUTPUT_HEADINGS = ("output", "type", "unit", "values", "first bar", "warm-up", "notes")


@dataclass(frozen=True, slots=True)
class Page:
    """One unit: facts in order, the tables of its parameters and outputs, its formulas.

    `calls` are for who writes or uses its two files.
    """

    name: str
    title: str
    kind: str
    facts: tuple[tuple[str, str], ...]
    calls: tuple[tuple[str, str], ...]
    params: Rows
    outputs: Rows
    documentation: str

    @property
    def tables(self) -> Iterator[tuple[tuple[str, ...], Rows]]:
        """The tables that hold anything, without columns that are empty throughout."""
        for headings, rows in ((PARAM_HEADINGS, self.params), (OUTPUT_HEADINGS, self.outputs)):
            kept = [at for at in range(len(headings)) if any(row[at] for row in rows)]
            if rows:
                yield (
                    tuple(headings[at] for at in kept),
                    tuple(tuple(row[at] for at in kept) for row in rows),
                )


def page_of(unit: "UnitChain") -> Page:
    """Return the page of a unit; figures are those of the default parameters."""
    from tradec.compiler.unit_chain import sample

    spec, values = unit.spec, unit.values(sample(unit))
    documentation = (unit.catalog.unit(unit.name).load().__doc__ or "").strip()
    return Page(
        name=unit.name,
        title=spec.title,
        kind=spec.kind,
        facts=tuple(_facts(unit.spec)),
        calls=tuple(_calls(unit)),
        params=tuple(_param(param) for param in spec.params),
        outputs=tuple(_output(output, spec, values) for output in _shown(spec)),
        documentation=documentation,
    )


def _shown(spec: "Spec") -> "Iterator[Output]":
    """Yield the outputs, and those of families once, under the name of their key."""
    yield from spec.outputs
    for family in spec.families:
        yield from family.member(f"<{family.over}>")


def data_of(unit: "UnitChain") -> dict[str, Any]:
    """Return everything that a unit declares, for machines."""
    from tradec.compiler.unit_signature import kernel_calls, reference_calls

    place = unit.catalog.unit(unit.name)
    return {
        "name": unit.name,
        **asdict(unit.spec),
        "memory": {"class": _class(unit.spec.memory), **asdict(unit.spec.memory)},
        "documentation": (place.load().__doc__ or "").strip(),
        "own": place.is_own,
        "calls": {"reference": reference_calls(unit), "kernel": kernel_calls(unit)},
    }


def _facts(spec: "Spec") -> Iterator[tuple[str, str]]:
    yield "reads", ", ".join(spec.inputs)
    if spec.slots:
        yield "uses", ", ".join([*spec.needs, *(f"{n} (may be absent)" for n in spec.optional)])
    for formula, message in (*spec.constraints, *spec.use_rules):
        yield "rule", f"{message} ({formula})"
    yield "memory", _memory(spec.memory)
    yield "cost", f"{spec.cost} a bar"
    if spec.provides:
        yield "provides", ", ".join(spec.provides)
    if spec.reference:
        yield "source", spec.reference


def _calls(unit: "UnitChain") -> Iterator[tuple[str, str]]:
    from tradec.compiler.unit_signature import kernel_calls, reference_calls

    for ring in unit.spec.rings:
        yield "ring", f"{ring.name}, {ring.size} x {ring.kind}"
    for call in reference_calls(unit):
        yield "reference", call
    for call in kernel_calls(unit):
        yield "kernel", call


def _class(memory: "Memory") -> str:
    return type(memory).__name__.lower()


def _memory(memory: "Memory") -> str:
    said = {key: str(value) for key, value in asdict(memory).items()}
    match _class(memory):
        case "finite":
            return f"finite: the last `{said['window']}` bars"
        case "fading":
            power = "" if said["order"] == "1" else f", order {said['order']}"
            after = "" if said["window"] == "0" else f" once `{said['window']}` bars have passed"
            return f"fading: a bar k ago weighs at most ({said['decay']}) ** k{power}{after}"
        case "anchored":
            return f"anchored: everything since {said['event']}; `{said['bars_required']}` bars"
    return "integral: two starts differ by a constant for ever"


def _param(param: "Param") -> tuple[str, ...]:
    default = "" if param.default is None else _word(param.default)
    if param.required:
        default = "required"
    elif param.required_if:
        default = f"required if {param.required_if}"
    words = " | ".join(param.choices) or ("true | false" if param.kind == "bool" else "")
    return param.name, param.kind, default, words or _bounds(param), param.meaning


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value}"


def _bounds(param: "Param") -> str:
    below = "above" if param.low_exclusive else "from"
    parts = [f"{below} {param.low:g}"] if param.low is not None else []
    parts += [f"to {param.high:g}"] if param.high is not None else []
    return " ".join(parts)


def _output(output: "Output", spec: "Spec", values: dict[str, Any]) -> tuple[str, ...]:
    from tradec.compiler.chain_warmup import own_bars

    primary = " (primary)" if output.name == spec.primary and len(spec.outputs) > 1 else ""
    words = " | ".join(word or "none" for word, _ in output.tokens)
    return (
        f"{output.name}{primary}",
        output.kind,
        output.unit,
        words or _range(output),
        output.first_valid or spec.first_valid,
        str(own_bars(spec, output, values)),
        "; ".join(_notes(output, values)),
    )


def _range(output: "Output") -> str:
    parts = [f"from {output.low}"] if output.low is not None else []
    parts += [f"to {output.high}"] if output.high is not None else []
    return " ".join(parts)


def _notes(output: "Output", values: dict[str, Any]) -> Iterator[str]:
    from tradec.runtime.formula import evaluate
    from tradec.runtime.spec import DATA_DEPENDENT

    yield from filter(None, (output.meaning,))
    if output.given:
        yield f"bounds where {output.given}"
    yield from output.relations
    if output.exclusive:
        yield "missing while a sibling has the value"
    if output.empty is not None:
        yield f"{output.empty} reads as missing"
    if output.memory is not None:
        yield _memory(output.memory)
    if output.lag != "0":
        late = f"{output.lag} bars late"
        if evaluate(output.lag, values) == DATA_DEPENDENT:
            late = "as late as the data decide"
        yield f"confirmed {late}"


def markdown(pages: Sequence[Page]) -> str:
    """Return a document of pages, each kind under a heading, with an index in front."""
    kinds = list(dict.fromkeys(page.kind for page in pages))
    lines = ["# Units", "", *_INTRODUCTION, ""]
    for kind in kinds:
        named = ", ".join(f"[{p.name}](#{p.name})" for p in pages if p.kind == kind)
        lines += [f"**{kind.capitalize()}s** ({sum(p.kind == kind for p in pages)}): {named}", ""]
    for kind in kinds:
        lines += [f"## {kind.capitalize()}s", ""]
        for page in pages:
            if page.kind == kind:
                lines += [*_section(page), ""]
    return "\n".join(lines).rstrip() + "\n"


_INTRODUCTION = (
    "What the indicators and structures of tradec declare about themselves, written by",
    "`tradec describe --all --format markdown`. Formulas speak of the parameters; a first bar",
    "counts from 0; a warm-up is in closed bars, with the default parameters.",
)


def _section(page: Page) -> list[str]:
    lines = [f"### {page.name}", "", f"{page.title}.", ""]
    lines += [f"- {label}: {_escaped(text)}" for label, text in page.facts]
    for headings, rows in page.tables:
        lines += ["", _row(headings), _row(["---"] * len(headings))]
        lines += [_row([_escaped(cell) for cell in row]) for row in rows]
    return [*lines, "", "```", page.documentation, "```"]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it stands; what stands in backticks stays as it is."""
    parts = text.replace("|", "\\|").split("`")
    for at in range(0, len(parts), 2):
        parts[at] = parts[at].replace("*", "\\*").replace("_", "\\_").replace("<", "&lt;")
    return "`".join(parts)
