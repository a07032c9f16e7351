import dataclasses

import pytest

from tradec.runtime.spec import (
    Finite,
    Output,
    Spec,
    choice,
    flag,
    integer,
    number,
)

SPEC = Spec(
    kind="indicator",
    title="A made-up unit",
    inputs=("source",),
    params=(
        integer("length", 20),
        integer("size"),
        integer("left", required=False, high=500),
        number("std", 2.0, low=0, low_exclusive=True),
        flag("strict", default=False),
        choice("mode", ("min", "max")),
        choice("anchor", ("day", "week"), "day"),
    ),
    outputs=(Output(name="line", first_valid="length - 1"), Output(name="signal")),
    first_valid="length + size - 2",
    memory=Finite(window="length"),
)


def test_params_without_a_default_are_required_unless_said_otherwise() -> None:
    assert {p.name for p in SPEC.params if p.required} == {"size", "mode"}


def test_bounds_of_a_whole_number_are_those_of_the_language() -> None:
    assert (SPEC.param("length").low, SPEC.param("length").high) == (1, 5000)
    assert SPEC.param("left").high == 500


def test_kinds_follow_the_constructor() -> None:
    kinds = {p.name: p.kind for p in SPEC.params}
    assert kinds == {
        "length": "int",
        "size": "int",
        "left": "int",
        "std": "float",
        "strict": "bool",
        "mode": "choice",
        "anchor": "choice",
    }


def test_parts_are_found_by_name() -> None:
    assert SPEC.param("std").low_exclusive
    assert SPEC.output("signal").unit == "source"
    with pytest.raises(StopIteration):
        SPEC.param("unknown")
    with pytest.raises(StopIteration):
        SPEC.output("unknown")


def test_output_may_be_valid_before_its_unit() -> None:
    values = {"length": 20, "size": 9}
    assert SPEC.first_valid_of(SPEC.output("line"), values) == 19
    assert SPEC.first_valid_of(SPEC.output("signal"), values) == 27


def test_specs_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        SPEC.title = "another"  # type: ignore[misc]
