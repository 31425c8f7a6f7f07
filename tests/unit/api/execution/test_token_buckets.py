from hypothesis import given
from hypothesis import strategies as st

from api.execution.token_buckets import TokenBuckets


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_what_it_holds_and_says_when_there_is_more() -> None:
    clock = Clock()
    buckets = TokenBuckets(per_second=2, most=10, clock=clock)

    assert buckets.take("a", 8) == 0
    assert buckets.take("a", 4) == 1.0
    clock.now = 1.0
    assert buckets.take("a", 4) == 0
    assert buckets.take("b", 10) == 0


def test_looking_into_a_bucket_takes_nothing() -> None:
    clock = Clock()
    buckets = TokenBuckets(per_second=2, most=10, clock=clock)

    assert buckets.holds("a", 10)
    assert buckets.take("a", 10) == 0
    assert not buckets.holds("a", 1)
    clock.now = 0.5
    assert buckets.holds("a", 1)
    assert len(buckets) == 1


def test_what_is_given_back_can_be_taken_again_but_no_more_than_the_bucket_holds() -> None:
    buckets = TokenBuckets(per_second=1, most=3, clock=Clock())
    buckets.take("a", 3)
    buckets.give_back("a", 1)

    assert buckets.take("a", 1) == 0
    buckets.give_back("a", 100)
    assert buckets.take("a", 4) == 1.0


def test_so_many_actors_are_remembered_and_no_more() -> None:
    buckets = TokenBuckets(per_second=1, most=1, actors=100, clock=Clock())
    for number in range(1_000):
        buckets.take(f"actor {number}", 1)

    assert len(buckets) == 100
    assert buckets.take("actor 999", 1) > 0


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 20)), max_size=30))
def test_nobody_gets_more_than_flowed_in(steps: list[tuple[float, float]]) -> None:
    clock, taken = Clock(), 0.0
    buckets = TokenBuckets(per_second=3, most=20, clock=clock)
    for waited, amount in steps:
        clock.now += waited
        taken += 0 if buckets.take("a", amount) else amount

    assert taken <= 20 + 3 * clock.now + 1e-6
