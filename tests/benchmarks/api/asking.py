"""Asking: sides that answer the same question, one after the other or with sixteen connections at once."""

import asyncio
import statistics
import time
from collections import deque
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from urllib.parse import urlsplit

import orjson

CONNECTIONS = 16
Ask = Callable[[str], Awaitable[object]]
"""Asks about one customer, and waits for the whole answer."""


@dataclass(slots=True)
class Answered:
    """What one side took. ``rates``: answers a second, of each round; ``milliseconds``: of each answer."""

    rates: list[float] = field(default_factory=list[float])
    milliseconds: list[float] = field(default_factory=list[float])

    @property
    def rate(self) -> float:
        """Of the round in which the machine was least busy with others."""
        return max(self.rates)

    @property
    def p50(self) -> float:
        """Within so many milliseconds half of the answers came."""
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        """Within so many milliseconds 95 of 100 answers came."""
        return statistics.quantiles(self.milliseconds, n=20)[-1]


async def one_by_one(customers: Sequence[str], sides: Sequence[Ask]) -> list[Answered]:
    """Every side is asked about every customer before the next one, so that a busy machine meets all of them.

    Each is first as often as the others: whoever asks first finds the database's caches cold.
    """
    found = [Answered() for _ in sides]
    turns = deque(zip(sides, found, strict=True))
    for customer in customers:
        for ask, answered in turns:
            answered.milliseconds.append(await _timed(ask, customer))
        turns.rotate()
    return found


async def at_once(
    customers: Sequence[str], questions: int, rounds: int, sides: Sequence[Sequence[Ask]]
) -> list[Answered]:
    """A side has one ``Ask`` for each of its connections; the sides are asked in turns."""
    found = [Answered() for _ in sides]
    for _ in range(rounds):
        for asks, answered in zip(sides, found, strict=True):
            waiting, started = islice(cycle(customers), questions), time.perf_counter()
            await asyncio.gather(*(_worked_off(ask, waiting, answered) for ask in asks))
            answered.rates.append(questions / (time.perf_counter() - started))
    return found


async def _worked_off(ask: Ask, waiting: Iterator[str], answered: Answered) -> None:
    for customer in waiting:
        answered.milliseconds.append(await _timed(ask, customer))


async def _timed(ask: Ask, customer: str) -> float:
    started = time.perf_counter()
    await ask(customer)
    return 1_000 * (time.perf_counter() - started)


class HttpAsk:
    """One connection over which one document is asked. The plainest client there is: its time counts as the side's."""

    def __init__(self, url: str, document: str, headers: Mapping[str, str], variables: Mapping[str, object]) -> None:
        self._place, self._document, self._variables = urlsplit(url), document, variables
        lines = {"Host": self._place.netloc, "Content-Type": "application/json", **headers}
        shown = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._head = f"POST {self._place.path} HTTP/1.1\r\n{shown}".encode()
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __call__(self, customer: str) -> bytes:
        """The body of the answer. Raises AssertionError where it has errors."""
        reader, writer = await self._opened()
        body = orjson.dumps({"query": self._document, "variables": {**self._variables, "customer": customer}})
        writer.write(b"%sContent-Length: %d\r\n\r\n%s" % (self._head, len(body), body))
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        answer = await reader.readexactly(int(length))
        assert b'"errors"' not in answer, answer
        return answer

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """The connection, made anew where the server has ended it because it was idle."""
        if self._reader is None or self._writer is None or self._reader.at_eof():
            self.close()
            self._reader, self._writer = await asyncio.open_connection(self._place.hostname, self._place.port)
        return self._reader, self._writer

    def close(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()


@contextmanager
def connections(url: str, document: str, headers: Mapping[str, str], **variables: object) -> Generator[list[HttpAsk]]:
    """Sixteen connections to an endpoint that ask one document with these variables and a customer."""
    asks = [HttpAsk(url, document, headers, variables) for _ in range(CONNECTIONS)]
    try:
        yield asks
    finally:
        for ask in asks:
            ask.close()
