"""Token buckets on a clock that only moves when somebody sleeps."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradec.runtime.bybit.limiter import LIMITS, BucketName, Limiter


class Clock:
    """Seconds that pass only in `sleep`."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


def limiter() -> tuple[Limiter, Clock]:
    clock = Clock()
    return Limiter(clock=clock, sleep=clock.sleep), clock


def most_within(times: list[float], seconds: float) -> int:
    return max(sum(1 for t in times if start <= t < start + seconds) for start in times)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["order.write", "position.write", "read", "account", "market"]),
            st.booleans(),
            st.floats(0.0, 0.3),
        ),
        max_size=300,
    )
)
def test_no_bucket_and_not_all_together_exceed_their_rate(
    asked: list[tuple[BucketName, bool, float]],
) -> None:
    one, clock = limiter()
    times: dict[str, list[float]] = {"global": []}
    for name, reducing, idle in asked:
        clock.now += idle
        one.take(name, reducing=reducing)
        times.setdefault(name, []).append(clock.now)
        times["global"].append(clock.now)
    for bucket, moments in times.items():
        if moments:
            rate, _ = LIMITS[bucket]
            for seconds in (1.0, 5.0):
                assert most_within(moments, seconds) <= rate * (seconds + 1.0) + 1


def test_five_seconds_stay_within_the_address_limit_of_bybit() -> None:
    rate, _ = LIMITS["global"]
    assert rate * 5 + rate < 600


def test_what_reduces_risk_may_take_the_last_tokens() -> None:
    one, clock = limiter()
    while one.take("order.write") == 0.0:
        pass
    before = clock.now
    assert one.take("order.write", reducing=True) == 0.0
    assert clock.now == before


def test_a_header_with_a_smaller_limit_shrinks_the_bucket_for_a_while() -> None:
    one, clock = limiter()
    one.observe("read", {"X-Bapi-Limit": "5"}, 0)
    begin = clock.now
    for _ in range(15):
        one.take("read")
    assert clock.now - begin == pytest.approx(2.0)
    clock.now += 61.0
    one.take("read")
    clock.now += 1.0
    begin = clock.now
    for _ in range(20):
        one.take("read")
    assert clock.now == begin


def test_a_used_up_limit_waits_for_its_reset_by_the_exchange_clock() -> None:
    one, clock = limiter()
    headers = {"X-Bapi-Limit-Status": "0", "X-Bapi-Limit-Reset-Timestamp": "5700"}
    one.observe("read", headers, 5_000)
    begin = clock.now
    one.take("read")
    assert clock.now - begin == pytest.approx(0.7)


def test_a_reset_in_the_past_or_a_broken_header_waits_for_nothing() -> None:
    one, clock = limiter()
    one.observe("read", {"X-Bapi-Limit-Status": "0", "X-Bapi-Limit-Reset-Timestamp": "10"}, 5_000)
    one.observe("read", {"X-Bapi-Limit": "many", "X-Bapi-Limit-Status": "-1"}, 5_000)
    assert one.take("read") == 0.0
    assert clock.now == 1_000.0


def test_threads_share_one_limiter() -> None:
    one = Limiter(limits={"global": (2000.0, 0.0), "read": (1000.0, 0.0)})
    threads = [
        threading.Thread(target=lambda: [one.take("read") for _ in range(200)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
