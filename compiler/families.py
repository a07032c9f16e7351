"""Fields that there are several times: `fib.level[0.618]`, `zones.zone[0].state`."""

from collections.abc import Iterator
from dataclasses import dataclass

from tradec.compiler import ir
from tradec.dsl import nodes
from tradec.dsl.words import join_words, listed, number_text, suggest
from tradec.runtime.spec import Family, Spec, key_text

Indexes = tuple[int | float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One output of a family, and the offset behind it, if any."""

    name: str
    offset: Indexes


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a reference to a family, with the facts and what to do."""

    message: str
    label: str
    notes: tuple[str, ...] = ()
    helps: tuple[str, ...] = ()


def family_named(spec: Spec, name: str) -> Family | None:
    """Return the family that a field is of."""
    return next((family for family in spec.families if family.name == name), None)


def field_names(spec: Spec) -> tuple[str, ...]:
    """Return the fields of a unit as they are written, each family once."""
    families = (o.name for family in spec.families for o in family.member("..."))
    return (*(output.name for output in spec.outputs), *families)


def member(
    series: ir.Series, family: Family, fields: tuple[nodes.Segment, ...]
) -> Member | Problem:
    """Return the output that `fields`, the first of which names the family, mean."""
    shown = f"{series.id}.{family.name}"
    keys = dict(_keys(series, family))
    first, *rest = fields
    if not first.indexes:
        return Problem(
            message=f"`{shown}` is there several times",
            label="which one?",
            notes=(_all_of(family, keys),),
            helps=(f"write `{series.id}.{_example(family, keys)}`",),
        )
    index, *behind = first.indexes
    key = next((text for text, value in keys.items() if index in {value, float(text)}), None)
    if key is None:
        nearest = min(keys, key=lambda text: abs(keys[text] - index))
        return Problem(
            message=f"`{series.id}` has no `{family.name}[{number_text(index)}]`",
            label="not declared",
            notes=(_all_of(family, keys),),
            helps=(f"write `{shown}[{nearest}]`, or add it to `{family.over}`",),
        )
    if family.outputs[0].name:
        return _field_of(f"{shown}[{key}]", family, key, tuple(behind), tuple(rest))
    if rest:
        return Problem(message=f"`{shown}[{key}]` has no fields", label="a number")
    return Member(name=family.name_of(key), offset=tuple(behind))


def _field_of(
    shown: str, family: Family, key: str, behind: Indexes, rest: tuple[nodes.Segment, ...]
) -> Problem | Member:
    names = [output.name for output in family.outputs]
    notes = (f"fields of `{shown}`: {listed(names)}",)
    if behind or len(rest) != 1:
        message = f"`{shown}` needs one field behind it"
        helps = (f"write `{shown}.{names[0]}`",)
        return Problem(message=message, label="which field?", notes=notes, helps=helps)
    name = rest[0].name
    if name in names:
        return Member(name=family.name_of(key, name), offset=rest[0].indexes)
    likely = suggest(name, names).replace("`", f"`{shown}.", 1)
    return Problem(
        message=f"`{shown}` has no field `{name}`",
        label="unknown field",
        notes=notes,
        helps=(likely,) if likely else (),
    )


def _keys(series: ir.Series, family: Family) -> Iterator[tuple[str, float]]:
    """Yield every key as text and as it is declared."""
    match dict(series.params)[family.over]:
        case tuple() as items:
            for item in items:
                if isinstance(item, ir.Const):
                    yield key_text(item.value), item.value
        case ir.Const(value=count):
            for slot in range(int(count)):
                yield key_text(slot), slot


def _example(family: Family, keys: dict[str, float]) -> str:
    return family.name_of(next(iter(keys)), family.outputs[0].name)


def _all_of(family: Family, keys: dict[str, float]) -> str:
    texts = [f"{family.name}[{key}]" for key in keys]
    if len(texts) > 8:
        return f"declared by `{family.over}`: {texts[0]} to {texts[-1]}"
    return f"declared by `{family.over}`: {join_words(texts, 'and')}"
