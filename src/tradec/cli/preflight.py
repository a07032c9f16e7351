"""What a run of a play needs of the catalogue, what is there, and what is missing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tradec.cli.needs import Needs
from tradec.cli.table import rendered, table
from tradec.cli.times import shown
from tradec.runtime.timeframe import MINUTE_MS, TIMEFRAMES

if TYPE_CHECKING:
    from tradec.runtime.data.catalog import Catalog
    from tradec.runtime.data.manifest import Manifest, Spans

LONGEST_HOLE = 3
"""Absent minutes in a row that a run passes over (rulings B1)."""

LEAST_BARS = 10
SNAPSHOTS = frozenset({"instrument", "risk_tier"})

CONSEQUENCES = {
    "mark_1m": "liquidations are judged by the extremes of the last price",
    "funding": "no funding is booked",
    "instrument": "a built-in tick, step and minimum order are used",
    "risk_tier": "a built-in maintenance margin is used",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One kind of series: the span that is needed, what lacks, and whether the run can do without.

    `holes` are bars that the exchange does not have either, more in a row than a run passes over.
    """

    kind: str
    start: int
    end: int
    have: int
    missing: "Spans"
    holes: "Spans"
    age_ms: int | None
    required: bool
    remark: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing lacks."""
        return bool(self.have) and not self.missing and not self.holes

    @property
    def stops(self) -> bool:
        """Whether a run cannot begin."""
        return self.required and not self.is_whole

    def as_dict(self) -> dict[str, Any]:
        """Return the facts for `--json`."""
        return {
            "kind": self.kind,
            "need": [self.start, self.end],
            "have": self.have,
            "missing": [list(span) for span in self.missing],
            "holes": [list(span) for span in self.holes],
            "age_ms": self.age_ms,
            "required": self.required,
            "ok": self.is_whole,
        }


def examined(
    needs: Needs, catalog: "Catalog", start: int | None, end: int | None, now_ms: int
) -> list[Line]:
    """Return a line for each kind that a run over [start, end) uses.

    Without a start the run begins where its warm-up ends, without an end with the last minute.
    """
    from tradec.runtime.data.catalog import DEFAULT_VENUE

    minutes = catalog.manifest(DEFAULT_VENUE, needs.symbol, "kline_1m")
    span = _span(needs, minutes, start, end, now_ms)
    return [
        _line(
            kind,
            catalog.manifest(DEFAULT_VENUE, needs.symbol, kind),
            span,
            now_ms,
            required=kind in needs.required,
        )
        for kind in needs.kinds
    ]


def _span(
    needs: Needs, minutes: "Manifest", start: int | None, end: int | None, now_ms: int
) -> tuple[int, int]:
    known = minutes.coverage
    last = known[-1][1] if known else now_ms // MINUTE_MS * MINUTE_MS
    until = last if end is None else end
    if start is None:
        shortest = needs.history_start(until - LEAST_BARS * _exec_ms(needs))
        return (min(known[0][0], shortest) if known else shortest), until
    return needs.history_start(start), until


def _exec_ms(needs: Needs) -> int:
    return (TIMEFRAMES[needs.exec].minutes or 31 * 1440) * MINUTE_MS


def _line(
    kind: str, manifest: "Manifest", span: tuple[int, int], now_ms: int, *, required: bool
) -> Line:
    from tradec.runtime.data.manifest import lacking

    rows = sum(file.rows for file in manifest.files)
    last = manifest.files[-1].last if manifest.files else None
    is_snapshot = kind in SNAPSHOTS
    missing = () if is_snapshot else lacking(manifest.known, *span)
    holes = tuple(
        (start, end)
        for start, end in manifest.known_gaps
        if end - start > LONGEST_HOLE * MINUTE_MS and start < span[1] and end > span[0]
    )
    return Line(
        kind=kind,
        start=span[0],
        end=span[1],
        have=rows,
        missing=missing,
        holes=holes,
        age_ms=None if last is None else now_ms - last,
        required=required,
        remark="" if rows and not missing else CONSEQUENCES.get(kind, ""),
    )


def as_text(lines: list[Line]) -> str:
    """Return the lines as a table for people."""
    rows = (
        (
            line.kind,
            "" if line.kind in SNAPSHOTS else f"{shown(line.start)} to {shown(line.end)}",
            f"{line.have:,}",
            _lacks(line),
            _age(line.age_ms),
            "ok" if line.is_whole else "MISSING" if line.stops else line.remark or "incomplete",
        )
        for line in lines
    )
    headings = ("kind", "need", "rows there", "missing", "age", "")
    return rendered(table(headings, rows, right="llrlrl"))


def _lacks(line: Line) -> str:
    if not line.have:
        return "everything"
    spans = [*line.missing, *line.holes]
    listed = ", ".join(f"{shown(start)} to {shown(end)}" for start, end in spans[:2])
    return f"{listed}, {len(spans) - 2} more" if len(spans) > 2 else listed


def _age(age_ms: int | None) -> str:
    if age_ms is None:
        return ""
    minutes = age_ms // MINUTE_MS
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} days"
