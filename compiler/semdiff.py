"""What changed in meaning between two plays."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias

from tradec.compiler import ir, trading
from tradec.compiler.canonical import plain
from tradec.compiler.print_expr import SHORT
from tradec.compiler.printer import RECORDS
from tradec.compiler.rewrite import map_children, map_conditions, map_slots

Verb: TypeAlias = Literal["added", "removed", "changed", "renamed", "moved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference: `what` names the thing; `old` and `new` are its meaning before and after."""

    verb: Verb
    what: str
    old: str = ""
    new: str = ""

    def __str__(self) -> str:
        """Return the change on one line."""
        match self.verb:
            case "added":
                return f"added {self.what}: {self.new}"
            case "removed":
                return f"removed {self.what}: {self.old}"
            case "renamed":
                return f"renamed {self.old} -> {self.new}"
            case "changed" | "moved":
                return f"{self.verb} {self.what}: {self.old} -> {self.new}"


def diff_plays(a: ir.Play, b: ir.Play) -> list[Change]:
    """Return what changed in meaning from `a` to `b`; nothing if both mean the same."""
    renames = _renames(a, b)
    return [
        *_scalars(a, b),
        *_tables("timeframe", _named(a.bars), _named(b.bars), lambda bars: bars.id),
        *_tables("variable", _variables(a), _variables(b), repr),
        *(Change(verb="renamed", what="series", old=old, new=new) for old, new in renames.items()),
        *_series(_renamed(a, renames), b),
        *_blocks(_renamed(a, renames), b),
        *(
            change
            for name in MEANT
            for change in _records(name, getattr(a, name), getattr(b, name))
        ),
    ]


def _scalars(a: ir.Play, b: ir.Play) -> Iterator[Change]:
    for what, old, new in (("symbol", a.symbol, b.symbol), ("exec timeframe", a.exec, b.exec)):
        if old != new:
            yield Change(verb="changed", what=what, old=old, new=new)


def _variables(play: ir.Play) -> dict[str, int | float]:
    return {default.name: default.value for default in play.params}


def _named(nodes: tuple[Any, ...]) -> dict[str, Any]:
    return {node.id: node for node in nodes}


def _tables(
    what: str, old: Mapping[str, Any], new: Mapping[str, Any], show: Callable[[Any], str]
) -> Iterator[Change]:
    """Yield what left, what came and what differs, by name."""
    for name, node in old.items():
        if name not in new:
            yield Change(verb="removed", what=f"{what} {name}", old=show(node))
        elif plain(node) != plain(new[name]):
            both = (show(node), show(new[name]))
            yield Change(verb="changed", what=f"{what} {name}", old=both[0], new=both[1])
    for name, node in new.items():
        if name not in old:
            yield Change(verb="added", what=f"{what} {name}", new=show(node))


# --- series -----------------------------------------------------------------------------------


def _renames(a: ir.Play, b: ir.Play) -> dict[str, str]:
    """Return the series of `a` that live on in `b` under another id, equal in all else."""
    renames: dict[str, str] = {}
    kept = {series.id for series in a.series} & {series.id for series in b.series}
    free = [series for series in b.series if series.id not in kept]
    for series in a.series:
        if series.id in kept:
            continue
        meaning = plain(_renamed_series(series, {**renames, series.id: ""}))
        for other in free:
            if plain(replace(other, id="")) == meaning:
                renames[series.id] = other.id
                free.remove(other)
                break
    return renames


def _renamed(play: ir.Play, renames: Mapping[str, str]) -> ir.Play:
    if not renames:
        return play
    series = tuple(_renamed_series(one, renames) for one in play.series)
    renamed = replace(play, series=series)
    renamed = map_conditions(renamed, lambda node: _renamed_reads(node, renames))
    return map_slots(renamed, lambda read: _renamed_reads(read, renames))


def _renamed_series(series: ir.Series, renames: Mapping[str, str]) -> ir.Series:
    return replace(
        series,
        id=renames.get(series.id, series.id),
        inputs=tuple(n and _renamed_reads(n, renames) for n in series.inputs),
        uses=tuple(renames.get(used, used) for used in series.uses),
    )


def _renamed_reads(node: Any, renames: Mapping[str, str]) -> Any:
    match node:
        case ir.Read(series=series) if series in renames:
            return replace(node, series=renames[series])
        case _:
            return map_children(node, lambda child: _renamed_reads(child, renames))


def _series(a: ir.Play, b: ir.Play) -> Iterator[Change]:
    old, new = _named(a.series), _named(b.series)
    same_unit = [name for name in old if name in new and old[name].unit == new[name].unit]
    for name in same_unit:
        yield from _one_series(old[name], new[name])
    yield from _tables(
        "series",
        {name: node for name, node in old.items() if name not in same_unit},
        {name: node for name, node in new.items() if name not in same_unit},
        _series_text,
    )


