# A subscriber may lose its connection after any change and go on by its cursor: whatever the order in which
# transactions commit, it is told everything once.
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.live.positions import MAX_TOLD, Position, position_of
from graph.changes import Change
from graph.errors import InputError
from graph.identity_events import RecordedEvent

LATE_MS = 50
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def change(written_at: int, key: str) -> Change:
    return Change(written_at, key, RecordedEvent(key, "linked", NOW, "online", "run", (), ()))


# Written at a moment, seen some moments later: by less than a transaction may take.
ARRIVALS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, LATE_MS - 1)), max_size=60)


@given(ARRIVALS, st.sets(st.integers(0, 400)), st.sets(st.integers(0, 60)))
def test_everything_is_told_once_however_late_it_commits_and_whoever_goes_on(
    arrivals: list[tuple[int, int]], polls: set[int], lost: set[int]
) -> None:
    written = {f"k{number}": (at, at + late) for number, (at, late) in enumerate(arrivals)}
    position, told = Position((-1, b"")), list[str]()
    for now in (*sorted(polls), 500):
        seen = [change(at, key) for key, (at, seen_at) in written.items() if seen_at <= now]
        for found in sorted(seen, key=lambda found: found.place):
            if position.is_new(found):
                position.tell(found)
                told.append(found.key)
                if len(told) in lost:
                    position = position_of(position.cursor())
        position.settle((now - LATE_MS, b""))

    assert sorted(told) == sorted(written)


@given(st.integers(0, 3 * MAX_TOLD), st.integers(0, 3 * MAX_TOLD))
def test_of_many_at_one_moment_the_rest_is_told_by_whoever_goes_on(many: int, before: int) -> None:
    changes = [change(7, f"k{number:04}") for number in range(many)]
    position = Position((0, b""))
    for found in changes[:before]:
        position.tell(found)
    cursor = position.cursor()
    position = position_of(cursor)

    assert [found for found in changes if position.is_new(found)] == changes[before:]
    assert len(cursor) < 4_000


@pytest.mark.parametrize(
    "cursor", ["", "x", "AAAA", "é", "=" * 9, Position((1, b"")).cursor() + "A", Position((1, b"")).cursor()[1:]]
)
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(InputError):
        position_of(cursor)
