"""Replaying: messages that were set aside, read by their protocol again and written as if they had just arrived.

Who they speak of is ``Unresolved`` then, for the next ``cdp resolve``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from api.settings import api_settings
from api.tracking.cloudevents.events import PROTOCOL as CLOUDEVENTS
from api.tracking.grouped_writer import write_acceptable
from api.tracking.messages import Refusal
from api.tracking.posthog.events import PROTOCOL as POSTHOG
from api.tracking.problems import UNKNOWN_NAME
from api.tracking.protocol import Protocol
from api.tracking.records.translation import Translation
from api.tracking.segment.again import PROTOCOL as SEGMENT
from api.tracking.set_aside import reason_of_refusal
from api.tracking.settings import tracking_settings
from api.tracking.snowplow.events import PROTOCOL as SNOWPLOW
from graph.batches import batched
from graph.connection import Graph
from graph.errors import UnknownSourceError
from graph.messages import MessagesWritten, write_messages
from graph.records import MessageRecords
from graph.sources import TrackedSource, tracked_sources
from graph.writing import WriteCounts, Written
from loaders.rejects.model import DeadLetter, KeptLetter
from loaders.rejects.readers import LetterReader, ReadAgain, WrittenAgain
from loaders.sources.rows import Row

PROTOCOLS: Mapping[str, Protocol] = {
    protocol.connector: protocol for protocol in (SEGMENT, SNOWPLOW, CLOUDEVENTS, POSTHOG)
}
"""How the messages of each connector are read again."""


def reader_of(graph: Graph, letter: DeadLetter) -> LetterReader:
    """The reader of a source's messages. Raises UnknownSourceError, GraphError."""
    source = next((found for found in tracked_sources(graph) if found.name == letter.source), None)
    if source is None:
        raise UnknownSourceError(f"No source called {letter.source} has a write key.", "See: cdp source list.")
    translation = Translation(api_settings().country, whole_ip=tracking_settings().whole_ip)
    replayed = _Replayed(graph, source, PROTOCOLS[letter.connector], translation)
    return LetterReader(replayed.read, replayed.write)


@dataclass(frozen=True, slots=True)
class _Replayed:
    graph: Graph
    source: TrackedSource
    protocol: Protocol
    translation: Translation

    def read(self, kept: KeptLetter, row: Row) -> ReadAgain:
        reason = kept.letter.reason
        if reason.code == UNKNOWN_NAME.code and self.protocol.sender_of(row) not in self.source.open_names:
            return ReadAgain(rejected=reason)
        # What has no id of its own gets one that it has at a repetition too.
        id_field = self.protocol.id_field
        named = row if row.get(id_field) else {**row, id_field: kept.row_id}
        message = self.protocol.read_again(named, kept.letter.received_at)
        if isinstance(message, Refusal):
            return ReadAgain(rejected=reason_of_refusal(message))
        return ReadAgain(self.translation.records(message, self.source))

    def write(self, messages: Sequence[MessageRecords], run_id: str) -> WrittenAgain:
        done: list[MessagesWritten] = []
        refused: list[int] = []
        size, write = tracking_settings().group_messages, partial(self._write_group, run_id)
        for number, group in enumerate(batched(messages, size)):
            refused += [number * size + position for position in write_acceptable(write, group, done.append)]
        new = sum(written.new for written in done)
        unchanged = len(messages) - len(refused) - new
        return WrittenAgain(WriteCounts(interactions=Written(created=new, unchanged=unchanged)), refused)

    def _write_group(self, run_id: str, messages: Sequence[MessageRecords]) -> MessagesWritten:
        return write_messages(self.graph, messages, run_id)
