"""Runs the typed IR bar by bar in plain Python: the executable semantics of the language.

It is fed closed base bars in order. At the close of each it publishes the timeframe bars that
close, fastest first; steps the series of those timeframes in the play's order; lets tick what
the rules remember; and, where the play is evaluated, walks the rules, makes at most one decision
and absorbs it into the digest. Whatever else runs a play must agree with this, bit for bit.
"""

import pickle
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Protocol

from tradec.compiler import ir, reads
from tradec.compiler.aggregate import Aggregator, Bar
from tradec.compiler.canonical import play_hash
from tradec.compiler.cells import Cells, Held, pair_of, samples_of
from tradec.compiler.clocks import EVERY_MINUTE, Clock
from tradec.compiler.decide import ENTRIES, Decision, decide
from tradec.compiler.digest import START, absorb, word_of
from tradec.compiler.evaluate import Raw, Truth, double, is_missing, missing, number, truth
from tradec.compiler.settings import play_values, setting, unit_arguments
from tradec.compiler.types import Kind
from tradec.runtime.kernels.arith import MISSING, NAN
from tradec.runtime.spec import Spec
from tradec.runtime.timeframe import DAY_MS

Place = tuple[str, str]
Shown = int | float | bool | str | None


class Units(Protocol):
    """Where the interpreter finds units: the catalogue."""

    def spec(self, unit: str) -> Spec:
        """Return what the unit declares about itself."""

    def reference(self, unit: str) -> type[Any]:
        """Return the plain-Python class of the unit."""


class SnapshotError(ValueError):
    """A snapshot that another play, or other values of its variables, wrote."""


@dataclass(slots=True)
class _State:
    """Everything that changes from bar to bar.

    `visible` holds the last values of each output, the newest last, as the language reads them.
    `cells` holds what the rules remember, `day` is the UTC day of the last evaluation. `entered`
    says that an entry was decided since the last exec close.
    """

    aggregators: dict[str, Aggregator]
    units: dict[str, Any]
    visible: dict[Place, deque[Raw]]
    cells: Held
    day: int | None = None
    digest: int = START
    entered: bool = False


