"""What a play needs before it may trade, in words: bars, who asks for them, what never settles."""

from dataclasses import dataclass

from tradec.compiler import ir
from tradec.compiler.plan import Timed, Warmup
from tradec.compiler.reads import witnessed
from tradec.compiler.types import AnchoredMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """The warm-up of one timeframe; `anchors` say since when each anchored output remembers."""

    warmup: Warmup
    anchors: tuple[tuple[str, str], ...]

    @property
    def promise(self) -> str:
        """Return what more history than this would change."""
        match "anchored" if self.anchors else self.warmup.memory:
            case "finite":
                return "more history changes nothing, but for last bits before twice as many bars"
            case "fading":
                return "more history changes values within the tolerance"
            case _:
                return "more history may change values: they depend on events before the start"


def needs(timed: Timed) -> tuple[Need, ...]:
    """Return the need of each timeframe, fastest first."""
    return tuple(
        Need(warmup=one, anchors=_anchors(timed.play, one.timeframe)) for one in timed.warmup
    )


def _anchors(play: ir.Play, timeframe: str) -> tuple[tuple[str, str], ...]:
    read = set(witnessed(play))
    return tuple(
        (f"{series.id}.{output.name}", output.type.memory.event)
        for series in play.series
        if series.timeframe == timeframe
        for output in series.outputs
        if (series.id, output.name) in read and isinstance(output.type.memory, AnchoredMemory)
    )
