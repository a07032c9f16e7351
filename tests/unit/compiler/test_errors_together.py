"""Errors of different stages are reported in one go where none of them follows from another."""

from complete import complete
from tradec.compiler.pipeline import check_source
from tradec.dsl.diagnostics import Diagnostics
from tradec.dsl.span import Source


def found_in(text: str) -> list[str]:
    diagnostics = Diagnostics()
    assert check_source(Source("play.yml", text), diagnostics) is None
    return [one.code for one in diagnostics.all]


def test_a_misspelt_key_does_not_hide_a_misspelt_name() -> None:
    text = complete(
        "account: {max_levrage: 1}\n"
        "features: {ema_9: {indicator: ema, params: {length: 9}}}\n"
        "actions: {entry_long: [[ema_9, '>', ema_21]]}\n"
    )
    assert found_in(text) == ["E101", "E401"]


def test_a_refused_feature_is_not_missed_again_where_it_is_used() -> None:
    text = complete(
        "features: {ema_9: {params: {length: 9}}}\nactions: {entry_long: [[ema_9, '>', close]]}\n"
    )
    assert found_in(text) == ["E102"]
