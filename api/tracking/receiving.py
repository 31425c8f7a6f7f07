"""Receiving: one call from its bytes to its answer, whatever its protocol."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from api.operation.metrics.measures import measure_messages
from api.operation.writing import Writing
from api.tracking.bodies import InHand
from api.tracking.grouped_writer import Bounds, GroupedWriter
from api.tracking.keys import WriteKeys
from api.tracking.messages import Message, Refusal
from api.tracking.records.translation import Translation
from api.tracking.requests import RequestFacts
from api.tracking.resolving import Resolver, Resolving
from api.tracking.set_aside import Origin, SetAside
from api.tracking.settings import TrackingSettings, tracking_settings
from graph.connection import AsyncGraph, Graph
from graph.messages import MessagesWritten, write_messages
from graph.records import MessageRecords
from graph.sources import TrackedSource, read_tracked_sources
from loaders.health.streams import Heard, Streams
from loaders.rejects.reasons import REFUSED_BY_DATABASE

# After so many messages of a large request, others have their turn: one message takes a tenth of a millisecond.
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Receiver:
    """What a running process takes tracking calls with; one for a process."""

    settings: TrackingSettings
    keys: WriteKeys
    in_hand: InHand
    translation: Translation
    writer: GroupedWriter
    aside: SetAside
    streams: Streams

    async def receive(
        self, messages: Iterable[Message | Refusal], source: TrackedSource, origin: Origin
    ) -> list[Refusal]:
        """Write messages durably, and set aside those that cannot be used: they are returned. Raises ProblemError."""
        refusals: list[Refusal] = []
        good: list[tuple[int, Message]] = []
        records: list[MessageRecords] = []
        for index, message in enumerate(messages):
            if isinstance(message, Refusal):
                refusals.append(message)
            else:
                good.append((index, message))
                records.append(self.translation.records(message, source))
            if index % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
        unusable = len(refusals)
        if records:
            refusals += [_refused_by_database(*good[position]) for position in await self.writer.write(records)]
        if refusals:
            refusals.sort(key=lambda refusal: refusal.index)
            await run_in_threadpool(self.aside.keep, origin, refusals)
        measure_messages(source.name, origin.connector, len(good), len(refusals))
        newest = max((record.interaction.at for record in records), default=None)
        self.streams.count(Heard(source.name, origin.connector, len(good) + unusable, len(refusals), newest))
        return refusals


def _refused_by_database(index: int, message: Message) -> Refusal:
    return Refusal(index, REFUSED_BY_DATABASE.code, REFUSED_BY_DATABASE.message, message.sent)


@asynccontextmanager
async def receiving(writing: Writing, graph: AsyncGraph, country: str | None) -> AsyncGenerator[Receiver]:
    """A receiver, for as long as the block runs."""
    settings = tracking_settings()
    async with AsyncExitStack() as stack:
        resolving = stack.enter_context(Resolving(_resolver(writing.graph)))
        bounds = Bounds(settings.group_messages, settings.waiting_messages, settings.deadline_s)
        write = partial(_write, writing.graph, writing.run_id, settings.deadline_s)
        writer = await stack.enter_async_context(GroupedWriter(write, resolving.add, bounds))
        yield Receiver(
            settings=settings,
            keys=WriteKeys(partial(read_tracked_sources, graph)),
            in_hand=InHand(settings.in_hand_bytes),
            translation=Translation(country, whole_ip=settings.whole_ip),
            writer=writer,
            aside=SetAside(writing.letters, writing.run_id),
            streams=writing.streams,
        )


def _write(graph: Graph, run_id: str, timeout_s: float, messages: Sequence[MessageRecords]) -> MessagesWritten:
    return write_messages(graph, messages, run_id, timeout_s)


def _resolver(graph: Graph) -> Callable[[], Resolver]:
    def make() -> Resolver:
        # Imported here, in the thread that needs it: the model brings Splink, which takes a second.
        from resolution.models.model_store import model_store  # noqa: PLC0415
        from resolution.online import OnlineResolver  # noqa: PLC0415

        return OnlineResolver(graph, model_store())

    return make


def receiver_of(request: HTTPConnection) -> Receiver:
    """The receiver of the process that answers a request."""
    receiver = request.app.state.receiver
    assert isinstance(receiver, Receiver)
    return receiver


def origin_of(
    request: HTTPConnection, source: TrackedSource, connector: str, facts: RequestFacts, whole: Callable[[Any], Any]
) -> Origin:
    """Where the messages of a request come from. ``whole``: as of ``Origin``."""
    return Origin(source.name, connector, request.scope.get("request_id", "-"), facts.received_at, whole)
