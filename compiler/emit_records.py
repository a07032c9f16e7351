"""The records that the templates print: flat, all text, nothing left to decide."""

from dataclasses import dataclass

from tradec.compiler.emit_clock import Root, Sweep
from tradec.compiler.emit_units import Unit
from tradec.dsl.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A declared field."""

    ctype: str
    field: str
    name: str = ""
    value: str = ""
    size: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarField:
    """The bar of one timeframe: whether it grows from faster ones, and what is held of it."""

    field: str
    grows: bool
    held: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Some lines under a heading."""

    title: str
    timeframe: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A number of the market that each base bar brings in a column of the feed."""

    field: str
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayText:
    """Everything the templates print of one play."""

    prefix: str
    number: int
    exec_minutes: int
    width: int
    always_whole: str
    volume: str
    scan_volume: str
    columns: str
    param_names: str
    params: tuple[Field, ...]
    rings: tuple[Field, ...]
    bars: tuple[BarField, ...]
    series: tuple[Unit, ...]
    builtins: tuple[Field, ...]
    facts: tuple[Fact, ...]
    needs: tuple[str, ...]
    needs_text: str
    turns: str
    by_minute: bool
    histories: tuple[Field, ...]
    cells: tuple[Field, ...]
    samples: tuple[str, ...]
    stores: tuple[str, ...]
    ticks: tuple[str, ...]
    closes: tuple[Lines, ...]
    roots: tuple[Root, ...]
    sweep: Sweep | None
    blocks: tuple[Lines, ...]
    witnessed: tuple[str, ...]
    inits: tuple[str, ...]
    reads: tuple[str, ...]
    slots: tuple[str, ...]
    slot_names: str
    imports: tuple[str, ...]
    spans: tuple[Span, ...]
