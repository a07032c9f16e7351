"""Prints what the rules remember: fields, first values, what happens at a step, where values lie.

What ticks whenever the play is evaluated keeps only the step before: the present step lies in local
variables until the rules have been walked. What ticks on the exec clock of a play that is evaluated
every minute keeps both.
"""

from collections.abc import Iterable, Iterator

from tradec.compiler import ir
from tradec.compiler.clocks import EVERY_MINUTE, Clock
from tradec.compiler.emit_expr import Printer, whole
from tradec.compiler.emit_names import cell_names
from tradec.compiler.emit_records import Field
from tradec.compiler.emit_units import missing_of
from tradec.compiler.plan import Plan
from tradec.compiler.types import Kind

_IN_WORD = 32  # samples of two bits in a word of a ring, as in kernels/windows.pxd


class CellTexts:
    """The places of one play's memories; given a printer of its rules, also their statements."""

    def __init__(self, plan: Plan) -> None:
        self._clocks = {ticking.cell: ticking.clock for ticking in plan.cells}
        self._names = cell_names(tuple(self._clocks))
        by_minute = plan.play.evaluation == EVERY_MINUTE
        self._now = Clock.MINUTE if by_minute else Clock.EXEC

    # --- places (emit_expr.Places) --------------------------------------------------------------

    def crossing(self, node: ir.Cross) -> tuple[str, str, str, str]:
        """Return left and right at the step before, then left and right now."""
        name = self._names[node]
        if self._is_held(node):
            was = f"s.{name}.left_before", f"s.{name}.right_before"
            return (*was, f"s.{name}.left", f"s.{name}.right")
        return (f"s.{name}.left", f"s.{name}.right", f"{name}_left", f"{name}_right")

    def change(self, node: ir.Changed) -> tuple[str, str]:
        """Return the value at the step before, and now."""
        name = self._names[node]
        return (f"s.{name}_before", f"s.{name}" if self._is_held(node) else f"{name}_now")

    def window(self, node: ir.Window) -> tuple[str, str]:
        """Return what says that a window is definitely true, and definitely false."""
        name = self._names[node]
        match _form(node):
            case "holds":
                return (f"s.{name}.whole != 0", f"s.{name}.broken != 0")
            case "occurred":
                return (f"s.{name}.broken != 0", f"s.{name}.whole != 0")
            case _:
                return (f"s.{name}.enough != 0", f"s.{name}.short != 0")

    def _is_held(self, cell: ir.Cell) -> bool:
        return self._clocks[cell] is not self._now

    # --- fields ---------------------------------------------------------------------------------

    def _distinct(self) -> Iterable[tuple[ir.Cell, str]]:
        """Return each cell with its name, once where two of them share it."""
        return {name: (cell, name) for cell, name in self._names.items()}.values()

    def fields(self) -> tuple[Field, ...]:
        """Return what lies in the state."""
        return tuple(field for cell, name in self._distinct() for field in self._fields(cell, name))

    def _fields(self, cell: ir.Cell, name: str) -> Iterator[Field]:
        match cell:
            case ir.Cross():
                kind = "HeldCrossing" if self._is_held(cell) else "Crossing"
                yield Field(ctype=kind, field=name)
            case ir.Changed(operand=operand):
                ctype = _ctype(operand)
                yield Field(ctype=ctype, field=f"{name}_before")
                if self._is_held(cell):
                    yield Field(ctype=ctype, field=name)
            case ir.Window():
                kind = "Tally" if _form(cell) == "count" else "Streak"
                yield Field(ctype=kind, field=name)

    def inits(self) -> Iterator[str]:
        """Yield the lines that make the memories; what is not named begins with zeros."""
        for cell, name in self._distinct():
            match cell:
                case ir.Cross():
                    sides = ["left", "right"]
                    sides += ["left_before", "right_before"] if self._is_held(cell) else []
                    yield from (f"s.{name}.{side} = NAN" for side in sides)
                case ir.Changed():
                    for field in self._fields(cell, name):
                        yield f"s.{field.field} = {missing_of(cell.operand.type.kind)}"
                case ir.Window():
                    continue

    def rings(self, rules: Printer) -> tuple[Field, ...]:
        """Return what of the windows lies behind the state."""
        return tuple(
            ring
            for cell, name in self._distinct()
            if isinstance(cell, ir.Window)
            for ring in _rings(cell, name, rules)
        )

    def bounded(self) -> Iterator[str]:
        """Yield the parameters that count samples, and so give the state its size."""
        for cell in self._names:
            if isinstance(cell, ir.Window) and isinstance(cell.samples, ir.Param):
                yield cell.samples.name

    # --- statements -----------------------------------------------------------------------------

    def samples(self, rules: Printer) -> Iterator[tuple[str, ir.Cell]]:
        """Yield what is evaluated first at an evaluation, with the cell behind it."""
        for cell, name in self._distinct():
            if self._is_held(cell):
                continue
            match cell:
                case ir.Cross(left=left, right=right):
                    yield f"cdef double {name}_left = {rules.double(left)}", cell
                    yield f"cdef double {name}_right = {rules.double(right)}", cell
                case ir.Changed(operand=operand):
                    yield f"cdef {_ctype(operand)} {name}_now = {_value(operand, rules)}", cell
                case ir.Window():
                    continue
        for cell, name in self._distinct():
            if isinstance(cell, ir.Window) and not self._is_held(cell):
                yield _step_line(cell, name, rules), cell

    def stores(self) -> Iterator[str]:
        """Yield what is kept of an evaluation for the next one."""
        for cell, name in self._distinct():
            if self._is_held(cell):
                continue
            match cell:
                case ir.Cross():
                    yield f"s.{name}.left = {name}_left"
                    yield f"s.{name}.right = {name}_right"
                case ir.Changed():
                    yield f"s.{name}_before = {name}_now"
                case ir.Window():
                    continue

    def ticks(self, rules: Printer) -> Iterator[tuple[str, ir.Cell]]:
        """Yield a step of what ticks at exec closes while the play is evaluated every minute."""
        for cell, name in self._distinct():
            if not self._is_held(cell):
                continue
            match cell:
                case ir.Cross(left=left, right=right):
                    yield f"s.{name}.left_before = s.{name}.left", cell
                    yield f"s.{name}.right_before = s.{name}.right", cell
                    yield f"s.{name}.left = {rules.double(left)}", cell
                    yield f"s.{name}.right = {rules.double(right)}", cell
                case ir.Changed(operand=operand):
                    yield f"s.{name}_before = s.{name}", cell
                    yield f"s.{name} = {_value(operand, rules)}", cell
                case ir.Window():
                    yield _step_line(cell, name, rules), cell

    def kernels(self) -> tuple[str, ...]:
        """Return what is cimported for the windows."""
        forms = {_form(cell) for cell in self._names if isinstance(cell, ir.Window)}
        streaks = ["Streak", "streak_step"] if forms & {"holds", "occurred"} else []
        tallies = ["Tally", "tally_step"] if "count" in forms else []
        return (*streaks, *tallies)


