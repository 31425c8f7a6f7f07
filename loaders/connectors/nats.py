"""NATS JetStream, through nats-py (extra ``nats``). The sequence is kept in the graph, no consumer stays behind."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from graph.errors import SourceReadError
from loaders.connectors.environment import optional
from loaders.connectors.protocol import Cursor
from loaders.mappings.places import NatsPlace
from loaders.sources.extras import needed
from loaders.sources.jsonl import read_dated
from loaders.sources.rows import CursorPart, Delivery, Read

PAGE_MESSAGES = 5_000
_AT_ONCE = 500
_TIMEOUT_S = 10.0


class _Message(NamedTuple):
    sequence: int
    at: datetime
    data: bytes


class _Page(NamedTuple):
    """Messages, and the sequence up to which the stream was looked through: others may be of other subjects."""

    messages: list[_Message]
    until: int
    last: int


@dataclass(frozen=True, slots=True)
class NatsConnector:
    """A stream, as far as it reached when the load began; at most 5,000 messages a delivery."""

    input: str
    place: NatsPlace
    is_sequence: bool = True

    def read(self, cursor: Cursor) -> Iterator[Delivery]:
        """The messages since the cursor. Raises SourceReadError."""
        stored = cursor.get(self.place.stream)
        begin = 1 if stored is None else int(stored.position) + 1
        last: int | None = None
        while last is None or begin <= last:
            page = self._page(begin, last, is_resumed=stored is not None)
            if page.until >= begin:
                # Also without a message: those that are not looked at may be gone tomorrow, and would be missed.
                yield self._delivery(page)
            begin, last = page.until + 1, page.last

    def _delivery(self, page: _Page) -> Delivery:
        def read() -> Iterator[Read]:
            for message in page.messages:
                yield read_dated(message.sequence, message.data, message.at)

        name = f"{self.place.stream}@{page.messages[0].sequence if page.messages else page.until}"
        part = CursorPart(self.input, self.place.stream, page.until)
        at = page.messages[-1].at if page.messages else datetime.now(UTC)
        # A dead letter is known again by its sequence, wherever the page began in which it came.
        place = self.place.stream
        return Delivery(name, at, read, place, has_fixed_columns=False, connector="nats", after=lambda: (part,))

    def _page(self, begin: int, last: int | None, *, is_resumed: bool) -> _Page:
        nats = needed("nats.errors")
        try:
            return asyncio.run(self._fetched(begin, last, is_resumed=is_resumed))
        except (nats.Error, OSError, TimeoutError) as error:
            problem = f"The stream {self.place.stream} cannot be read ({type(error).__name__})."
            raise SourceReadError(problem, "Check `servers`, `stream`, and the variables of credentials.") from None

    async def _fetched(self, begin: int, last: int | None, *, is_resumed: bool) -> _Page:
        client = needed("nats").NATS()
        try:
            await client.connect(**self._options())
            stream = client.jetstream()
            state = (await stream.stream_info(self.place.stream)).state
            if is_resumed and last is None:
                self._check_kept(begin, state.first_seq, state.last_seq)
            return await self._messages(stream, begin, last or state.last_seq)
        finally:
            await client.close()

    def _check_kept(self, begin: int, first: int, last: int) -> None:
        stream = self.place.stream
        if begin > last + 1:
            problem = f"{stream} ends at {last:,}, but messages up to {begin - 1:,} were loaded."
            raise SourceReadError(problem, "It was made anew: raise the `revision` of the source.")
        if begin < first:
            problem = f"{stream}: messages {begin:,} to {first - 1:,} are gone, unloaded."
            raise SourceReadError(problem, "Load what is left with --from-start, and let the stream keep more.")

    async def _messages(self, stream: Any, begin: int, last: int) -> _Page:  # noqa: ANN401
        api = needed("nats.js.api")
        config = api.ConsumerConfig(
            deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=begin, ack_policy=api.AckPolicy.NONE
        )
        subject = self.place.subject or ">"
        consumer = await stream.pull_subscribe(subject, stream=self.place.stream, config=config)
        pending, messages = (await consumer.consumer_info()).num_pending, list[_Message]()
        while pending and len(messages) < PAGE_MESSAGES:
            for message in await consumer.fetch(min(_AT_ONCE, pending), timeout=_TIMEOUT_S):
                about = message.metadata
                pending = about.num_pending
                messages.append(_Message(about.sequence.stream, about.timestamp, message.data))
        await consumer.unsubscribe()
        until = messages[-1].sequence if pending and messages else last
        return _Page([message for message in messages if message.sequence <= last], min(until, last), last)

    def _options(self) -> dict[str, Any]:
        place = self.place

        async def ignore(_: Exception) -> None:
            """It is raised besides; the library would print it."""

        return {
            "servers": place.servers.split(","),
            "user": place.user,
            "password": optional(place.password),
            "token": optional(place.token),
            "allow_reconnect": False,
            "connect_timeout": _TIMEOUT_S,
            "error_cb": ignore,
        }
