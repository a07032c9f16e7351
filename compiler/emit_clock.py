"""Prints how timeframes grow from base bars, each from a faster one where one divides it."""

from tradec.compiler import ir
from tradec.compiler.plan import Plan
from tradec.runtime.timeframe import ORDER, TIMEFRAMES

BAR_OUTPUTS = ("open", "high", "low", "close", "volume")


def growth(play: ir.Play, prefix: str, volume: frozenset[str]) -> tuple[str, ...]:
    """Return the statements that add one base bar to every timeframe of `play`."""
    tree = _Growth(play, prefix, volume)
    base = {output: output for output in BAR_OUTPUTS}
    lines: list[str] = []
    for timeframe, parent in tree.parents.items():
        if parent is None:
            lines += tree.lines(timeframe, "ts_open", base)
    return tuple(lines)


class _Growth:
    """The tree of timeframes of one play."""

    def __init__(self, play: ir.Play, prefix: str, volume: frozenset[str]) -> None:
        self.exec, self.prefix, self.volume = play.exec, prefix, volume
        self.parents = _parents(tuple(bars.id for bars in play.bars), volume)

    def lines(self, timeframe: str, ts_open: str, source: dict[str, str]) -> list[str]:
        """Return the statements that add a bar of the parent to `timeframe`, and on to its own."""
        lines: list[str] = []
        indent, bar = "", source
        if timeframe != "1m":
            field = f"bar_{timeframe}"
            values = ", ".join(source[o] for o in BAR_OUTPUTS)
            minutes = TIMEFRAMES[timeframe].minutes
            lines = [f"if bar_add(&s.{field}, {minutes}, {ts_open}, ts_close, {values}):"]
            indent, ts_open = "    ", f"s.{field}.ts_open"
            bar = {o: f"s.{field}.{o}" for o in BAR_OUTPUTS}
            if timeframe not in self.volume:
                bar["volume"] = "0.0"
        values = ", ".join(bar[o] for o in BAR_OUTPUTS)
        lines.append(f"{indent}{self.prefix}close_{timeframe}(s, p, r, {ts_open}, {values})")
        if timeframe == self.exec:
            lines.append(f"{indent}evaluated = True")
        for child in (t for t, parent in self.parents.items() if parent == timeframe):
            lines += [f"{indent}{line}" for line in self.lines(child, ts_open, bar)]
        return lines


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
            if isinstance(node, ir.Read) and node.output == "volume":
                found.add(node.series)
    return frozenset(found & {bars.id for bars in plan.play.bars})
