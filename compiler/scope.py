"""What the names of a play mean: references to outputs of series and bars."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tradec.compiler import ir
from tradec.compiler.chains import primary
from tradec.compiler.declared import Declared, report_primary
from tradec.compiler.families import Problem, family_named, field_names, member
from tradec.compiler.memory import shift
from tradec.compiler.prices import AVERAGES, BUILTINS, bars, builtin
from tradec.dsl import nodes
from tradec.dsl.diagnostics import Diagnostics, Label
from tradec.dsl.span import Span
from tradec.dsl.words import suggest
from tradec.runtime.spec import BAR_INPUTS, Family

MAX_OFFSET = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Everything that the conditions of a play can name; errors are reported once."""

    declared: Declared
    exec_tf: str
    variables: Mapping[str, nodes.Literal]
    diagnostics: Diagnostics

    def read(self, ref: nodes.Ref) -> ir.Read | None:
        """Return the read that a reference means, or None once its error is reported."""
        name = ref.segments[0].name
        if name in BAR_INPUTS:
            return self._bar(ref)
        if name in BUILTINS:
            return self._builtin(ref)
        if ref.qualifier is None and name in self.declared.series:
            return self._output(ref, self.declared.series[name])
        if name in self.declared.broken:
            return None
        if ref.qualifier is None or name not in self.declared.series:
            self._report_undeclared(ref)
        elif self.declared.series[name].kind != "indicator":
            runs = self.declared.series[name].timeframe
            self._report("E401", ref.span, f"`{name}` runs on `{runs}`, not `{ref.qualifier}`")
        return None

    def place_of(self, series: str) -> Span | None:
        """Return where a series is declared."""
        found = self.declared.series.get(series)
        return found.span if found else None

    def _has_field(self, ref: nodes.Ref) -> bool:
        """Return whether a field is asked of what has none; report E402."""
        if len(ref.segments) == 1:
            return False
        name, field = ref.segments[0].name, ref.segments[1].name
        self._report("E402", ref.span, f"`{name}` has no field `{field}`")
        return True

    def _builtin(self, ref: nodes.Ref) -> ir.Read | None:
        name = ref.segments[0].name
        if self._has_field(ref):
            return None
        if ref.qualifier is not None:
            self.diagnostics.report(
                "E401",
                ref.span,
                f"`{name}` has no timeframe",
                helps=(f"write `{name}`, or `{ref.qualifier}.close` for the price of a bar",),
            )
            return None
        (output,) = builtin(name, self.exec_tf).outputs
        return self._shifted(ref, ref.segments[0].indexes, name, output)

    def _bar(self, ref: nodes.Ref) -> ir.Read | None:
        name = ref.segments[0].name
        if self._has_field(ref):
            return None
        timeframe = ref.qualifier or self.exec_tf
        output = next(o for o in bars(timeframe).outputs if o.name == name)
        return self._shifted(ref, ref.segments[0].indexes, timeframe, output)

    def _output(self, ref: nodes.Ref, series: ir.Series) -> ir.Read | None:
        spec = self.declared.specs[series.id]
        first, *fields = ref.segments
        if not fields:
            report_primary(self.diagnostics, ref.span, series.id, spec, exact=True)
            wanted, indexes = primary(spec).name, first.indexes
        elif family := family_named(spec, fields[0].name):
            return self._member(ref, series, family)
        else:
            wanted, indexes = ".".join(s.name for s in fields), fields[-1].indexes
        output = next((o for o in series.outputs if o.name == wanted), None)
        if output is None:
            self._report_field(ref, series, wanted, field_names(spec))
            return None
        if any(segment.indexes for segment in ref.segments[:-1]):
            self._report("E507", ref.span, "an offset stands at the end of a reference")
            return None
        return self._shifted(ref, indexes, series.id, output)

    def _member(self, ref: nodes.Ref, series: ir.Series, family: Family) -> ir.Read | None:
        found = member(series, family, ref.segments[1:])
        if isinstance(found, Problem):
            self.diagnostics.report(
                "E402",
                ref.span,
                found.message,
                label=found.label,
                labels=(_declared_here(series),),
                notes=found.notes,
                helps=found.helps,
            )
            return None
        output = next(o for o in series.outputs if o.name == found.name)
        return self._shifted(ref, found.offset, series.id, output)

    def _shifted(
        self, ref: nodes.Ref, indexes: tuple[int | float, ...], series: str, output: ir.Output
    ) -> ir.Read | None:
        """Return the read of an output with the offset that its brackets say."""
        if len(indexes) > 1:
            self._report("E402", ref.span, f"`{output.name}` is no list")
            return None
        offset = indexes[0] if indexes else 0
        if not isinstance(offset, int) or not 0 <= offset <= MAX_OFFSET:
            message = f"offset {offset} is no whole number from 0 to {MAX_OFFSET}"
            self._report("E507", ref.span, message)
            return None
        kind = replace(output.type, memory=shift(output.type.memory, offset))
        return ir.Read(series=series, output=output.name, offset=offset, type=kind, span=ref.span)

    def _report_field(
        self, ref: nodes.Ref, series: ir.Series, wanted: str, names: tuple[str, ...]
    ) -> None:
        begin = wanted.split("_", 1)[0]
        alike = [name for name in names if name.startswith(begin)]
        note = (
            f"fields of {series.unit} that start with `{begin}`: {', '.join(alike)}"
            if alike
            else f"fields of {series.unit}: {', '.join(names)}"
        )
        stems = [name.partition("[")[0] for name in names if "[" in name]
        likely = suggest(wanted, names) or suggest(wanted.partition(".")[0], stems)
        likely = likely.replace("`", f"`{series.id}.", 1)
        self.diagnostics.report(
            "E402",
            ref.span,
            f"`{series.id}` has no field `{wanted}`",
            label="unknown field",
            labels=(_declared_here(series),),
            notes=(note,),
            helps=(likely,) if likely else (),
        )

    def _report_undeclared(self, ref: nodes.Ref) -> None:
        name = ref.segments[0].name
        shown = f"{ref.qualifier}.{name}" if ref.qualifier else name
        notes = (f"`{name}` is a source, not a price",) if name in AVERAGES else ()
        likely = self.diagnostics.advice(name, (*self.declared.series, *BAR_INPUTS, *BUILTINS))
        self.diagnostics.report(
            "E401",
            ref.span,
            f"`{shown}` is not declared",
            notes=notes,
            helps=(likely or "declare it under `features` or `structures`",),
        )

    def _report(self, code: str, span: Span, message: str) -> None:
        self.diagnostics.report(code, span, message)


def _declared_here(series: ir.Series) -> Label:
    return Label(span=series.span, text=f"`{series.id}` is a {series.unit}, declared here")