class Interpreter:
    """A play at work, with `values` in place of the play's own for the variables they name."""

    def __init__(
        self, play: ir.Play, catalog: Units, values: Mapping[str, int | float] | None = None
    ) -> None:
        self._play = play
        self._specs = {series.unit: catalog.spec(series.unit) for series in play.series}
        self._units = {series.id: series.unit for series in play.series}
        self._values = play_values(play, values or {})
        self._cells = Cells(play, self._values)
        self._by_minute = play.evaluation == EVERY_MINUTE
        self._witnessed = reads.witnessed(play)
        self._slots = reads.slots(play)
        self._outputs = [
            (series, output)
            for series in play.series
            if not series.private
            for output in series.outputs
        ]
        self._kinds = {(of, output.name): output.type.kind for of, output in _places(play)}
        self.exec_closed = False
        self._state = self._start(catalog)

    def _start(self, catalog: Units) -> _State:
        depths = reads.depths(self._play)
        return _State(
            aggregators={bars.id: Aggregator(bars.id) for bars in self._play.bars},
            units={
                series.id: catalog.reference(series.unit)(**self._arguments(series))
                for series in self._play.series
            },
            visible={place: deque(maxlen=depths.get(place, 0) + 1) for place in self._kinds},
            cells=self._cells.start(),
        )

    def _arguments(self, series: ir.Series) -> dict[str, Any]:
        return dict(unit_arguments(series, self._specs[series.unit], self._values))

    # --- one base bar -----------------------------------------------------------------------

    def step(  # noqa: PLR0913, PLR0917  a bar and an account, spelled out
        self,
        ts_open: int,
        ts_close: int,
        open: float,  # noqa: A002  the name of the field
        high: float,
        low: float,
        close: float,
        volume: float,
        side: int,
        may_enter: bool,  # noqa: FBT001  as the seam has it
        may_exit: bool,  # noqa: FBT001  as the seam has it
        mark: float = NAN,
        funding: float = NAN,
        open_interest: float = NAN,
    ) -> tuple[int, int, float]:
        """Return (action, word, percent) at the close of this base bar; zeros for no decision."""
        base = Bar(ts_open, 0, open, high, low, close, volume)
        closed = self._close_bars(base, ts_close)
        self.exec_closed = self._play.exec in closed
        self._publish_builtins(
            {
                "last_price": close,
                "mark_price": mark,
                "funding_rate": funding,
                "open_interest": open_interest,
                "timestamp": ts_close,
            },
            {"1m", *closed},
        )
        for series in self._play.series:
            if series.timeframe in closed:
                self._step_series(series, closed[series.timeframe])
        if self.exec_closed:
            self._cells.tick(self._state.cells, Clock.EXEC, self)
            self._state.entered = False
        if self._by_minute:
            self._cells.tick(self._state.cells, Clock.MINUTE, self)
        elif not self.exec_closed:
            return (0, 0, 0.0)
        may_enter = bool(may_enter) and not self._state.entered
        decision = self._decide(side, may_enter=may_enter, may_exit=bool(may_exit))
        self._state.entered |= decision.action in ENTRIES
        self._absorb(ts_close, decision.word)
        return (decision.action, decision.word, decision.percent)

    def _publish_builtins(self, values: Mapping[str, Raw], stepping: set[str]) -> None:
        for builtin in self._play.builtins:
            if builtin.timeframe in stepping:
                for output in builtin.outputs:
                    self._publish(builtin.id, output.name, values[builtin.id])

    def _close_bars(self, base: Bar, ts_close: int) -> dict[str, Bar]:
        closed = {}
        for bars in self._play.bars:
            bar = self._state.aggregators[bars.id].feed(base, ts_close)
            if bar is not None:
                closed[bars.id] = bar
                for output in bars.outputs:
                    self._publish(bars.id, output.name, getattr(bar, output.name))
        return closed

    def _step_series(self, series: ir.Series, bar: Bar) -> None:
        spec = self._specs[series.unit]
        inputs = [
            self._input(name, node, bar)
            for name, node in zip(spec.inputs, series.inputs, strict=True)
        ]
        used = {self._units[name]: self._state.units[name] for name in series.uses}
        results = self._state.units[series.id].step(*map(used.get, spec.slots), *inputs)
        for output, result in zip(series.outputs, results, strict=True):
            self._publish(series.id, output.name, _as_read(output, result))

    def _input(self, name: str, node: ir.Number | None, bar: Bar) -> Raw:
        match name:
            case "ts_open":
                return bar.ts_open
            case "bar_number":
                return bar.number
            case _:
                return NAN if node is None else double(number(node, self))

    def _publish(self, series: str, output: str, value: Raw) -> None:
        self._state.visible[series, output].append(value)

    # --- what the rules see -----------------------------------------------------------------

    def read(self, node: ir.Read) -> Raw:
        """Return the value `node.offset` closed bars of its own timeframe ago."""
        values = self._state.visible[node.series, node.output]
        if node.offset >= len(values):
            return missing(node.type.kind)
        return values[-1 - node.offset]

    def param(self, name: str) -> Raw:
        """Return the value of a variable in this run."""
        return self._values[name]

    def cross(self, node: ir.Cross) -> tuple[float, float, float, float]:
        """Return the samples of the last two steps of the crossing's clock."""
        return samples_of(self._state.cells, node)

    def changed(self, node: ir.Changed) -> tuple[Raw, Raw]:
        """Return the values at the last two steps of the clock."""
        return pair_of(self._state.cells, node)

    def window(self, node: ir.Window) -> list[Truth]:
        """Return what the condition of a window was at its samples."""
        return self._cells.window(self._state.cells, node)

    # --- decisions and the digest -----------------------------------------------------------

    def _decide(self, side: int, *, may_enter: bool, may_exit: bool) -> Decision:
        return decide(
            self._play,
            is_true=lambda condition: truth(condition, self) is True,
            percent=lambda node: float(setting(node, self._values)),
            side=side,
            may_enter=may_enter,
            may_exit=may_exit,
        )

    def _absorb(self, ts_close: int, word: int) -> None:
        """Absorb this instant if it decided, or is the first of its UTC day (rulings A8)."""
        day = ts_close // DAY_MS
        if word != 0 or day != self._state.day:
            seen = [word_of(self._newest(place)) for place in self._witnessed]
            for item in (ts_close, *seen, word):
                self._state.digest = absorb(self._state.digest, item)
        self._state.day = day

    def _newest(self, place: Place) -> Raw:
        values = self._state.visible[place]
        return values[-1] if values else missing(self._kinds[place])

    # --- what others see --------------------------------------------------------------------

    @property
    def digest(self) -> int:
        """The digest of everything decided so far, an unsigned 64-bit number."""
        return self._state.digest

    @property
    def width(self) -> int:
        """The number of words that `words` returns."""
        return len(self._outputs)

    def words(self) -> list[int]:
        """Return the newest value of every declared output as a signed 64-bit word."""
        return [word_of(self._newest((of.id, output.name))) for of, output in self._outputs]

    def seen(self, slot: int) -> float:
        """Return the visible value of one slot, as `Strategy.seen` does."""
        return double(self.read(self._slots[slot]))

    def column_names(self) -> list[str]:
        """Return `id` or `id.output` for each word."""
        return [
            of.id if len(of.outputs) == 1 else f"{of.id}.{output.name}"
            for of, output in self._outputs
        ]

    def values(self) -> dict[str, Shown]:
        """Return the newest value of every declared output, None where it is missing."""
        shown = (_shown(self._newest((of.id, output.name)), output) for of, output in self._outputs)
        return dict(zip(self.column_names(), shown, strict=True))

    def snapshot(self) -> bytes:
        """Return the whole state, under a header that names the play and its values."""
        state = [getattr(self._state, item.name) for item in fields(_State)]
        return self._header() + pickle.dumps(state)

    def restore(self, snapshot: bytes) -> None:
        """Take up the state that `snapshot` returned."""
        header = self._header()
        if not snapshot.startswith(header):
            raise SnapshotError(f"the snapshot is not one of {self._play.name}")
        self._state = _State(*pickle.loads(snapshot[len(header) :]))  # noqa: S301  our own bytes, named by their header

    def _header(self) -> bytes:
        values = " ".join(f"{name}={value!r}" for name, value in self._values.items())
        return f"tradec interpreter {play_hash(self._play)} {values}\n".encode()


def _places(play: ir.Play) -> list[tuple[str, ir.Output]]:
    return list(reads.every_output(play))


def _as_read(output: ir.Output, result: Any) -> Raw:
    """Return what the language reads where a unit returned `result` (rulings A3)."""
    kind = output.type.kind
    if kind is Kind.FLOAT:
        return float(result)
    code = dict(output.type.tokens)[result] if isinstance(result, str) else int(result)
    return MISSING if code == output.empty else code


def _shown(value: Raw, output: ir.Output) -> Shown:
    if is_missing(value):
        return None
    match output.type.kind:
        case Kind.BOOL:
            return bool(value)
        case Kind.ENUM:
            return next(word for word, code in output.type.tokens if code == value)
        case Kind.FLOAT | Kind.INT:
            return value
