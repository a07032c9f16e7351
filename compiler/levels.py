"""What stops and targets read of the market: average true ranges and levels of structures."""

from dataclasses import dataclass

from tradec.compiler import ir
from tradec.compiler.catalog import Catalog
from tradec.compiler.chains import primary
from tradec.compiler.scope import Scope
from tradec.compiler.types import Kind
from tradec.compiler.typing_rules import called
from tradec.compiler.unit_algebra import PRICE, comparable
from tradec.compiler.volatility import CAPABILITY
from tradec.dsl import nodes, written
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Span
from tradec.dsl.words import join_words

PIVOTS = "pivots"
_SECTIONS = ("exec", "low_tf", "med_tf", "high_tf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Finds them among the series of one play; `mode` says which sides are traded."""

    play: nodes.Play
    scope: Scope
    catalog: Catalog
    mode: str
    diagnostics: Diagnostics

    def volatility(self, named: nodes.Literal | None) -> ir.Read | None:
        """Return a read of the average true range that a feature is; None once reported."""
        if named is None:
            return None
        name = str(named.value)
        series = self.scope.declared.series.get(name)
        providers = self.catalog.providing(CAPABILITY)
        if series is None:
            self._report_unknown(named, providers)
            return None
        if series.unit not in providers:
            self._report(
                "E701",
                named.span,
                f"`{name}` is {series.unit}, which is no average true range",
                f"name a feature of {join_words(providers)}",
            )
            return None
        wanted = primary(self.catalog.spec(series.unit)).name
        output = next(o for o in series.outputs if o.name == wanted)
        return ir.Read(series=name, output=wanted, offset=0, type=output.type, span=named.span)

    def of_stop(self, rule: written.Rule) -> tuple[ir.Read | None, ir.Read | None]:
        """Return the levels of longs and shorts; None for a side that is not traded."""
        return (
            self._level(rule, rule.long_ref, "low", is_traded=self.mode != "short_only"),
            self._level(rule, rule.short_ref, "high", is_traded=self.mode != "long_only"),
        )

    def _level(
        self, rule: written.Rule, ref: nodes.Ref | None, pivot: str, *, is_traded: bool
    ) -> ir.Read | None:
        if ref is not None:
            read = self._price(ref)
            return read if is_traded else None
        return self._pivot(rule, pivot) if is_traded else None

    def _price(self, ref: nodes.Ref) -> ir.Read | None:
        """Return what a reference reads if that can be a price."""
        read = self.scope.read(ref)
        if read is None:
            return None
        if read.type.kind is not Kind.FLOAT or not comparable(read.type.unit, PRICE):
            unit = read.type.unit if read.type.kind is Kind.FLOAT else read.type.kind.upper()
            self._report(
                "E701",
                ref.span,
                f"{called(read)} is no price: {unit}",
                "name a level such as `swing.low_level`",
            )
            return None
        return read

    def _pivot(self, rule: written.Rule, pivot: str) -> ir.Read | None:
        """Return a level of the first structure on the exec timeframe that has pivots."""
        structure = self._first_pivots()
        if structure is None:
            side = "long_ref" if pivot == "low" else "short_ref"
            self._report(
                "E701",
                rule.span,
                f"a structure stop without a level: no swing on {self.scope.exec_tf}",
                f"declare one under `structures`, or add `{side}`",
            )
            return None
        segments = tuple(nodes.Segment(name=n) for n in (structure, f"{pivot}_level"))
        return self.scope.read(nodes.Ref(qualifier=None, segments=segments, span=rule.span))

    def _first_pivots(self) -> str | None:
        """Return its key: the sections in a fixed order, each from top to bottom."""
        units = self.catalog.providing(PIVOTS)
        found = [
            structure
            for structure in self.play.structures
            if structure.type.value in units
            and structure.nested_tf is not None
            and structure.nested_tf.value == self.scope.exec_tf
        ]
        found.sort(key=lambda s: (_SECTIONS.index(str(s.role.value)), s.span.start.offset))
        return str(found[0].key.value) if found else None

    def _report_unknown(self, named: nodes.Literal, providers: tuple[str, ...]) -> None:
        name = str(named.value)
        if name in self.scope.declared.broken:
            return
        known = [s.id for s in self.scope.declared.series.values() if s.unit in providers]
        help_ = (
            self.diagnostics.advice(name, known) or f"declare a feature of {join_words(providers)}"
        )
        self._report("E401", named.span, f"`{name}` is not declared", help_)

    def _report(self, code: str, span: Span, message: str, help_: str) -> None:
        self.diagnostics.report(code, span, message, helps=(help_,))
