"""Makes the templates' record of one plan: its fields, its statements, its initial values."""

import math
from collections.abc import Iterable

from tradec.compiler import ir
from tradec.compiler.catalog import Catalog
from tradec.compiler.clocks import EVERY_MINUTE
from tradec.compiler.emit_cells import CellTexts
from tradec.compiler.emit_clock import roots, sweep, volume_readers
from tradec.compiler.emit_expr import Printer, param
from tradec.compiler.emit_names import held_field, past_field, ring_field, slug
from tradec.compiler.emit_records import BarField, Fact, Field, Lines, PlayText
from tradec.compiler.emit_rules import block_lines
from tradec.compiler.emit_units import (
    import_of,
    init_lines,
    missing_of,
    place_of,
    ring_size,
    setting_texts,
    step_lines,
    unit_of,
)
from tradec.compiler.plan import Plan
from tradec.compiler.prices import COLUMNS, needs_of
from tradec.compiler.print_expr import SHORT
from tradec.compiler.reads import columns_of, reads_of, slots
from tradec.compiler.types import Kind, Type
from tradec.compiler.window_rules import MAX_SAMPLES
from tradec.dsl.span import NOWHERE, Span
from tradec.runtime.spec import BAR_INPUTS
from tradec.runtime.timeframe import TIMEFRAMES

_ANY_TYPE = Type(kind=Kind.FLOAT)


def play_text(plan: Plan, catalog: Catalog, *, prefix: str = "", number: int = 0) -> PlayText:
    """Return the text of one plan's parts, ready to be laid out."""
    return _Layout(plan, catalog, prefix).text(number)


