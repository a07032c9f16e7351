"""What a metric is: its words, its formula, its unit, and when it is null."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

SPAN: Final = "the run"
POINTS: Final = "equity points E_0..E_n: trade_start and every exec close"
RETURNS: Final = "returns r_i = E_i / E_(i-1) - 1 of the equity points, until E_(i-1) <= 0"
POSITIONS: Final = "positions, their legs summed"
HELD_POINTS: Final = "equity points in position"
HELD_MINUTES: Final = "closes of the base bars in position, at the mark price"
FILLS: Final = "fills"
SETTLEMENTS: Final = "settlements of funding"
ORDERS: Final = "entry orders"

YEARLY: Final = "by bars_per_year, the exec bars of a year"
NEVER_HELD: Final = "there was no position"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric, as `metrics.json` holds it by its name and as every reader is told of it.

    `sampling` says over what it is taken, `annualized` by what it is scaled to a year (empty: it is
    not), `null` when it has no value (empty: it always has one).
    """

    name: str
    title: str
    group: str
    definition: str
    unit: str
    sampling: str
    annualized: str = ""
    null: str = ""

    @property
    def text(self) -> str:
        """Return the definition with its conditions, in one line."""
        parts = [
            self.definition,
            f"over {self.sampling}",
            f"annualized {self.annualized}" if self.annualized else "",
            f"null if {self.null}" if self.null else "",
        ]
        return "; ".join(part for part in parts if part)


Row: TypeAlias = tuple[str, str, str, str] | tuple[str, str, str, str, str]


def defined(
    group: str, sampling: str, rows: Iterable[Row], *, annualized: str = ""
) -> tuple[Metric, ...]:
    """Return metrics of one group over one sampling: (name, title, unit, definition[, null])."""
    return tuple(
        Metric(
            name=name,
            title=title,
            group=group,
            definition=definition,
            unit=unit,
            sampling=sampling,
            annualized=annualized,
            null="".join(null),
        )
        for name, title, unit, definition, *null in rows
    )
