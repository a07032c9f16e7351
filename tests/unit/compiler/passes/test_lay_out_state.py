from generators.irbuild import bar, block, play, read, series
from generators.passes import CONTEXT
from tradec.compiler import ir
from tradec.compiler.passes.lay_out_state import lay_out_state
from tradec.compiler.plan import History, Timed

SMA = series("a", "sma", "5m", params={"length": 4})
DONCHIAN = series("d", "donchian")


def test_every_table_stands_in_its_order() -> None:
    up = ir.Cross(above=True, left=read(DONCHIAN, "upper", 2), right=bar("close", offset=1))
    down = ir.Cross(above=False, left=read(SMA), right=bar("close", offset=4))
    again = ir.Cross(above=True, left=read(DONCHIAN, "upper", 2), right=bar("close", offset=1))
    one = play(
        block(ir.All(operands=(down, ir.Not(operand=up)))),
        block(again, id_="again"),
        units=(SMA, DONCHIAN),
    )
    plan = lay_out_state(Timed(play=one, warmup=()), CONTEXT)
    assert plan.play is one
    assert [one.cell for one in plan.cells] == [down, up]
    assert plan.histories == (
        History(series="1m", output="close", depth=4),
        History(series="d", output="upper", depth=2),
    )
    assert plan.witnessed == (("1m", "close"), ("a", "value"), ("d", "upper"))
    expected = [
        (unit.id, ring.name, ring.size, ring.ctype)
        for unit in (SMA, DONCHIAN)
        for ring in CONTEXT.catalog.spec(unit.unit).rings
    ]
    assert [(r.series, r.name, r.size, r.ctype) for r in plan.rings] == expected
    assert expected


def test_a_play_without_rules_needs_nothing() -> None:
    plan = lay_out_state(Timed(play=play(), warmup=()), CONTEXT)
    assert (plan.rings, plan.histories, plan.cells, plan.witnessed) == ((), (), (), ())
