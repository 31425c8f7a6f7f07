"""Kafka topics, through confluent-kafka (extra ``kafka``). Offsets are kept in the graph, not in Kafka."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from graph.errors import SourceReadError
from graph.times import moment
from loaders.connectors.environment import from_environment
from loaders.connectors.protocol import Cursor
from loaders.mappings.places import KafkaPlace
from loaders.sources.extras import needed
from loaders.sources.jsonl import read_dated
from loaders.sources.rows import CursorPart, Delivery, Read

PAGE_MESSAGES = 5_000
_PAGE_BYTES = 32 << 20
_TIMEOUT_S = 15.0


class _Message(NamedTuple):
    offset: int
    at_ms: int
    value: bytes | None


@dataclass(frozen=True, slots=True)
class KafkaConnector:
    """A topic, partition by partition, as far as it reached when the load began; at most 5,000 messages a delivery."""

    input: str
    place: KafkaPlace
    is_sequence: bool = True

    def read(self, cursor: Cursor) -> Iterator[Delivery]:
        """The messages since the cursor. Raises SourceReadError."""
        with self._consuming() as consumer:
            for partition in self._partitions(consumer):
                stored = cursor.get(str(partition))
                yield from self._deliveries(consumer, partition, None if stored is None else int(stored.position))

    def _deliveries(self, consumer: Any, partition: int, stored: int | None) -> Iterator[Delivery]:  # noqa: ANN401
        kafka = needed("confluent_kafka")
        low, high = consumer.get_watermark_offsets(
            kafka.TopicPartition(self.place.topic, partition), timeout=_TIMEOUT_S
        )
        begin = low if stored is None else stored
        if begin > high:
            problem = f"{self._named(partition)} ends at {high:,}, but messages up to {begin:,} were loaded."
            raise SourceReadError(problem, "It was made anew: raise the `revision` of the source.")
        if begin < low:
            problem = f"{self._named(partition)}: messages {begin:,} to {low - 1:,} are gone before they were loaded."
            raise SourceReadError(problem, "Load what is left with --from-start, and let the topic keep more.")
        if stored is None and low == high > 0:
            # All that was there is gone. Without a cursor, each load would tell anew that it was never loaded.
            yield self._delivery(partition, [], high)
        while begin < high:
            messages, following = self._page(consumer, partition, begin, high)
            if messages:
                yield self._delivery(partition, messages, following)
            begin = following

    def _page(self, consumer: Any, partition: int, begin: int, high: int) -> tuple[list[_Message], int]:  # noqa: ANN401
        """Some messages, and the offset after them."""
        kafka = needed("confluent_kafka")
        consumer.assign([kafka.TopicPartition(self.place.topic, partition, begin)])
        messages, size = list[_Message](), 0
        while len(messages) < PAGE_MESSAGES and size < _PAGE_BYTES:
            polled = consumer.poll(_TIMEOUT_S)
            if polled is None:
                raise SourceReadError(f"{self._named(partition)} gives nothing any more.", "Check the brokers.")
            if polled.error() is not None:
                self._check(polled.error(), partition)
                return messages, high
            messages.append(_Message(polled.offset(), polled.timestamp()[1], polled.value()))
            size += len(polled.value() or b"")
            if polled.offset() + 1 >= high:
                return messages, high
        return messages, messages[-1].offset + 1

    def _delivery(self, partition: int, messages: list[_Message], following: int) -> Delivery:
        def read() -> Iterator[Read]:
            for message in messages:
                # Without a value it says that its key was deleted: it is no row.
                if message.value is not None:
                    yield read_dated(message.offset, message.value, _at(message))

        name = f"{self._named(partition)}@{messages[0].offset if messages else following}"
        at = (_at(messages[-1]) if messages else None) or datetime.now(UTC)
        part = CursorPart(self.input, str(partition), following)
        # A dead letter is known again by its partition and offset, wherever the page began in which it came.
        place = self._named(partition)
        return Delivery(name, at, read, place, has_fixed_columns=False, connector="kafka", after=lambda: (part,))

    def _partitions(self, consumer: Any) -> list[int]:  # noqa: ANN401
        topic = consumer.list_topics(self.place.topic, timeout=_TIMEOUT_S).topics[self.place.topic]
        if topic.error is not None or not topic.partitions:
            problem = f"There is no topic {self.place.topic} on {self.place.servers}."
            raise SourceReadError(problem, "Check `topic` and `servers`, and who may read it.")
        return sorted(topic.partitions)

    def _named(self, partition: int) -> str:
        return f"{self.place.topic}#{partition}"

    def _check(self, error: Any, partition: int) -> None:  # noqa: ANN401
        if error.code() != needed("confluent_kafka").KafkaError._PARTITION_EOF:  # noqa: SLF001 -- it is called so
            raise SourceReadError(f"{self._named(partition)} cannot be read ({error.name()}).", "Check the brokers.")

    @contextmanager
    def _consuming(self) -> Generator[Any]:
        kafka = needed("confluent_kafka")
        consumer = None
        try:
            consumer = kafka.Consumer(self._settings(), logger=None)
            yield consumer
        except kafka.KafkaException as error:
            what = error.args[0].name() if error.args and isinstance(error.args[0], kafka.KafkaError) else "unknown"
            problem = f"The topic {self.place.topic} on {self.place.servers} cannot be read ({what})."
            raise SourceReadError(problem, "Check `servers`, `settings`, and the variables of `secrets`.") from None
        finally:
            if consumer is not None:
                consumer.close()

    def _settings(self) -> dict[str, Any]:
        return {
            "socket.timeout.ms": 10_000,
            **self.place.settings,
            **{name: from_environment(variable) for name, variable in self.place.secrets.items()},
            "bootstrap.servers": self.place.servers,
            "group.id": "identity-cdp",  # asked for by the library; nothing is committed under it
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
        }


def _at(message: _Message) -> datetime | None:
    return moment(message.at_ms) if message.at_ms > 0 else None
