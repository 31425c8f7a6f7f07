from hypothesis import given
from hypothesis import strategies as st

from resolution.clusters.clustering import CERTAIN, ForestLink
from resolution.models.calibration import (
    LEAST_DEFAULT,
    MOST,
    MOST_DEFAULT,
    Calibration,
    Merge,
    calibrate,
    default_confidence,
    levels_of,
    merges_of,
)

MERGES = st.lists(
    st.builds(
        Merge,
        height=st.floats(-9.5, 20),
        pairs=st.integers(1, 50),
        scored=st.just(1),
        probability=st.floats(0, 1),
    ),
    max_size=30,
)
HEIGHTS = st.lists(st.floats(-20, 30), min_size=2, max_size=10)


@given(MERGES, HEIGHTS)
def test_a_higher_cohesion_never_has_a_lower_confidence(merges: list[Merge], heights: list[float]) -> None:
    calibration = calibrate(merges)

    confidences = [calibration.confidence(height) for height in sorted(heights)]
    assert confidences == sorted(confidences)


@given(MERGES, st.floats(-20, 90))
def test_only_a_rule_or_a_steward_is_certain(merges: list[Merge], height: float) -> None:
    calibration = calibrate(merges)

    assert calibration.confidence(CERTAIN) == 1.0
    assert calibration.confidence(height) <= MOST


@given(MERGES, HEIGHTS, st.floats(0, 1))
def test_the_lowest_cohesion_of_a_confidence_is_where_it_begins(
    merges: list[Merge], heights: list[float], wanted: float
) -> None:
    calibration = calibrate(merges)

    for height in (*heights, *(height for height, _ in calibration.points), CERTAIN):
        assert (calibration.confidence(height) >= wanted) == (height >= calibration.lowest(wanted))


@given(MERGES)
def test_levels_fall_from_exact_to_loose(merges: list[Merge]) -> None:
    levels = levels_of(merges, calibrate(merges))

    assert list(levels) == ["exact", "strict", "default", "loose"]
    assert list(levels.values()) == sorted(levels.values(), reverse=True)
    assert LEAST_DEFAULT <= levels["default"] <= MOST_DEFAULT


def test_the_confidence_of_a_height_is_the_share_of_right_pairs_expected_there() -> None:
    sure, half = Merge(8.0, 1, 1, 0.99), Merge(-3.0, 4, 2, 1.0)  # two of the four pairs were scored, half right

    calibration = calibrate([sure, half])

    assert calibration.confidence(9.0) == 0.99
    assert calibration.confidence(-3.0) == 0.5


def test_pairs_that_were_never_scored_count_with_the_mean_of_the_scored() -> None:
    assert Merge(0.0, pairs=10, scored=2, probability=1.0).expected == 5.0
    assert Merge(CERTAIN, pairs=4, scored=0, probability=0.0).expected == 0.0


def test_what_a_merge_joins_is_found_between_its_two_groups() -> None:
    forest = [ForestLink("a", "b", 9.0), ForestLink("c", "d", 8.0), ForestLink("b", "c", 1.0)]
    probabilities = {("a", "b"): 0.9, ("c", "d"): 0.8, ("b", "c"): 0.5, ("a", "d"): 0.25, ("a", "z"): 0.9}

    assert merges_of(forest, probabilities) == [Merge(9.0, 1, 1, 0.9), Merge(8.0, 1, 1, 0.8), Merge(1.0, 4, 2, 0.75)]


def test_the_default_gives_up_what_would_cost_more_than_it_brings() -> None:
    many_sure = [Merge(9.0, 1, 1, 0.99)] * 100
    a_blob = [Merge(-6.0, 1_000, 1_000, 410.0)]
    merges = many_sure + a_blob
    calibration = Calibration(((-6.0, 0.41), (0.0, 0.45), (9.0, 0.99)))

    with_little = [*many_sure, Merge(0.0, 10, 10, 4.5)]

    assert default_confidence(with_little, calibration) == MOST_DEFAULT
    assert default_confidence(merges, calibration) == 0.41


def test_without_any_merge_there_are_levels_all_the_same() -> None:
    assert levels_of([], calibrate([]))["default"] == MOST_DEFAULT
