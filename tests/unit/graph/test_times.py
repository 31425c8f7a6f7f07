from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from graph.times import milliseconds, moment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(st.integers(-2_208_988_800_000, 253_402_300_799_999))
def test_a_time_is_exact_from_1900_to_9999(at: int) -> None:
    assert moment(at) == EPOCH + timedelta(milliseconds=at)
    assert milliseconds(moment(at)) == at
