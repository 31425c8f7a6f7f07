# What is remembered is read once for all that ask at one time.
import asyncio

import pytest

from api.operation.remembered import Remembered


class Owner:
    """Counts how often it is asked; away for the first time, where it is told so."""

    def __init__(self, away: int = 0) -> None:
        self.asked, self._away = 0, away

    async def read(self) -> int:
        await asyncio.sleep(0)
        self.asked += 1
        if self.asked <= self._away:
            raise ConnectionError
        return self.asked


async def test_requests_at_one_time_wait_for_one_reading() -> None:
    owner = Owner()
    remembered = Remembered(owner.read)

    assert await asyncio.gather(*(remembered.get(60) for _ in range(16))) == [1] * 16
    assert await remembered.get(60) == 1


async def test_what_is_too_old_is_read_again() -> None:
    owner = Owner()
    remembered = Remembered(owner.read)

    assert [await remembered.get(0) for _ in range(3)] == [1, 2, 3]


async def test_a_reading_that_failed_is_nobodys_answer_later() -> None:
    owner = Owner(away=1)
    remembered = Remembered(owner.read)

    with pytest.raises(ConnectionError):
        await remembered.get(60)
    assert await remembered.get(60) == 2