def _form(node: ir.Window) -> str:
    if node.least == node.samples:
        return "holds"
    match node.least:
        case ir.Const(value=1):
            return "occurred"
        case _:
            return "count"


def _step_line(node: ir.Window, name: str, rules: Printer) -> str:
    yes, no = rules.true(node.operand), rules.false(node.operand)
    phases, samples = f"r.{name}_phases_ring", rules.integer(node.samples)
    match _form(node):
        case "holds":
            return f"streak_step(&s.{name}, {phases}, {samples}, {node.stride}, {yes}, {no})"
        case "occurred":
            return f"streak_step(&s.{name}, {phases}, {samples}, {node.stride}, {no}, {yes})"
        case _:
            sizes = f"{samples}, {node.stride}, {rules.integer(node.least)}"
            past = f"{phases}, r.{name}_past_ring"
            return f"tally_step(&s.{name}, {past}, {sizes}, {yes}, {no})"


def _rings(node: ir.Window, name: str, rules: Printer) -> Iterator[Field]:
    yield Field(ctype="int64_t", field=f"{name}_phases_ring", size=str(2 * node.stride))
    if _form(node) == "count":
        samples = f"{rules.integer(node.samples)} * {node.stride}"
        if isinstance(node.samples, ir.Const):
            size = whole(-(-int(node.samples.value) * node.stride // _IN_WORD))
        else:
            size = f"({samples} + {_IN_WORD - 1}) // {_IN_WORD}"
        yield Field(ctype="int64_t", field=f"{name}_past_ring", size=size)


def _ctype(node: ir.Number) -> str:
    return "double" if node.type.kind is Kind.FLOAT else "int64_t"


def _value(node: ir.Number, rules: Printer) -> str:
    return rules.double(node) if node.type.kind is Kind.FLOAT else rules.integer(node)
