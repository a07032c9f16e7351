"""The page of a run: one HTML file that holds its styles, its script and its data."""

from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from tradec.cli.numbers import money
from tradec.cli.report import figures
from tradec.cli.report.payload import payload
from tradec.cli.report.story import Story
from tradec.cli.result import ENDED, notes

if TYPE_CHECKING:
    from jinja2 import Environment

PACKAGE: Final = "tradec.cli.report"
LIBRARY: Final = "vendor/lightweight-charts"
SCRIPT: Final = f"{LIBRARY}/lightweight-charts.standalone.production.js"
SCRIPTS: Final = ("unpack.js", "drawings.js", "chart.js", "trades.js", "page.js")
TERMINAL: Final = ("liquidated", "equity_floor_hit", "max_drawdown_hit")


def page(story: Story) -> str:
    """Return the page; the same run gives the same text."""
    from jinja2.utils import htmlsafe_json_dumps

    template = _environment().get_template("page.html.jinja")
    return template.render(
        **figures.headline(story),
        cards=figures.cards(story.metrics),
        groups=figures.groups(story.metrics),
        months=figures.months(_monthly(story)),
        month_names=figures.MONTHS,
        assumptions=figures.assumptions(story),
        remarks=_remarks(story),
        play_text=story.play,
        data=htmlsafe_json_dumps(payload(story), separators=(",", ":"), allow_nan=False),
        style=_trusted("report.css"),
        library=_trusted(SCRIPT),
        script=_trusted(*SCRIPTS),
        notice=asset(f"{LIBRARY}/NOTICE").splitlines()[:2],
    )


def asset(name: str) -> str:
    """Return the text of a file that comes with the report."""
    return (files(PACKAGE) / name).read_text(encoding="utf-8")


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader(PACKAGE, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _trusted(*names: str) -> Any:
    """Return files of ours as they are; nothing of a run is among them."""
    from markupsafe import Markup

    return Markup("\n".join(asset(name) for name in names))  # noqa: S704  tradec's own files


def _monthly(story: Story) -> list[Any]:
    from tradec.runtime.metrics.periods import period_returns

    return period_returns(story.points, story.equity)["month"]


def _remarks(story: Story) -> list[tuple[str, str]]:
    """Return what a reader must know before the figures: (kind, text)."""
    reason = str(story.manifest["stop_reason"])
    kind = "bad" if reason in TERMINAL else "plain"
    said = [(kind, f"Ended by {ENDED.get(reason, reason)}.")]
    said += [("warn", line) for line in notes(story.manifest, story.metrics)]
    said += [("warn", line) for line in story.manifest["warnings"]]
    said += [("warn", line) for line in _interval(story.metrics)]
    if story.lacking:
        said.append(("bad", f"No bars are drawn: {story.lacking}."))
    return said


def _interval(metrics: Mapping[str, Any]) -> list[str]:
    """Return between what the net profit lies where bars cannot tell which event came first."""
    ends = [metrics.get(f"net_profit_{end}") for end in ("pessimistic", "optimistic")]
    if None in ends or ends[0] == ends[1]:
        return []
    count = metrics["ambiguous_trades"]
    what = "1 trade is" if count == 1 else f"{count} trades are"
    return [
        f"{what} ambiguous: the net profit is between {money(ends[0])} and {money(ends[1])} USDT"
    ]