class _Layout:
    """Names every place of one plan's state and prints what happens there."""

    def __init__(self, plan: Plan, catalog: Catalog, prefix: str) -> None:
        self.plan, self.play, self.catalog, self.prefix = plan, plan.play, catalog, prefix
        self.bar_ids = tuple(bars.id for bars in self.play.bars)
        self.builtins = {builtin.id: builtin for builtin in self.play.builtins}
        self.series = {s.id: s for s in self.play.series}
        read = _read_outputs(plan)
        self.units = {s.id: unit_of(s, catalog, read) for s in self.play.series}
        self.past = {(h.series, h.output): h.depth for h in plan.histories}
        self.cells = CellTexts(plan)
        self.rules = Printer(self.read, self.cells)
        self.reads_volume = volume_readers(plan)
        self.spans: list[Span] = []

    # --- places ---------------------------------------------------------------------------------

    def read(self, node: ir.Read) -> str:
        """Return a Read as the rules see it: held between closes, missing as the language says."""
        if node.offset:
            name = past_field(node.series, node.output)
            size = self.past[node.series, node.output] + 1
            place = f"s.{name}[(s.{name}_head + {size - node.offset}) % {size}]"
        elif node.series in self.bar_ids:
            place = f"s.{held_field(node.series, node.output)}"
        elif node.series in self.builtins:
            place = f"s.{node.series}_value"
        else:
            place = place_of(self.series[node.series], self.units[node.series], node.output)
        return self._known(node.series, node.output, place)

    def _known(self, series: str, output: str, place: str) -> str:
        if series not in self.series:
            return place
        empty = next(o.empty for o in self.series[series].outputs if o.name == output)
        return place if empty is None else f"(MISSING if {place} == {empty} else {place})"

    def _local(self, node: ir.Read) -> str:
        """Return a Read as a unit of the same timeframe sees it while its bar closes."""
        if node.series in self.bar_ids:
            return node.output
        place = place_of(self.series[node.series], self.units[node.series], node.output)
        return self._known(node.series, node.output, place)

    def _kind(self, series: str, output: str) -> Kind:
        if series in self.bar_ids:
            return Kind.FLOAT
        if series in self.builtins:
            return self.builtins[series].outputs[0].type.kind
        return next(o.type.kind for o in self.series[series].outputs if o.name == output)

    # --- what happens at the close of a timeframe -------------------------------------------------

    def close_lines(self, timeframe: str) -> tuple[str, ...]:
        """Return the statements of one timeframe's close, in the order of play-language.md 10.2."""
        lines = [f"s.{held_field(timeframe, o)} = {o}" for o in self._held_outputs(timeframe)]
        if timeframe == self.play.exec and "timestamp" in self.builtins:
            minutes = TIMEFRAMES[timeframe].minutes
            lines.append(f"s.timestamp_value = close_after({minutes}, ts_open)")
        for series in self.play.series:
            if series.timeframe == timeframe:
                lines += self._step_lines(series)
        for (series_id, output), depth in self.past.items():
            if self._timeframe_of(series_id) == timeframe:
                lines += self._push_lines(series_id, output, depth)
        return tuple(lines)

    def _timeframe_of(self, series: str) -> str:
        if series in self.builtins:
            return self.builtins[series].timeframe
        return series if series in self.bar_ids else self.series[series].timeframe

    def _held_outputs(self, timeframe: str) -> tuple[str, ...]:
        used = {o for s, o in self.plan.witnessed if s == timeframe}
        return tuple(o for o in BAR_INPUTS if o in used)

    def _step_lines(self, series: ir.Series) -> list[str]:
        unit, spec = self.units[series.id], self.catalog.spec(series.unit)
        local = Printer(self._local, self.cells)
        minutes = TIMEFRAMES[series.timeframe].minutes
        integers = {"ts_open": "ts_open", "bar_number": f"bar_number({minutes}, ts_open)"}
        arguments = [f"&s.{unit.field}"]
        arguments += [f"r.{ring_field(series.id, ring.name)}" for ring in spec.rings]
        used = {self.series[dep].unit: dep for dep in series.uses}
        for slot in spec.slots:
            arguments += self._used(slot, used.get(slot))
        for name, node in zip(spec.inputs, series.inputs, strict=True):
            if name in integers:
                arguments.append(integers[name])
            else:
                arguments.append("NAN" if node is None else local.double(node))
        return step_lines(series, unit, arguments, self.trace(series.span))

    def _used(self, unit: str, dep: str | None) -> list[str]:
        """Return the state of a used series and its shared rings; NULL where it is absent."""
        shared = [ring.name for ring in self.catalog.spec(unit).rings if ring.shared]
        if dep is None:
            return ["NULL"] * (1 + len(shared))
        return [f"&s.{self.units[dep].field}", *(f"r.{ring_field(dep, name)}" for name in shared)]

    def _push_lines(self, series: str, output: str, depth: int) -> list[str]:
        name = past_field(series, output)
        if series in self.bar_ids:
            place = output
        elif series in self.builtins:
            place = f"s.{series}_value"
        else:
            place = place_of(self.series[series], self.units[series], output)
        head = f"s.{name}_head"
        return [
            f"{head} = {head} + 1 if {head} != {depth} else 0",
            f"s.{name}[{head}] = {place}",
        ]

    # --- the whole ----------------------------------------------------------------------------

    def text(self, number: int) -> PlayText:
        """Return every part of the play."""
        public = [(s, o) for s in self.play.series if not s.private for o in s.outputs]
        return PlayText(
            prefix=self.prefix,
            number=number,
            exec_minutes=TIMEFRAMES[self.play.exec].minutes,
            width=len(public),
            always_whole="" if any(u.shown_field for u in self.units.values()) else " or True",
            volume="feed.volume[i]" if self.reads_volume else "0.0",
            scan_volume="f.volume[i]" if self.reads_volume else "0.0",
            columns=_columns(self.play),
            param_names=repr(tuple(d.name for d in self.play.params)),
            params=self._params(),
            rings=self._rings(),
            bars=self._bars(),
            series=tuple(self.units[s.id] for s in self.play.series),
            builtins=tuple(
                Field(
                    ctype="double" if self._kind(b, "value") is Kind.FLOAT else "int64_t",
                    field=f"{b}_value",
                )
                for b in self.builtins
            ),
            facts=tuple(
                Fact(field=f"{b}_value", column=COLUMNS[b]) for b in self.builtins if b in COLUMNS
            ),
            needs=needs_of(self.play),
            needs_text=repr(needs_of(self.play)),
            turns=str(self.play.policy.on_opposite != "ignore"),
            by_minute=self.play.evaluation == EVERY_MINUTE,
            histories=self._histories(),
            cells=self.cells.fields(),
            samples=self._marked(self.cells.samples(self.rules)),
            stores=tuple(self.cells.stores()),
            ticks=self._marked(self.cells.ticks(self.rules)),
            closes=tuple(
                Lines(title=t, timeframe=t, lines=self.close_lines(t)) for t in self.bar_ids
            ),
            roots=roots(self.play, self.prefix, self.reads_volume),
            sweep=sweep(self.play, self.reads_volume),
            blocks=self._blocks(),
            witnessed=tuple(self._witness(s, o) for s, o in self.plan.witnessed),
            inits=self._inits(),
            reads=tuple(
                f"words[{k}] = {self._word(s.id, o.name)}" for k, (s, o) in enumerate(public)
            ),
            slots=tuple(self.rules.double(read) for read in slots(self.play)),
            slot_names=repr(tuple(SHORT.number(read) for read in slots(self.play))),
            imports=self._imports(),
            spans=tuple(self.spans),
        )

    def _params(self) -> tuple[Field, ...]:
        return tuple(
            Field(
                ctype="double" if isinstance(d.value, float) else "int64_t",
                field=param(d.name).removeprefix("p."),
                name=d.name,
                value=self._bounded(d.name),
            )
            for d in self.play.params
        )

    def _bounded(self, name: str) -> str:
        """Return the value given for a parameter, held to the bounds of every unit it goes to."""
        taken = [
            self.catalog.spec(series.unit).param(argument)
            for series in self.play.series
            for argument, value in series.params
            if isinstance(value, ir.Param) and value.name == name
        ]
        bounds = [(p.low, p.high) for p in taken]
        if name in self.cells.bounded():
            bounds.append((1, MAX_SAMPLES))
        low = max((low for low, _ in bounds if low is not None), default=None)
        high = min((high for _, high in bounds if high is not None), default=None)
        text = f"values[{name!r}]"
        if low is None and high is None:
            return text
        ends = (float("-inf") if low is None else low, float("inf") if high is None else high)
        shown = ", ".join(f'float("{end}")' if math.isinf(end) else repr(end) for end in ends)
        return f"bounded({name!r}, {text}, {shown})"

    def _rings(self) -> tuple[Field, ...]:
        fields = []
        for ring in self.plan.rings:
            series = self.series[ring.series]
            fields.append(
                Field(
                    ctype=ring.ctype,
                    field=ring_field(ring.series, ring.name),
                    size=ring_size(ring.size, self._settings(series)),
                )
            )
        return (*fields, *self.cells.rings(self.rules))

    def _imports(self) -> tuple[str, ...]:
        found = {import_of(unit) for unit in self.units.values()}
        if kernels := self.cells.kernels():
            found.add(f"from tradec.runtime.kernels.windows cimport {', '.join(kernels)}")
        return tuple(sorted(found))

    def _marked(self, lines: Iterable[tuple[str, ir.Cell]]) -> tuple[str, ...]:
        """Return lines, each with a mark for the place of the cell behind it."""
        return tuple(f"{line}{self.trace(cell.span)}" for line, cell in lines)

    def _settings(self, series: ir.Series) -> dict[str, str]:
        """Return what a ring's size may name, as C: the parameters, also of what it uses."""
        names = setting_texts(series, self.catalog.spec(series.unit))
        for dep in series.uses:
            used = self.series[dep]
            inner = setting_texts(used, self.catalog.spec(used.unit))
            names |= {f"{used.unit}_{name}": text for name, text in inner.items()}
        return names

    def _bars(self) -> tuple[BarField, ...]:
        return tuple(
            BarField(
                field=f"bar_{t}",
                grows=t != "1m",
                held=tuple(
                    Field(ctype="double", field=held_field(t, o)) for o in self._held_outputs(t)
                ),
            )
            for t in self.bar_ids
        )

    def _histories(self) -> tuple[Field, ...]:
        return tuple(
            Field(
                ctype="double" if self._kind(s, o) is Kind.FLOAT else "int64_t",
                field=past_field(s, o),
                size=str(depth + 1),
            )
            for (s, o), depth in self.past.items()
        )

    def _blocks(self) -> tuple[Lines, ...]:
        return tuple(
            Lines(
                title=slug(block.id),
                timeframe="",
                lines=block_lines(self.play, self.rules, self.trace, index),
            )
            for index, block in enumerate(self.play.blocks)
        )

    def trace(self, span: Span) -> str:
        """Return a mark that says which place of the play a line stands for; emit takes it out."""
        if span == NOWHERE:
            return ""
        self.spans.append(span)
        return f"  #@{len(self.spans) - 1}"

    def _current(self, series: str, output: str) -> str:
        read = ir.Read(series=series, output=output, offset=0, type=_ANY_TYPE)
        return self.read(read)

    def _witness(self, series: str, output: str) -> str:
        sort = "double" if self._kind(series, output) is Kind.FLOAT else "int"
        return f"absorb_{sort}(&s.digest, {self._current(series, output)})"

    def _word(self, series: str, output: str) -> str:
        text = self._current(series, output)
        return f"bits({text})" if self._kind(series, output) is Kind.FLOAT else text

    def _inits(self) -> tuple[str, ...]:
        lines = ["s.digest = 0x9E3779B97F4A7C15u", "s.day_end = MISSING"]
        for timeframe in self.bar_ids:
            lines += [f"s.{held_field(timeframe, o)} = NAN" for o in self._held_outputs(timeframe)]
        for series in self.play.series:
            lines += init_lines(series, self.units[series.id], self.catalog.spec(series.unit))
        for (series_id, output), depth in self.past.items():
            name = past_field(series_id, output)
            missing = missing_of(self._kind(series_id, output))
            lines.append(f"for place in range({depth + 1}):")
            lines.append(f"    s.{name}[place] = {missing}")
        for builtin in self.builtins:
            lines.append(f"s.{builtin}_value = {missing_of(self._kind(builtin, 'value'))}")
        return (*lines, *self.cells.inits())


def _read_outputs(plan: Plan) -> set[tuple[str, str]]:
    """Return every (series, output) that a rule, a history or another series reads."""
    inputs = (node for series in plan.play.series for node in series.inputs if node is not None)
    read = {(found.series, found.output) for node in inputs for found in reads_of(node)}
    return read | set(plan.witnessed) | {(h.series, h.output) for h in plan.histories}


def _columns(play: ir.Play) -> str:
    columns = columns_of(play)
    if not columns:
        return "()"
    return "(\n" + "".join(f"        {column!r},\n" for column in columns) + "    )"
