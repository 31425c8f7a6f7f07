# The broker that librdkafka has inside for tests: it speaks the real protocol on loopback.
import json
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer

from graph.errors import SourceReadError
from graph.records import SourceCursor
from graph.writing import write_batch
from loaders.connectors import kafka
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters
from tests.assertions import nodes
from tests.factories import batch
from tests.loading import Loads

MAPPING = """\
source: {name: crm, kind: crm}
inputs:
  - kafka: {servers: "SERVERS", topic: TOPIC}
    customer: {external_id: id, fields: {given_name: first}}
"""
Send = Callable[..., None]


@pytest.fixture(scope="module")
def broker() -> Generator[tuple[Producer, str]]:
    producer = Producer({"bootstrap.servers": "unused", "test.mock.num.brokers": 1, "log_level": 0})
    metadata = producer.list_topics(timeout=10)
    host = next(iter(metadata.brokers.values()))
    yield producer, f"{host.host}:{host.port}"
    producer.flush(10)


@pytest.fixture
def send(broker: tuple[Producer, str], loads: Loads, request: pytest.FixtureRequest) -> Send:
    producer, servers = broker
    topic = f"people-{abs(hash(request.node.name))}"
    loads.mapping(MAPPING.replace("SERVERS", servers).replace("TOPIC", topic))

    def send(partition: int, *values: dict[str, Any] | bytes | None) -> None:
        for value in values:
            body = json.dumps(value).encode() if isinstance(value, dict) else value
            producer.produce(topic, value=body, partition=partition)
        assert producer.flush(10) == 0

    producer.list_topics(topic, timeout=10)  # the broker makes it when it is asked for
    return send


def person(number: int, name: str = "Anna") -> dict[str, Any]:
    return {"id": number, "first": name}


def keys(loads: Loads) -> set[str]:
    return {key for (key,) in nodes(loads.graph, "Customer", "key")}


def test_messages_of_every_partition_are_loaded_once(loads: Loads, send: Send) -> None:
    send(0, person(1), person(2))
    send(1, person(3))
    report = loads.load()
    assert (report.problems, report.rows) == ([], 3)
    assert keys(loads) == {"crm:1", "crm:2", "crm:3"}
    assert loads.cursors() == {"0": 2, "1": 1}
    assert loads.load().rows == 0
    send(1, person(4))
    assert loads.load().rows == 1
    assert loads.cursors() == {"0": 2, "1": 2}


def test_pages_are_written_one_by_one_and_gone_on_from(
    loads: Loads, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "PAGE_MESSAGES", 2)
    send(0, *map(person, range(5)))
    loads.fails_at = 3
    with pytest.raises(ConnectionError):
        loads.load()
    assert loads.cursors() == {"0": 4}
    loads.fails_at = None
    assert loads.load().rows == 1
    assert len(keys(loads)) == 5


def test_a_message_that_is_no_object_is_set_aside_and_one_without_a_value_is_none(loads: Loads, send: Send) -> None:
    send(0, *map(person, range(30)), b"{cut", None)
    report = loads.load()
    assert report.problems == []
    assert (report.rows, report.rejected) == (31, 1)
    assert {delivery.connector for delivery in report.deliveries} == {"kafka"}
    assert loads.cursors() == {"0": 32}


def test_nothing_is_taken_after_a_page_that_was_refused(
    loads: Loads, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "PAGE_MESSAGES", 2)
    send(0, person(1), person(2), b"x", b"y", person(3))
    assert len(loads.load().problems) == 1
    assert (loads.cursors(), keys(loads)) == ({"0": 2}, {"crm:1", "crm:2"})
    assert loads.load(max_rejected=1).problems == []
    assert keys(loads) == {"crm:1", "crm:2", "crm:3"}


def test_from_the_start_everything_comes_again_and_the_cursor_stays(loads: Loads, send: Send) -> None:
    send(0, person(1), person(2))
    loads.load()
    report = loads.load(from_start=True)
    assert (report.rows, report.written.customers.unchanged) == (2, 2)
    assert loads.cursors() == {"0": 2}


def test_a_message_that_comes_again_in_another_page_is_one_dead_letter(
    loads: Loads, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(0, person(1), b"{cut", person(2), person(3))
    for from_start, page in ((False, 3), (True, 1)):
        monkeypatch.setattr(kafka, "PAGE_MESSAGES", page)
        assert loads.load(from_start=from_start, max_rejected=1).problems == []
    with DeadLetters(loads.folder / "rejects") as letters:
        (letter,) = letters.newest(Selection(), 9)
    assert (letter.letter.position.number, letter.attempts) == (1, 2)


def test_a_topic_that_ends_before_what_was_loaded_is_told(loads: Loads, send: Send) -> None:
    send(0, person(1))
    at = datetime(2026, 3, 1, tzinfo=UTC)
    write_batch(loads.graph, batch(cursors=(SourceCursor("crm", f"crm/{topic_of(loads)}", "0", 9, at),)))
    (problem,) = loads.load().problems
    assert "ends at 1, but messages up to 9 were loaded" in str(problem)


def topic_of(loads: Loads) -> str:
    return (loads.folder / "crm.yaml").read_text().partition("topic: ")[2].partition("}")[0]


def test_of_two_messages_about_one_customer_the_later_counts(
    loads: Loads, send: Send, broker: tuple[Producer, str]
) -> None:
    for number in range(20):
        for later, name in enumerate(("Old", f"New {number}")):
            at, body = 1_767_225_600_000 + 10 * number + later, json.dumps(person(number, name)).encode()
            broker[0].produce(topic_of(loads), body, partition=0, timestamp=at)
    send(0)
    assert loads.load().problems == []
    names = {name for (name,) in nodes(loads.graph, "Customer", "given_name")}
    assert names == {f"New {number}" for number in range(20)}


class Emptied(Consumer):
    """Of a topic that keeps nothing any more; the broker of these tests keeps everything."""

    def get_watermark_offsets(self, *_: Any, **__: Any) -> tuple[int, int]:
        return 5, 5


def test_messages_that_are_gone_are_missed_until_everything_is_read_from_the_start(
    loads: Loads, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(0, person(1))
    loads.load()
    monkeypatch.setattr("confluent_kafka.Consumer", Emptied)
    assert "messages 1 to 4 are gone" in str(loads.load().problems[0])
    for from_start in (True, False):
        assert loads.load(from_start=from_start).problems == [], "it is told once, though nothing is left to load"
    assert loads.cursors()["0"] == 5


def test_a_broker_that_does_not_answer_is_told(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "_TIMEOUT_S", 0.5)
    loads.mapping(MAPPING.replace("SERVERS", "127.0.0.1:9").replace("TOPIC", "people"))
    (problem,) = loads.load().problems
    assert isinstance(problem, SourceReadError)
    assert "The topic people on 127.0.0.1:9 cannot be read" in str(problem)
