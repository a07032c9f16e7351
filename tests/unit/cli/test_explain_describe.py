"""`explain` and `describe`: what is registered, as text and as an object."""

from pathlib import Path

import pytest

from commandline import tradec
from tradec.compiler.catalog import standard
from tradec.dsl.codes import CODES
from tradec.runtime.metrics.table import METRICS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("code", ["E402", "e101", "W102"])
def test_explain_says_what_is_registered(code: str) -> None:
    said = tradec("explain", code)
    entry = CODES[code.upper()]
    assert said.code == 0
    assert entry.title in said.out
    assert entry.meaning in said.out
    data = tradec("explain", code, "--json").data
    assert data["code"] == code.upper()
    assert set(data) == {"code", "title", "meaning", "explain", "wrong", "right"}


def test_explain_alone_lists_every_code() -> None:
    assert tradec("explain", "--json").data["codes"] == {n: c.title for n, c in CODES.items()}
    assert len(tradec("explain").out.splitlines()) == len(CODES)


def test_an_unknown_code_is_answered_with_the_nearest() -> None:
    said = tradec("explain", "E1O1")
    assert said.code == 2
    assert "there is no code `E1O1`" in said.err
    assert "`E101`" in said.err


def _units() -> list[str]:
    catalog = standard()
    return [*catalog.indicators(), *catalog.structures()]


@pytest.mark.parametrize("unit", _units())
def test_describe_tells_the_whole_spec(unit: str) -> None:
    spec = standard().spec(unit)
    said = tradec("describe", unit)
    assert said.code == 0
    assert spec.title in said.out
    data = tradec("describe", unit, "--json").data
    assert [p["name"] for p in data["params"]] == [p.name for p in spec.params]
    assert [o["name"] for o in data["outputs"]] == [o.name for o in spec.outputs]
    assert data["first_valid"] == spec.first_valid
    for name in (*(p.name for p in spec.params), *(o.name for o in spec.outputs)):
        assert name in said.out


def test_describe_tells_of_families_of_outputs() -> None:
    said = tradec("describe", "derived_zone").out
    assert "zone[<max_active>].touch_count" in said
    assert "level[<levels>]" in tradec("describe", "fibonacci").out


def test_describe_tells_how_a_unit_is_called() -> None:
    said = tradec("describe", "bbands")
    assert "Bbands(length=..., std=..., ddof=...)" in said.out
    assert "void bbands_init(Bbands* s, int64_t length, double std, int64_t ddof)" in said.out
    assert tradec("describe", "ema", "--json").data["calls"]["kernel"][1] == (
        "double ema_step(Ema* s, double source)"
    )


@pytest.mark.parametrize(("unit", "bars"), [("sma", "20"), ("ema", "90"), ("rsi", "109")])
def test_describe_says_the_warm_up_of_the_defaults(unit: str, bars: str) -> None:
    page = tradec("describe", unit).out
    (row,) = [line for line in page.splitlines() if line.startswith("value ")]
    assert bars in row.split()


def test_the_document_of_the_units_is_current() -> None:
    said = tradec("describe", "--all", "--format", "markdown")
    written = (ROOT / "docs" / "units.md").read_text(encoding="utf-8")
    assert said.out == written, (
        "docs/units.md is out of date; write it anew: "
        "tradec describe --all --format markdown > docs/units.md"
    )


def test_every_unit_has_a_place_in_the_document_and_its_index() -> None:
    text = tradec("describe", "--all", "--format", "markdown").out
    for unit in _units():
        assert f"[{unit}](#{unit})" in text
        assert f"### {unit}\n" in text


def test_all_units_as_objects() -> None:
    data = tradec("describe", "--all", "--json").data
    assert [unit["name"] for unit in data["units"]] == _units()
    assert tradec("describe", "ema", "--all").code == 2


def test_describe_alone_lists_every_unit() -> None:
    data = tradec("describe", "--json").data
    catalog = standard()
    assert list(data["indicators"]) == list(catalog.indicators())
    assert list(data["structures"]) == list(catalog.structures())


def test_an_unknown_unit_is_answered_with_the_nearest() -> None:
    said = tradec("describe", "bbnads")
    assert said.code == 2
    assert "did you mean `bbands`?" in said.err


def test_the_document_of_the_metrics_is_current() -> None:
    said = tradec("describe", "metric", "--format", "markdown")
    written = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert said.out == written, "tradec describe metric --format markdown > docs/metrics.md"


def test_a_metric_is_described_with_sampling_and_annualization() -> None:
    said = tradec("describe", "metric", "sharpe")
    assert "mean(r) / std(r, ddof 1) * sqrt(bars_per_year)" in said.out
    for line in ("sampling    returns r_i", "annualized  by bars_per_year", "null        if n < 2"):
        assert line in said.out
    data = tradec("describe", "metric", "win_count", "--json").data
    assert (data["unit"], data["annualized"], data["null"]) == ("positions", "", "")
    assert "annualized  no" in tradec("describe", "metric", "win_count").out


def test_every_metric_is_listed() -> None:
    names = [one["name"] for one in tradec("describe", "metric", "--json").data["metrics"]]
    assert names == [metric.name for metric in METRICS]
    text = tradec("describe", "metric").out
    assert all(name in text for name in names)


def test_an_unknown_metric_is_answered_with_the_nearest() -> None:
    said = tradec("describe", "metric", "sharp", "--json")
    assert (said.code, said.answer["error"]["code"]) == (2, "UNKNOWN_METRIC")
    assert "did you mean `sharpe`?" in tradec("describe", "metric", "sharp").err
    assert tradec("describe", "ema", "sharpe").code == 2