def _one_series(old: ir.Series, new: ir.Series) -> Iterator[Change]:
    """Yield the parts that differ; on another timeframe the same price is no other source."""
    on_new = _renamed_series(old, {old.timeframe: new.timeframe})
    params = dict(new.params)
    parts: list[tuple[str, Any, Any]] = [("timeframe", old.timeframe, new.timeframe)]
    parts += [(name, value, params.get(name)) for name, value in old.params]
    parts += [("source", one, two) for one, two in zip(on_new.inputs, new.inputs, strict=True)]
    parts += [("uses", old.uses, new.uses)]
    yield from _parts(f"series {old.id}", parts)


def _series_text(series: ir.Series) -> str:
    given = [f"{name}={_given(value)}" for name, value in series.params if value is not None]
    sources = sorted({_text(node) for node in series.inputs if node is not None})
    uses = f" uses {', '.join(series.uses)}" if series.uses else ""
    of = f" of {', '.join(sources)}" if sources else ""
    return f"{series.unit}({', '.join(given)}) on {series.timeframe}{of}{uses}"


def _given(value: ir.Given) -> str:
    return f"[{_text(value)}]" if isinstance(value, tuple) else _text(value)


# --- rules ------------------------------------------------------------------------------------


def _blocks(a: ir.Play, b: ir.Play) -> Iterator[Change]:
    old, new = _named(a.blocks), _named(b.blocks)
    kept = [name for name in old if name in new]
    for name in kept:
        yield from _one_block(old[name], new[name])
    gone = {name: node for name, node in old.items() if name not in new}
    come = {name: node for name, node in new.items() if name not in old}
    yield from _tables("block", gone, come, _block_text)
    moved = [name for name in new if name in old]
    if kept != moved:
        yield Change(verb="moved", what="blocks", old=", ".join(kept), new=", ".join(moved))


def _one_block(old: ir.Block, new: ir.Block) -> Iterator[Change]:
    if len(old.cases) != len(new.cases):
        yield from _parts(f"block {old.id}", [("cases", old.cases, new.cases)])
    else:
        for number, (one, two) in enumerate(zip(old.cases, new.cases, strict=True), start=1):
            at = f"block {old.id}" + (f", case {number}" if len(old.cases) > 1 else "")
            yield from _parts(at, [("when", one.when, two.when), ("emit", one.emit, two.emit)])
    yield from _parts(f"block {old.id}", [("else", old.otherwise, new.otherwise)])


def _block_text(block: ir.Block) -> str:
    otherwise = f"; else {_text(block.otherwise)}" if block.otherwise else ""
    return _text(block.cases) + otherwise


# --- the rest ---------------------------------------------------------------------------------

MEANT = tuple(name for name in RECORDS if name not in {"deploy", "validation"})
"""The records that are part of a play's meaning."""


def _records(path: str, old: Any, new: Any) -> Iterator[Change]:
    """Yield the fields of two records that differ, each by its dotted path."""
    if type(old) is type(new) and isinstance(old, ir.Node) and not isinstance(old, _NUMBERS):
        for item in fields(old):
            if item.name != "span":
                yield from _records(
                    f"{path}.{item.name}", getattr(old, item.name), getattr(new, item.name)
                )
    elif plain(old) != plain(new):
        yield Change(verb="changed", what=path, old=_text(old), new=_text(new))


_NUMBERS = ir.Const | ir.Param | ir.Read


def _parts(of: str, parts: list[tuple[str, Any, Any]]) -> Iterator[Change]:
    for name, old, new in parts:
        if plain(old) != plain(new):
            yield Change(verb="changed", what=f"{of}, {name}", old=_text(old), new=_text(new))


def _text(item: Any) -> str:
    """Return a part of a play on one line, for people."""
    match item:
        case None | ():
            text = "none"
        case tuple():
            text = ("; " if isinstance(item[0], ir.Case) else ", ").join(map(_text, item))
        case ir.Case(when=when, emit=emit):
            text = f"when {SHORT.condition(when)} emit {_text(emit)}"
        case ir.Intent(action=action, percent=percent, metadata=metadata):
            whole = isinstance(percent, ir.Const) and percent.value == 100
            text = action.name.lower() + ("" if whole else f" {SHORT.number(percent)} %")
            text += f" ({_text(metadata)})" if metadata else ""
        case ir.Note(name=name, value=value):
            text = f"{name}: {_text(value)}"
        case ir.Word(text=text):
            pass
        case ir.Const() | ir.Param() | ir.Read():
            text = SHORT.number(item)
        case ir.Node() if type(item).__module__ == trading.__name__:
            text = _record_text(item)
        case ir.Node():
            text = SHORT.any(item)
        case _:
            text = str(item)
    return text


def _record_text(node: ir.Node) -> str:
    """Return a record as `atr_multiple, value 2.0, volatility atr_14`, without what is absent."""
    parts = []
    for item in fields(node):
        value = getattr(node, item.name)
        if item.name != "span" and value is not None:
            parts.append(_text(value) if isinstance(value, str) else f"{item.name} {_text(value)}")
    return ", ".join(parts)
