from frontend import surface
from tradec.dsl import nodes


def when(text: str) -> nodes.Condition:
    play, _ = surface(f"actions:\n  entry_long: {text}\n", "expand_setups")
    return play.actions[0].cases[0].when


def names(group: nodes.Condition) -> list[str]:
    assert isinstance(group, nodes.All | nodes.Any)
    return [type(member).__name__ for member in group.operands]


def test_a_group_inside_its_like_is_one_group() -> None:
    inner = '{all: ["ema_9 < 2", {all: ["ema_9 < 3", "ema_9 < 4"]}]}'
    assert names(when(f'{{all: ["ema_9 > 1", {inner}]}}')) == ["Compare"] * 4


def test_another_kind_of_group_stays() -> None:
    found = when('{all: ["ema_9 > 1", {any: ["ema_9 < 2", "ema_9 < 3"]}]}')
    assert names(found) == ["Compare", "Any"]


def test_a_group_of_one_is_its_member() -> None:
    assert isinstance(when('{any: [{all: [{not: {all: ["ema_9 > 1"]}}]}]}'), nodes.Not)


def test_both_forms_give_the_same_tree() -> None:
    listed = when('{any: [{all: [[ema_9, ">", 1], [ema_21, ">", 1]]}, [rsi_14, "<", 30]]}')
    assert listed == when('"(ema_9 > 1 and ema_21 > 1) or rsi_14 < 30"')
