from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.contract.paging import cursor_of, page_size, position_of
from graph.errors import InputError
from graph.journeys import JourneyPosition

moments = st.integers(-(10**12), 10**13).map(lambda at: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at))
positions = st.builds(JourneyPosition, moments, st.text(min_size=1))


@given(positions)
def test_a_cursor_leads_back_to_its_position(position: JourneyPosition) -> None:
    assert position_of(cursor_of(position)) == position


@given(positions, st.integers(0, 200), st.characters(min_codepoint=33, max_codepoint=126))
def test_a_damaged_cursor_is_refused(position: JourneyPosition, at: int, replacement: str) -> None:
    cursor = cursor_of(position)
    place = at % len(cursor)
    damaged = cursor[:place] + replacement + cursor[place + 1 :]
    if damaged != cursor:
        with pytest.raises(InputError, match="cursor"):
            position_of(damaged)


@given(st.text())
def test_an_invented_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InputError, match="cursor"):
        position_of(cursor)


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'["a", 1]', b"[null, null]", b"[9999999999999999, 1]"])
def test_a_cursor_of_another_form_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="cursor"):
        position_of(urlsafe_b64encode(b"0000" + content).decode())


@pytest.mark.parametrize("first", [0, -1, 101])
def test_a_page_size_out_of_bounds_is_refused(first: int) -> None:
    with pytest.raises(InputError, match="1 to 100"):
        page_size(first)
