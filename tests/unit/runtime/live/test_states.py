"""Only the edges of the table are taken, whatever happens in whatever order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradec.runtime.live.states import EDGES, IllegalTransitionError, State, States

TABLE = {
    "STOPPED": "STARTING",
    "STARTING": "RUNNING PAUSED RECONNECTING STOPPING ERROR",
    "RUNNING": "PAUSED RECONNECTING STOPPING ERROR",
    "PAUSED": "RUNNING RECONNECTING STOPPING ERROR",
    "RECONNECTING": "RUNNING PAUSED RECONNECTING STOPPING ERROR",
    "STOPPING": "STOPPED ERROR",
    "ERROR": "STOPPING STOPPED",
}
"""live-runtime.md 1, row by row."""

PAIRS = [(a, b) for a in State for b in State]
HAPPENINGS = st.sampled_from(("pause", "resume", "lost", "ready", "stop", "fail"))


def states_at(state: State, seen: list[tuple[State, State, bool]], *, strict: bool) -> States:
    made = States(lambda a, b, _, refused: seen.append((a, b, refused)), strict=strict)
    made.now = state
    return made


@pytest.mark.parametrize(("before", "to"), PAIRS, ids=str)
def test_each_edge_and_each_pair_that_is_none(before: State, to: State) -> None:
    seen: list[tuple[State, State, bool]] = []
    states = states_at(before, seen, strict=False)
    allowed = to in TABLE[before].split()
    assert states.change(to, "because") is allowed
    assert states.now is (to if allowed else before)
    assert seen == [(before, to, not allowed)]
    if not allowed:
        with pytest.raises(IllegalTransitionError):
            states_at(before, seen, strict=True).change(to, "because")


@given(st.sampled_from(State), st.lists(HAPPENINGS, max_size=30))
def test_whatever_happens_only_edges_are_taken(start: State, happenings: list[str]) -> None:
    seen: list[tuple[State, State, bool]] = []
    states = states_at(start, seen, strict=False)
    for happening in happenings:
        before = states.now
        if happening == "ready" and before not in {State.STARTING, State.RECONNECTING}:
            continue
        getattr(states, happening)("because")
        assert states.now is before or states.now in EDGES[before]
    assert all(b in TABLE[a].split() and not refused for a, b, refused in seen)


def test_a_pause_outlives_an_outage() -> None:
    seen: list[tuple[State, State, bool]] = []
    states = states_at(State.RUNNING, seen, strict=True)
    states.pause("asked")
    states.lost("socket")
    states.ready("gap closed")
    states.lost("socket")
    states.resume("asked")
    states.ready("gap closed")
    assert [str(to) for _, to, _ in seen] == [
        "PAUSED",
        "RECONNECTING",
        "PAUSED",
        "RECONNECTING",
        "RUNNING",
    ]
