"""`tradec describe metric`: what the metrics of a run are, from their definitions alone."""

from dataclasses import asdict
from itertools import groupby
from operator import attrgetter

from tradec.cli.error import CommandError
from tradec.cli.outcome import Outcome
from tradec.cli.suggest import did_you_mean
from tradec.cli.table import pairs, rendered, table
from tradec.runtime.metrics.definition import Metric
from tradec.runtime.metrics.table import METRICS

METRIC = "metric"


def described(name: str | None, style: str) -> Outcome:
    """Return the page of one metric, or the list of all."""
    if name is not None:
        metric = _known(name)
        return Outcome(
            data=asdict(metric),
            message=f"{metric.name}: {metric.definition}",
            text=lambda: rendered(f"{metric.name}: {metric.title}", "", pairs(_facts(metric))),
        )
    return Outcome(
        data={"metrics": [asdict(metric) for metric in METRICS]},
        message=f"{len(METRICS)} metrics",
        text=_markdown if style == "markdown" else _listed,
    )


def _known(name: str) -> Metric:
    found = {metric.name: metric for metric in METRICS}
    if name not in found:
        helps = did_you_mean(name, found) or (f"`tradec describe {METRIC}` lists every metric",)
        raise CommandError(f"there is no metric `{name}`", code="UNKNOWN_METRIC", helps=helps)
    return found[name]


def _facts(metric: Metric) -> list[tuple[str, str]]:
    """Return what is known of a metric; what is not annualized and never null says so."""
    return [
        ("definition", metric.definition),
        ("unit", metric.unit),
        ("sampling", metric.sampling),
        ("annualized", metric.annualized or "no"),
        ("null", f"if {metric.null}" if metric.null else "never"),
        ("group", metric.group),
    ]


def _listed() -> str:
    rows = [(metric.name, metric.unit, metric.text) for metric in METRICS]
    return rendered(table(("metric", "unit", "definition"), rows))


def _markdown() -> str:
    lines = ["# Metrics of a run", "", "Written by `tradec describe metric --format markdown`."]
    for group, metrics in groupby(METRICS, key=attrgetter("group")):
        lines += ["", f"## {group}", "", "| metric | unit | definition |", "|---|---|---|"]
        lines += [f"| `{one.name}` | {one.unit} | {_cell(one.text)} |" for one in metrics]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
