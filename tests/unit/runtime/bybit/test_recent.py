"""What is remembered of fills that may come twice."""

from tradec.runtime.bybit.recent import SIZE, Recent


def test_what_is_seen_again_is_not_new() -> None:
    recent: Recent[str] = Recent()
    assert [recent.is_new(one) for one in "aabca"] == [True, False, True, True, False]


def test_memory_is_bounded_and_keeps_what_was_seen_last() -> None:
    """C7: a million fills leave ten thousand."""
    recent: Recent[int] = Recent()
    for number in range(1_000_000):
        recent.is_new(number)
    assert len(recent) == SIZE
    assert 999_999 in recent
    assert 0 not in recent


def test_seeing_again_keeps_it_longer() -> None:
    recent: Recent[str] = Recent(2)
    for one in "abac":
        recent.is_new(one)
    assert "a" in recent
    assert "b" not in recent
