from random import Random

from hypothesis import given
from hypothesis import strategies as st

from graph.silence import SILENCE_MS, Interval, cut

moments = st.lists(st.integers(0, 40 * SILENCE_MS // 4).map(lambda n: n * 4), min_size=1, max_size=40, unique=True)


def points(times: list[int]) -> list[Interval]:
    return [(at, at, None) for at in times]


def test_a_visit_ends_when_the_silence_is_longer_than_half_an_hour() -> None:
    visits = cut(points([0, SILENCE_MS, 2 * SILENCE_MS + 1]))

    assert [(visit.started_at, visit.ended_at) for visit in visits] == [(0, SILENCE_MS), (2 * SILENCE_MS + 1,) * 2]


def test_a_late_message_joins_two_visits() -> None:
    visits = cut([(0, 0, "a"), (2 * SILENCE_MS, 2 * SILENCE_MS, "b"), *points([SILENCE_MS])])

    assert [(visit.started_at, visit.ended_at, visit.known) for visit in visits] == [(0, 2 * SILENCE_MS, ("a", "b"))]


@given(moments, st.integers(1, 39), st.randoms(use_true_random=False))
def test_it_does_not_matter_in_how_many_parts_and_in_which_order_moments_come(
    times: list[int], size: int, dice: Random
) -> None:
    at_once = cut(points(times))
    dice.shuffle(times)
    known: list[Interval] = []
    for start in range(0, len(times), size):
        visits = cut([*known, *points(times[start : start + size])])
        known = [(visit.started_at, visit.ended_at, str(visit.started_at)) for visit in visits]

    assert [interval[:2] for interval in known] == [(visit.started_at, visit.ended_at) for visit in at_once]
