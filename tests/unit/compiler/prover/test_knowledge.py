"""What is known of outputs follows from every SPEC, for any unit of the catalogue."""

import pytest

from generators import irbuild
from generators.irbuild import bar, read, series
from tradec.compiler import ir
from tradec.compiler.catalog import Unit, standard
from tradec.compiler.prover.formula import Fact, unfolded
from tradec.compiler.prover.knowledge import Knowledge, Known
from tradec.compiler.prover.paths import check_bounds
from tradec.compiler.prover.terms import Terms
from tradec.compiler.prover.units import Units
from tradec.compiler.prover.words import Words

CATALOG = standard()


class World:
    """What is known in a play of some series on one minute."""

    def __init__(self, *units: ir.Series) -> None:
        play = irbuild.play(units=units, timeframes=("5m",))
        found = Units(play, CATALOG)
        self.terms = Terms(found, play.exec)
        self.knowledge = Knowledge(found, self.terms)
        self.words = Words(play, self.terms)

    def about(self, *reads: ir.Number) -> Known:
        return self.knowledge.about(frozenset(map(self.terms.of, reads)))

    def said(self, *reads: ir.Number) -> set[str]:
        known = self.about(*reads)
        reasons = [one.reason for one in known.bounds] + [one.reason for one in known.differences]
        said = (self.words.fact(one) for one in unfolded(reasons) if isinstance(one, Fact))
        return set(said) - {""}

    def has_value(self, number: ir.Number, *reads: ir.Number) -> bool:
        return self.knowledge.has_value(self.about(*reads), self.terms.of(number))


def declared(unit: Unit) -> ir.Series:
    spec = CATALOG.spec(unit.name)
    needed = {p.name: 5 for p in spec.params if p.kind == "int" and p.default is None}
    chosen = {p.name: p.choices[0] for p in spec.params if p.kind == "choice" and p.required}
    return series("x", unit.name, params={**needed, **chosen})


PLAIN = [
    unit
    for unit in CATALOG.units
    if all(p.kind != "list" for p in CATALOG.spec(unit.name).params)  # series of one are not made
]


@pytest.mark.parametrize("unit", PLAIN, ids=lambda unit: str(unit.name))
def test_every_relation_is_understood_and_none_contradicts_another(unit: Unit) -> None:
    one = declared(unit)
    bars = [bar(name) for name in ("open", "high", "low", "close", "volume")]
    reads = [read(one, output.name) for output in one.outputs]
    world = World(one)
    check_bounds(world.about(*reads, *bars).bounds)
    assert all("{" not in text for text in world.said(*reads, *bars))


DONCHIAN = series("channel", "donchian", params={"lower_length": 3, "upper_length": 5})
AVERAGE = series("average", "sma", params={"length": 4})


def test_ranges() -> None:
    rsi = series("rsi", "rsi")
    chained = series("smooth", "sma", source=read(rsi))
    world = World(rsi, chained)
    assert world.said(read(rsi)) == {"`rsi` is at least 0", "`rsi` is at most 100"}
    assert world.said(read(chained)) == {"`smooth` is at least 0", "`smooth` is at most 100"}
    assert world.said(bar("close")) == {"`close` is above 0"}


def test_bounds_that_ask_for_a_source_of_one_sign() -> None:
    macd = series("macd", "macd", params={"fast": 3, "slow": 5})
    plain, chained = series("plain", "roc"), series("chained", "roc", source=read(macd, "macd"))
    world = World(macd, plain, chained)
    assert world.said(read(plain)) == {"`plain` is at least -100"}
    assert world.said(read(chained)) == set()


def test_the_prices_of_one_bar() -> None:
    assert "`close` is at most `high`" in World().said(bar("close"), bar("high"))
    assert World().said(bar("close"), bar("high", offset=1)) == {
        "`close` is above 0",
        "`high[1]` is above 0",
    }


def test_windows() -> None:
    world = World(DONCHIAN, AVERAGE)
    upper, high = read(DONCHIAN, "upper"), "the highest `high` of the last 5 bars"
    assert f"`channel.upper` is {high}" in world.said(upper)
    assert f"`close[4]` is at most {high}" in world.said(upper, bar("close", offset=4))
    assert f"`close[5]` is at most {high}" not in world.said(upper, bar("close", offset=5))
    earlier = "the highest `high` of 5 bars up to 2 bars ago"
    assert f"`channel.upper[2]` is {earlier}" in world.said(read(DONCHIAN, "upper", 2))
    closes = "the highest `close` of the last 4 bars"
    assert {f"`average` is at most {closes}", f"{closes} is at most {high}"} <= world.said(
        upper, read(AVERAGE)
    )
    # nothing is said of the values that an average lies among where no extreme of them is met
    assert world.said(read(AVERAGE), bar("close")) == {"`average` is above 0", "`close` is above 0"}


def test_facts_hold_on_one_bar() -> None:
    bands = series("bands", "bbands")
    world = World(bands)
    now, before = read(bands, "lower"), read(bands, "upper", 1)
    assert "`bands.lower` is at most `bands.upper`" in world.said(now, read(bands, "upper"))
    assert not any("upper[1]" in text and "lower" in text for text in world.said(now, before))


def test_what_has_a_value_where_others_have() -> None:
    bands = series("bands", "bbands")
    world = World(bands, DONCHIAN)
    upper = read(bands, "upper")
    assert world.has_value(read(bands, "lower"), upper)
    assert not world.has_value(read(bands, "percent_b"), upper)
    assert not world.has_value(read(bands, "lower", 1), upper)
    assert not world.has_value(read(DONCHIAN, "upper"), upper)
    assert world.has_value(bar("close", offset=3), read(bands, "upper", 3))
    assert not world.has_value(bar("close", offset=4), read(bands, "upper", 3))
    assert not world.has_value(bar("close", "5m"), upper)
    assert world.has_value(irbuild.op(upper, "*", irbuild.const(2.0)), upper)
    assert not world.has_value(irbuild.op(irbuild.const(2.0), "/", upper), upper)
    assert world.has_value(irbuild.op(upper, "/", irbuild.const(2.0)), upper)
    assert world.has_value(irbuild.const(1.0))
    assert not world.has_value(irbuild.op(irbuild.const(1.0), "/", irbuild.const(0.0)))


def test_exclusive_outputs_are_never_there_together() -> None:
    trend = series("trend", "supertrend")
    known = World(trend).about(read(trend, "long"), read(trend, "short"))
    assert known.clauses
