"""`explain` and `describe`: what is registered, as text and as an object."""

import pytest

from commandline import tradec
from tradec.compiler.catalog import standard
from tradec.dsl.codes import CODES


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


def test_describe_alone_lists_every_unit() -> None:
    data = tradec("describe", "--json").data
    catalog = standard()
    assert list(data["indicators"]) == list(catalog.indicators())
    assert list(data["structures"]) == list(catalog.structures())


def test_an_unknown_unit_is_answered_with_the_nearest() -> None:
    said = tradec("describe", "bbnads")
    assert said.code == 2
    assert "did you mean `bbands`?" in said.err
