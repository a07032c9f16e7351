import pytest

from frontend import codes, one, placed, surface
from tradec.compiler.passes.resolve_timeframes import resolve_timeframes
from tradec.dsl import nodes

SWING = "{type: swing, key: swing, params: {left: 5, right: 5}}"


def resolved(sections: str) -> nodes.Play:
    play, found = surface(sections, resolve_timeframes.__name__)
    assert [d.code for d in found if d.code.startswith("E")] == []
    return play


def feature_tf(extra: str) -> object:
    (feature,) = resolved(
        f"features:\n  ema_9: {{indicator: ema, params: {{length: 9}}{extra}}}\n"
    ).features
    assert feature.tf is not None
    return feature.tf.value


@pytest.mark.parametrize(
    ("written", "meaning"),
    [("", "15m"), (", tf: exec", "15m"), (", tf: high_tf", "D"), (", tf: 4h", "4h")],
)
def test_every_feature_has_a_timeframe(written: str, meaning: str) -> None:
    assert feature_tf(written) == meaning


def test_exec_follows_its_role() -> None:
    play = resolved("timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: med_tf}")
    assert play.timeframes.exec.value == "1h"
    assert {f.tf.value for f in play.features if f.tf} == {"1h"}


def test_a_structure_runs_on_its_role() -> None:
    play = resolved(f"structures:\n  med_tf:\n    - {SWING}\n")
    tf = play.structures[0].nested_tf
    assert tf is not None
    assert tf.value == "1h"


def test_the_nested_timeframe_wins() -> None:
    sections = f"structures:\n  med_tf:\n    4h: [{SWING}]\n"
    play = resolved(sections)
    tf = play.structures[0].nested_tf
    assert tf is not None
    assert tf.value == "4h"
    assert placed(sections, one(sections, "W108")) == "4h"


def test_qualifiers() -> None:
    play = resolved('actions:\n  entry_long: "high_tf.close > 1h.open"\n')
    when = play.actions[0].cases[0].when
    assert isinstance(when, nodes.Compare)
    assert isinstance(when.left, nodes.Ref)
    assert isinstance(when.right, nodes.Ref)
    assert (when.left.qualifier, when.right.qualifier) == ("D", "1h")


def test_a_play_of_concrete_timeframes_stays_the_same_object() -> None:
    play = resolved("features:\n  ema_9: {indicator: ema, params: {length: 9}, tf: 1h}\n")
    assert play.features[0].tf is not None


def test_a_small_d_is_a_day() -> None:
    sections = "timeframes: {low_tf: 15m, med_tf: 1h, high_tf: d, exec: low_tf}"
    assert resolved(sections).timeframes.high_tf.value == "D"
    assert one(sections, "W105").helps == ("write `D`",)


@pytest.mark.parametrize(
    ("sections", "code", "text"),
    [
        ("timeframes: {low_tf: 15m, med_tf: 1h, high_tf: 8h, exec: low_tf}", "E201", "8h"),
        ("timeframes: {low_tf: 15m, med_tf: 1h, high_tf: D, exec: 15m}", "E202", "15m"),
        ("timeframes: {low_tf: 15m, med_tf: 5m, high_tf: D, exec: low_tf}", "E203", "5m"),
        ("timeframes: {low_tf: 15m, med_tf: M, high_tf: W, exec: low_tf}", "E203", "W"),
        (
            "features: {ema_9: {indicator: ema, params: {length: 9}, tf: 7m}}",
            "E201",
            "7m",
        ),
        ('actions: {entry_long: "45m.close > ema_9"}', "E201", "45m.close"),
    ],
)
def test_errors(sections: str, code: str, text: str) -> None:
    assert placed(sections, one(sections, code)) == text


def test_one_slip_is_one_error() -> None:
    bad = "timeframes: {low_tf: 15x, med_tf: 1h, high_tf: D, exec: low_tf}"
    assert [c for c in codes(bad) if c.startswith("E")] == ["E201"]


def test_equal_roles_are_legal() -> None:
    assert codes("timeframes: {low_tf: 1h, med_tf: 1h, high_tf: 1h, exec: high_tf}") == [
        c for c in codes("name: plain") if c == "W102"
    ]
