"""Bounds clash exactly where no numbers satisfy them, and distances are the shortest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradec.compiler.prover.formula import STRICTLY, Bound, Fact
from tradec.compiler.prover.paths import Clash, Reach, check_bounds, upward

SAID = Fact("said")


def bound(high: int, low: int, limit: float, *, strict: bool = False) -> Bound:
    return Bound(high, low, limit, STRICTLY if strict else 0, SAID)


def clash(bounds: list[Bound]) -> tuple[Bound, ...] | None:
    """Return the circle of bounds that cannot hold together, None if they can."""
    try:
        check_bounds(bounds)
    except Clash as found:
        return found.circle
    return None


def test_what_can_hold_does_not_clash() -> None:
    assert clash([]) is None
    assert clash([bound(1, 0, 5), bound(0, 1, -5)]) is None
    assert clash([bound(1, 2, 0), bound(2, 1, 0)]) is None
    assert clash([bound(1, 2, 0, strict=True), bound(3, 2, -7)]) is None


def test_a_clash_is_a_circle() -> None:
    bounds = [bound(1, 2, 0), bound(2, 3, 0), bound(3, 1, 0, strict=True), bound(3, 9, -1)]
    circle = clash(bounds)
    assert circle is not None
    assert set(circle) == set(bounds[:3])
    assert all(
        one.high == two.low for one, two in zip(circle, (*circle[1:], circle[0]), strict=True)
    )


def test_a_number_below_itself() -> None:
    assert clash([bound(4, 4, -1)]) == (bound(4, 4, -1),)
    assert clash([bound(4, 4, 0, strict=True)]) is not None
    assert clash([bound(4, 4, 0)]) is None


def test_distances_and_paths() -> None:
    bounds = [bound(1, 0, 5), bound(2, 1, 2, strict=True), bound(2, 0, 9), bound(3, 2, 1)]
    reach = Reach.above(0, upward(bounds))
    assert reach.distance(2) == (7, STRICTLY)
    assert reach.distance(3) == (8, STRICTLY)
    assert reach.path(3) == (bounds[0], bounds[1], bounds[3])
    assert reach.distance(0) == (0, 0)
    assert reach.distance(7)[0] == float("inf")


EDGES = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(-3, 6), st.booleans()).map(
    lambda edge: bound(edge[0], edge[1], float(edge[2]), strict=edge[3])
)


@given(st.lists(EDGES, max_size=9), st.lists(st.integers(-20, 20), min_size=5, max_size=5))
def test_numbers_that_satisfy_bounds_keep_their_distances(
    bounds: list[Bound], values: list[int]
) -> None:
    kept = [
        one for one in bounds if (values[one.high] - values[one.low], 0) <= (one.limit, one.strict)
    ]
    assert clash(kept) is None
    for start in range(5):
        reach = Reach.above(start, upward(kept))
        for other in range(5):
            assert (values[other] - values[start], 0) <= reach.distance(other)


@given(st.lists(EDGES, max_size=9))
def test_without_a_clash_there_are_such_numbers(bounds: list[Bound]) -> None:
    if clash(bounds) is not None:
        return
    # Distances from a number that lies above all others satisfy every bound: Bellman's proof.
    above = [bound(k, 9, 0) for k in range(5)]
    reach = Reach.above(9, upward([*bounds, *above]))
    values = [reach.best[k] for k in range(5)]
    for one in bounds:
        high, low = values[one.high], values[one.low]
        assert high <= (low[0] + one.limit, low[1] + one.strict)


def test_a_circle_that_rounding_hides_is_found_where_it_shows() -> None:
    """Beside -30 nothing of 1e-322 is seen; from 0 it would go round without an end."""
    tiny = [bound(2, 1, -1.5e-322), bound(1, 2, 0.0)]
    with pytest.raises(Clash) as found:
        Reach.above(1, upward([bound(1, 3, -30.0), *tiny]))
    assert set(found.value.circle) == set(tiny)
