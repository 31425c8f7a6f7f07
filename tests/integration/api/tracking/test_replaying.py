# What was set aside of tracking calls goes the way of its arrival again, once.
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from typer.testing import CliRunner, Result

from api.commands import app
from api.tracking.settings import tracking_settings
from graph.address import Address
from graph.connection import Graph
from graph.sources import open_source
from loaders.rejects.model import DeadLetter, KeptLetter, Position, Reason, Stage, Status
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters
from tests.assertions import edges, everything, nodes
from tests.integration.api.tracking.conftest import APP_KEY, KEY, SHOP, TP2, Send

Run = Callable[..., Result]
SEEN = {"event": "Product Viewed", "type": "track"}


@pytest.fixture
def run(neo4j_address: Address, data: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command of rejects in the project of the API, whose letters of earlier tests are discarded."""
    monkeypatch.setenv("NEO4J_URI", neo4j_address.uri)
    monkeypatch.setenv("NEO4J_USER", neo4j_address.user or "")
    monkeypatch.setenv("NEO4J_PASSWORD", neo4j_address.password or "")
    monkeypatch.setenv("CDP_COUNTRY", "DE")
    with DeadLetters() as letters:
        letters.discard(Selection())
    assert data.exists()
    return lambda *arguments: CliRunner().invoke(app, ["rejects", *map(str, arguments)])


def opened(letters: DeadLetters) -> list[KeptLetter]:
    return [found for page in letters.pages(Selection(status=Status.OPEN)) for found in page]


def mend(run: Run, file: Path, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Export, change every message, replay; gives the report."""
    assert run("export", file).exit_code == 0
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    for line in lines:
        change(line["raw"])
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    result = run("replay", "--with", file, "--json")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return json.loads(result.stdout)


def properties_of(graph: Graph, key: str) -> dict[str, Any]:
    return orjson.loads(dict(nodes(graph, "Interaction", "key", "properties"))[key])


def test_a_mended_message_is_what_it_had_been_if_it_were_right(
    client: httpx.Client, live: Graph, run: Run, tmp_path: Path
) -> None:
    headers = {"User-Agent": "Mozilla/5.0 (X11; Linux)", "Sec-GPC": "1"}
    context = {"campaign": {"name": "Spring"}, "sessionId": "s1"}
    good = {**SEEN, "anonymousId": "a1", "originalTimestamp": "2026-03-01T12:00:00Z"}
    for number, wrong in enumerate((good, {**good, "anonymousId": ""})):
        body = {"batch": [{**wrong, "messageId": f"m{number}"}], "context": context, "sentAt": "2026-03-01T12:00:10Z"}
        assert client.post("/v1/batch", json=body, headers=headers, auth=(KEY, "")).status_code == 200
    report = mend(run, tmp_path / "mend.jsonl", lambda raw: raw.update(anonymousId="a1"))

    assert (report["replayed"], report["still_open"], report["written"]["interactions"]["created"]) == (1, 0, 1)
    assert edges(live, "IN_SESSION") == {("web:m0", "web:s1"), ("web:m1", "web:s1")}
    times = {"originalTimestamp", "receivedAt"}
    first, mended = (properties_of(live, f"web:m{number}") for number in range(2))
    assert {k: v for k, v in mended.items() if k not in times} == {k: v for k, v in first.items() if k not in times}
    assert mended["ip"] == "127.0.0.0"
    (at,) = {at for key, at in nodes(live, "Interaction", "key", "at") if key == "web:m1"}
    assert at.to_native().isoformat(timespec="seconds") <= mended["receivedAt"]
    assert nodes(live, "ConsentFact", "purpose", "state") == {("sale", "denied")}


def test_a_rule_that_was_changed_is_enough_and_a_repetition_changes_nothing(
    send: Send, live: Graph, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = {**SEEN, "userId": "u1", "properties": {"text": "x" * 40_000}}
    assert send(long).json()["rejected"][0]["code"] == "too_large"
    assert run("replay").exit_code == 1
    monkeypatch.setenv("CDP_TRACKING_MAX_MESSAGE_BYTES", "100000")
    tracking_settings.cache_clear()
    with DeadLetters() as letters:
        (kept,) = opened(letters)
        assert run("replay").exit_code == 0
        once = everything(live)
        letters.mend([(kept.row_id, kept.letter.raw)])  # as if the process had died before the letter was marked
    assert len(nodes(live, "Interaction", "key")) == 1
    counts = json.loads(run("replay", "--json").stdout)["written"]["interactions"]
    assert (counts["created"], counts["unchanged"]) == (0, 1)
    assert everything(live) == once


def test_the_only_message_of_a_call_keeps_what_its_path_said(
    client: httpx.Client, live: Graph, run: Run, tmp_path: Path
) -> None:
    told = {"traits": {"phone": "0431 5550123"}, "messageId": "m1"}
    assert client.post("/v1/identify", json=told, auth=(APP_KEY, "")).status_code == 400
    report = mend(run, tmp_path / "mend.jsonl", lambda raw: raw.update(userId="u1"))

    assert report["replayed"] == 1
    assert edges(live, "HAS_PHONE") == {("app:u1", "phone:+494315550123")}
    assert ("user_id:app/u1",) in nodes(live, "UserId", "key")  # its user ids are its own


def test_what_the_database_refuses_stays_open_and_costs_the_others_nothing(
    send: Send, live: Graph, run: Run, tmp_path: Path
) -> None:
    # The purpose is a part of the fact's key, and no index takes one of 20,000 letters.
    unwritable = {"context": {"consent": {"categoryPreferences": {"p" * 20_000: True}}}}
    answer = send({**SEEN, **unwritable, "messageId": "m1", "userId": "u1"}, *({**SEEN, "messageId": m} for m in "23"))
    assert [found["code"] for found in answer.json()["rejected"]] == ["refused_by_database", *["no_identifier"] * 2]
    mended = {"2": {"userId": "u2"}}
    report = mend(run, tmp_path / "mend.jsonl", lambda raw: raw.update(mended.get(raw["messageId"], {})))
    assert report["replayed"] == 1
    assert {found["code"] for found in report["again"]} == {"no_identifier", "refused_by_database"}
    assert nodes(live, "Interaction", "key") == {("web:2",)}

    report = mend(run, tmp_path / "mend.jsonl", lambda raw: raw.update(userId="u3", context={}))
    assert (report["replayed"], report["still_open"]) == (2, 0)
    assert edges(live, "DID") == {("web:u2", "web:2"), ("web:u3", "web:m1"), ("web:u3", "web:3")}


def test_letters_of_a_source_without_keys_say_so(run: Run) -> None:
    reason = Reason(Stage.SCHEMA, "no_identifier", "a message names a userId or an anonymousId")
    letter = DeadLetter("gone", "segment", Position("request-1", 0), datetime.now(UTC), {**SEEN}, reason)
    with DeadLetters() as letters:
        letters.add([letter])
    result = run("replay")
    assert result.exit_code == 1
    assert "Not replayed (1): No source called gone has a write key. See: cdp source list." in result.stderr


VIEW = {"e": "pv", "duid": "d1", "aid": SHOP}
CLOUDEVENT = {"specversion": "1.0", "id": "m1", "source": SHOP, "type": "com.example.seen"}


def test_a_mended_event_of_any_protocol_is_read_by_it_again(
    client: httpx.Client, live: Graph, run: Run, tmp_path: Path
) -> None:
    page = {"User-Agent": "Mozilla/5.0 (X11; Linux)"}
    client.post(TP2, json={"data": [{"e": "pv", "eid": "m1", "aid": SHOP}]}, headers=page)
    client.post("/events", json=CLOUDEVENT, headers=page)
    client.post("/capture/", json={"event": "$pageview", "uuid": "m2", "api_key": KEY}, headers=page)
    named = {"duid": "d1", "subject": "u1", "distinct_id": "u2"}
    report = mend(run, tmp_path / "mend.jsonl", lambda raw: raw.update(named))

    assert (report["replayed"], report["still_open"]) == (3, 0)
    assert nodes(live, "Interaction", "key", "owner") == {
        ("web:m1", "anonymous_id:d1"),
        (f"web:{SHOP} m1", "web:u1"),
        ("web:m2", "web:u2"),
    }
    assert {properties_of(live, key)["ip"] for (key,) in nodes(live, "Interaction", "key")} == {"127.0.0.0"}


def test_an_event_of_a_sender_that_is_not_known_is_taken_when_a_source_was_opened_for_it(
    client: httpx.Client, live: Graph, run: Run
) -> None:
    client.post(TP2, json={"data": [{**VIEW, "eid": "m1"}, {**VIEW, "eid": "m2", "aid": "stranger"}]})
    refused = run("replay")
    before = nodes(live, "Interaction", "key")
    open_source(live, "web", "stranger")
    taken = run("replay")
    open_source(live, "web", "stranger", is_open=False)

    assert (refused.exit_code, before) == (1, {("web:m1",)})
    assert (taken.exit_code, nodes(live, "Interaction", "key")) == (0, {("web:m1",), ("web:m2",)})
