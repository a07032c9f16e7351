"""The numbers that conditions speak of, each under one id, with what can be said of it alone.

The same number at another instant is another term: `steps` counts the steps of the clock back, and
goes into the offset where the number changes at every step.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias, assert_never

from tradec.compiler import ir
from tradec.compiler.evaluate import Raw, arithmetic, is_missing, of_kind
from tradec.compiler.prover.formula import STRICTLY, ZERO, Bound, Fact
from tradec.compiler.prover.interval import (
    LEAST,
    MOST,
    Interval,
    combine,
    negate,
    of_function,
)
from tradec.compiler.prover.units import Range, Units
from tradec.compiler.types import Kind
from tradec.dsl.words import number_text
from tradec.runtime.kernels.arith import neg_i64

NEGATE = "neg"
BINARY = frozenset("+-*/%")
FUNCTIONS = frozenset({"abs", "min", "max"})
AS_DOUBLE = "double"
_WHOLE = 2.0**53
_DIVISIONS = frozenset("/%")


@dataclass(frozen=True, slots=True)
class Place:
    """Which bar a value belongs to: its timeframe, the offset, and steps of the clock back."""

    timeframe: str
    offset: int
    steps: int


@dataclass(frozen=True, slots=True)
class Extreme:
    """The highest or lowest value of `of` over the `length` bars up to `place`, None for all."""

    of: ir.Number
    highest: bool
    place: Place
    length: int | None


@dataclass(frozen=True, slots=True)
class Shifted:
    """A number as it was some steps of the clock ago."""

    number: ir.Number
    steps: int


Subject: TypeAlias = Raw | Extreme | Shifted
"""What a term is, as the words for it need it."""


@dataclass(frozen=True, slots=True)
class Term:
    """One number; `parts` are the operands of its `op`, `bounds` what is known of it alone."""

    id: int
    subject: Subject
    whole: bool
    range: Range
    bounds: tuple[Bound, ...] = ()
    op: str = ""
    parts: tuple[int, ...] = ()
    place: Place | None = None

    @property
    def value(self) -> Raw | None:
        """The value of a constant, None for anything else."""
        return self.subject if isinstance(self.subject, int | float) else None


class Terms:
    """Every term of one play; `exec_tf` is the timeframe of the clock."""

    def __init__(self, units: Units, exec_tf: str) -> None:
        self._units = units
        self._exec = exec_tf
        self._ids: dict[object, int] = {}
        self._within: dict[int, frozenset[int]] = {}
        self._terms: list[Term] = [Term(ZERO, 0, whole=True, range=Range.point(0))]

    def __getitem__(self, term: int) -> Term:
        return self._terms[term]

    def of(self, number: ir.Number, steps: int = 0) -> int:
        """Return the id of a number as it was `steps` of the clock ago."""
        match number:
            case ir.Const(value=value):
                return self.constant(of_kind(value, number.type.kind))
            case ir.Param(name=name):
                return self.constant(of_kind(self._units.values[name], number.type.kind))
            case ir.Read():
                return self._read(number, steps)
            case ir.Negate(operand=operand):
                return self.operation(number, NEGATE, (self.of(operand, steps),), steps)
            case ir.Arithmetic(op=op, left=left, right=right):
                return self.operation(
                    number, op, (self.of(left, steps), self.of(right, steps)), steps
                )
            case ir.Function(name=name, operands=operands):
                parts = tuple(self.of(operand, steps) for operand in operands)
                return self.operation(number, name, parts, steps)
            case _:
                assert_never(number)

    def within(self, term: int) -> frozenset[int]:
        """Return a term and everything that has a value where it has one, by arithmetic."""
        found = self._within.get(term)
        if found is None:
            found = frozenset((term,)).union(*map(self.within, self[term].parts))
            self._within[term] = found
        return found

    def needs(self, term: int) -> frozenset[int]:
        """Return the numbers with which a term has a value.

        A sum or a product of values is taken to have one: prices do not come near what overflows.
        """
        found = self[term]
        if found.op in _DIVISIONS and self[found.parts[1]].range.exact.contains(0.0):
            return frozenset((term,))
        if found.op:
            return frozenset().union(*map(self.needs, found.parts))
        is_known = found.value is not None and not found.range.exact.is_empty
        return frozenset() if is_known else frozenset((term,))

    def origin(self, term: int) -> object:
        """Return the series and the bar of a read, whose outputs may have values together."""
        match self[term]:
            case Term(subject=Shifted(number=ir.Read(series=series)), place=Place() as place):
                return series, place
            case _:
                return term

    def constant(self, value: Raw) -> int:
        """Return the id of a number that never changes; NaN and MISSING are such numbers."""
        whole = isinstance(value, int)
        return self._made(
            (whole, repr(value)),
            lambda id_: Term(id_, value, whole=whole, range=Range.point(value)),
        )

    def extreme(self, of: ir.Number, place: Place, length: int | None, *, highest: bool) -> int:
        """Return the id of the highest or lowest value that `of` had over some bars."""
        subject = Extreme(of, highest, place, length)
        found = self._units.range_of(of)
        return self._made(
            subject,
            lambda id_: Term(id_, subject, whole=False, range=found, bounds=_bounds(id_, found)),
        )

    def _read(self, read: ir.Read, steps: int) -> int:
        key = (read.series, read.output, read.offset, steps)
        found = self._ids.get(key)
        if found is None:
            timeframe = self._units.timeframe(read.series)
            moves = timeframe == self._exec
            place = Place(timeframe, read.offset + steps * moves, steps * (not moves))
            found = self._ids[key] = self._made(
                (read.series, read.output, place),
                lambda id_: self._read_term(id_, read, place, steps),
            )
        return found

    def _read_term(self, id_: int, read: ir.Read, place: Place, steps: int) -> Term:
        found = self._units.range(read.series, read.output)
        bounds = _bounds(id_, found)
        if read.type.kind in {Kind.BOOL, Kind.ENUM}:  # whose codes mean nothing to a reader
            bounds = tuple(replace(bound, reason=Fact("")) for bound in bounds)
        return Term(
            id_,
            Shifted(read, steps),
            whole=read.type.kind is not Kind.FLOAT,
            range=found,
            bounds=bounds,
            place=place,
        )

    def operation(self, number: ir.Number, op: str, parts: tuple[int, ...], steps: int) -> int:
        """Return the id of an operation on terms."""
        whole = number.type.kind is not Kind.FLOAT
        operands = parts if whole and op != "/" else tuple(map(self.as_double, parts))
        values = [self[part].value for part in operands]
        if None not in values:
            return self.constant(_calculated(op, values))
        return self._made(
            (op, operands),
            lambda id_: self._operation(id_, Shifted(number, steps), op, operands, whole=whole),
        )

    def _operation(
        self, id_: int, subject: Subject, op: str, parts: tuple[int, ...], *, whole: bool
    ) -> Term:
        exact = self.result(op, [self[p].range.exact for p in parts], whole=whole)
        rounded = self.result(op, [self[p].range.rounded for p in parts], whole=whole)
        found = Range(exact=exact, rounded=rounded)
        return Term(id_, subject, whole=whole, range=found, op=op, parts=parts)

    def result(self, op: str, parts: list[Interval], *, whole: bool) -> Interval:
        """Return what an operation can give."""
        match op:
            case "neg":
                return negate(parts[0])
            case "double":
                return parts[0]
            case "abs" | "min" | "max":
                return of_function(op, parts)
            case _:
                return combine(op, parts[0], parts[1], whole=whole)

    def as_double(self, term: int) -> int:
        """Return a term as a float: another one where rounding could make different ones equal."""
        found = self[term]
        limits = found.range.exact
        if not found.whole or (limits.low >= -_WHOLE and limits.high <= _WHOLE):
            return term
        return self._made(
            (AS_DOUBLE, term),
            lambda id_: Term(
                id_,
                found.subject,
                whole=False,
                range=found.range,
                op=AS_DOUBLE,
                parts=(term,),
            ),
        )

    def _made(self, key: object, make: Callable[[int], Term]) -> int:
        found = self._ids.get(key)
        if found is None:
            found = self._ids[key] = len(self._terms)
            self._terms.append(make(found))
        return found


def _calculated(op: str, values: list[Raw | None]) -> Raw:
    operands = [value for value in values if value is not None]
    if op in FUNCTIONS:
        found = _APPLY[op](operands)
        return next((one for one in operands if is_missing(one)), found)
    if op == NEGATE:
        (value,) = operands
        return neg_i64(value) if isinstance(value, int) else -value
    left, right = operands
    return arithmetic(op, left, right)


_APPLY: dict[str, Callable[[list[Raw]], Raw]] = {
    "abs": lambda values: abs(values[0]),
    "min": min,
    "max": max,
}


def _bounds(id_: int, found: Range) -> tuple[Bound, ...]:
    """Return what a range says as bounds, the rounded ends only where they say more."""
    exact, nominal = found.exact, found.rounded
    bounds = []
    if exact.low > -MOST:
        bounds.append(at_least(id_, exact.low, nominal.low))
    if exact.high < MOST:
        bounds.append(at_most(id_, exact.high, nominal.high))
    if nominal.low > max(exact.low, -MOST):
        bounds.append(replace(at_least(id_, nominal.low, nominal.low), rounded=True))
    if nominal.high < min(exact.high, MOST):
        bounds.append(replace(at_most(id_, nominal.high, nominal.high), rounded=True))
    return tuple(bounds)


def at_least(id_: int, end: float, said: float) -> Bound:
    """Return that a term is at least `end`, or `said` in words."""
    if end == LEAST:
        return Bound(ZERO, id_, 0.0, STRICTLY, Fact("{} is above 0", (id_,)))
    return Bound(ZERO, id_, -end, 0, Fact(f"{{}} is at least {number_text(said)}", (id_,)))


def at_most(id_: int, end: float, said: float) -> Bound:
    """Return that a term is at most `end`, or `said` in words."""
    if end == -LEAST:
        return Bound(id_, ZERO, 0.0, STRICTLY, Fact("{} is below 0", (id_,)))
    return Bound(id_, ZERO, end, 0, Fact(f"{{}} is at most {number_text(said)}", (id_,)))
