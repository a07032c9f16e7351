"""Prints how timeframes grow from base bars, each from a faster one where one divides it."""

from dataclasses import dataclass

from tradec.compiler import ir
from tradec.compiler.plan import Plan
from tradec.compiler.reads import reads_of
from tradec.runtime.spec import BAR_INPUTS
from tradec.runtime.timeframe import ORDER, TIMEFRAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A timeframe that grows from base bars.

    `arrival` takes a base bar, `lines` a closed bar of the timeframe, on to what grows from it.
    """

    timeframe: str
    arrival: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """The only root of a play, if it is slower than a minute: `scan` jumps from close to close."""

    timeframe: str
    minutes: int
    field: str
    bar: str
    sums: str


def roots(play: ir.Play, prefix: str, volume: frozenset[str]) -> tuple[Root, ...]:
    """Return the timeframes that grow from base bars, with the statements that make them grow."""
    tree = _Tree(play, prefix, volume)
    return tuple(tree.root(t) for t, parent in tree.parents.items() if parent is None)


def sweep(play: ir.Play, volume: frozenset[str]) -> Sweep | None:
    """Return the root that `scan` may jump along, None where it must walk."""
    tree = _Tree(play, "", volume)
    found = [t for t, parent in tree.parents.items() if parent is None]
    if len(found) != 1 or found == ["1m"]:
        return None
    return Sweep(
        timeframe=found[0],
        minutes=TIMEFRAMES[found[0]].minutes,
        field=f"bar_{found[0]}",
        bar=_joined(tree.fields(found[0])),
        sums=str(found[0] in volume),
    )


class _Tree:
    """How the timeframes of one play grow from one another."""

    def __init__(self, play: ir.Play, prefix: str, volume: frozenset[str]) -> None:
        self.exec, self.prefix, self.volume = play.exec, prefix, volume
        self.parents = _parents(tuple(bars.id for bars in play.bars), volume)

    def root(self, timeframe: str) -> Root:
        """Return one root's statements."""
        base = {output: output for output in BAR_INPUTS}
        if timeframe == "1m":
            arrival = [self._grow(timeframe, "ts_open", base)]
        else:
            added = self._added(timeframe, "ts_open", base)
            grow = self._grow(timeframe, f"s.bar_{timeframe}.ts_open", self.fields(timeframe))
            arrival = [added, f"    {grow}"]
        lines = self._lines(timeframe, "ts_open", base)
        return Root(timeframe=timeframe, arrival=tuple(arrival), lines=tuple(lines))

    def _grow(self, timeframe: str, ts_open: str, bar: dict[str, str]) -> str:
        values = f"s, p, r, shown, {ts_open}, ts_close, {_joined(bar)}"
        return f"exec_closed |= {self.prefix}grow_{timeframe}({values})"

    def _added(self, timeframe: str, ts_open: str, bar: dict[str, str]) -> str:
        minutes = TIMEFRAMES[timeframe].minutes
        values = f"{minutes}, {ts_open}, ts_close, {_joined(bar)}"
        return f"if bar_add(&s.bar_{timeframe}, {values}):"

    def fields(self, timeframe: str) -> dict[str, str]:
        """Return where the growing bar of a timeframe lies in the state."""
        bar = {output: f"s.bar_{timeframe}.{output}" for output in BAR_INPUTS}
        return bar if timeframe in self.volume else {**bar, "volume": "0.0"}

    def _lines(self, timeframe: str, ts_open: str, bar: dict[str, str]) -> list[str]:
        """Return the statements that take a closed bar of `timeframe`."""
        lines = [f"{self.prefix}close_{timeframe}(s, p, r, shown, {ts_open}, {_joined(bar)})"]
        if timeframe == self.exec:
            lines.append("exec_closed = True")
        for child in (t for t, parent in self.parents.items() if parent == timeframe):
            own = f"s.bar_{child}.ts_open"
            lines.append(self._added(child, ts_open, bar))
            lines += [f"    {line}" for line in self._lines(child, own, self.fields(child))]
        return lines


def _joined(bar: dict[str, str]) -> str:
    return ", ".join(bar[output] for output in BAR_INPUTS)


def _parents(timeframes: tuple[str, ...], volume: frozenset[str]) -> dict[str, str | None]:
    """Return for each timeframe the slowest faster one that divides it; None: the base bars.

    A timeframe whose volume is read grows from base bars, since its volume is their sum in order.
    """
    parents: dict[str, str | None] = {}
    for timeframe in timeframes:
        faster = [t for t in timeframes if ORDER.index(t) < ORDER.index(timeframe)]
        dividing = [t for t in faster if _divides(t, timeframe)]
        direct = timeframe in volume or not dividing or dividing == ["1m"]
        parents[timeframe] = None if direct else dividing[-1]
    return parents


def _divides(fast: str, slow: str) -> bool:
    if TIMEFRAMES[slow].minutes == 0:
        return 0 < TIMEFRAMES[fast].minutes <= TIMEFRAMES["D"].minutes
    return TIMEFRAMES[fast].minutes > 0 and TIMEFRAMES[slow].minutes % TIMEFRAMES[fast].minutes == 0


def volume_readers(plan: Plan) -> frozenset[str]:
    """Return the timeframes whose volume anything reads."""
    found = {series for series, output in plan.witnessed if output == "volume"}
    found |= {h.series for h in plan.histories if h.output == "volume"}
    for series in plan.play.series:
        for node in series.inputs:
            if node is not None:
                found |= {read.series for read in reads_of(node) if read.output == "volume"}
    return frozenset(found & {bars.id for bars in plan.play.bars})
