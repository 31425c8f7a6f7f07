# Lines as tap-exchangeratesapi, tap-hubspot and other taps of Meltano's Singer SDK write them.
import json
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from graph.errors import ConfigurationError, SourceReadError, TooManyRejectionsError
from loaders.commands import load_command
from loaders.connectors.cursor_commands import register_cursor_commands
from tests.assertions import nodes
from tests.loading import Loads

APP, SOURCE = typer.Typer(), typer.Typer()
APP.command("load")(load_command)
register_cursor_commands(SOURCE)
APP.add_typer(SOURCE, name="source")

MAPPING = """\
source: {name: hubspot, kind: crm}
inputs:
  - singer: contacts
    customer: {external_id: vid, fields: {given_name: properties.firstname}}
  - singer: deals
    interactions:
      - message_id: dealId
        type: {constant: track}
        name: {constant: Deal Won}
        at: closedAt
        customer: vid
"""
SCHEMA = {
    "type": "SCHEMA",
    "stream": "contacts",
    "schema": {"properties": {"vid": {"type": ["integer"]}, "properties": {"type": ["object", "null"]}}},
    "key_properties": ["vid"],
    "bookmark_properties": ["lastmodifieddate"],
}


def contact(vid: int, name: str | None = "Anna") -> dict[str, Any]:
    properties = {} if name is None else {"properties": {"firstname": name}}
    extracted = "2026-03-01T12:00:00.123456+00:00"
    record = {"vid": vid, **properties}
    return {"type": "RECORD", "stream": "contacts", "record": record, "version": 1, "time_extracted": extracted}


def deal(number: int, vid: int) -> dict[str, Any]:
    record = {"dealId": number, "vid": vid, "closedAt": "2026-03-01T12:00:00Z"}
    return {"type": "RECORD", "stream": "deals", "record": record}


def state(value: Any) -> dict[str, Any]:
    return {"type": "STATE", "value": {"bookmarks": {"contacts": {"replication_key_value": value}}}}


def output(*messages: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(message).encode() + b"\n" for message in (SCHEMA, *messages))


def lines(*messages: dict[str, Any]) -> Iterator[bytes]:
    yield from output(*messages).splitlines(keepends=True)


@pytest.fixture(autouse=True)
def mapping(loads: Loads) -> None:
    loads.mapping(MAPPING)


def stored(loads: Loads) -> Any:
    values = {value for (value,) in nodes(loads.graph, "SourceCursor", "value")}
    assert len(values) <= 1
    return json.loads(values.pop())["bookmarks"]["contacts"]["replication_key_value"] if values else None


def keys(loads: Loads) -> set[str]:
    return {key for (key,) in nodes(loads.graph, "Customer", "key")}


def test_streams_go_to_their_inputs_and_the_last_state_is_kept(loads: Loads) -> None:
    report = loads.load_singer(lines(contact(1), deal(7, 1), state("a"), contact(2), state("b")))
    assert report.problems == []
    assert keys(loads) == {"hubspot:1", "hubspot:2"}
    assert nodes(loads.graph, "Interaction", "key", "owner") == {("hubspot:7", "hubspot:1")}
    assert stored(loads) == "b"


def test_a_state_is_kept_with_the_rows_before_it_in_small_deliveries(
    loads: Loads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loaders.connectors.singer._ROWS_AT_ONCE", 2)
    tap = [message for n in range(10) for message in (contact(n), contact(100 + n), state(n))]
    loads.fails_at = 4
    with pytest.raises(ConnectionError):
        loads.load_singer(lines(*tap))
    assert stored(loads) == 2
    assert len(keys(loads)) == 6


@pytest.mark.parametrize("value", [2**64 + 1, -(2**63) - 1, 10**40 + 7, 0.1, "\ud800"])
def test_a_state_is_given_back_as_the_tap_wrote_it(loads: Loads, value: Any) -> None:
    loads.load_singer(lines(contact(1), state(value)))
    assert stored(loads) == value


def test_of_two_versions_of_a_record_the_one_that_was_extracted_last_counts(loads: Loads) -> None:
    versions = [contact(vid, name) for vid in range(20) for name in ("Old", f"New {vid}")]
    for second, version in enumerate(versions):
        version["time_extracted"] = f"2026-03-01T12:00:{second:02}.123456Z"
    loads.load_singer(lines(*versions, state("a")))
    names = {name for (name,) in nodes(loads.graph, "Customer", "given_name")}
    assert names == {f"New {vid}" for vid in range(20)}


@pytest.mark.parametrize("value", [float("nan"), "\ud800"])
def test_a_record_that_is_no_json_is_set_aside_and_holds_nobody_up(loads: Loads, value: Any) -> None:
    broken = {"type": "RECORD", "stream": "contacts", "record": {"vid": 99, "amount": value}}
    report = loads.load_singer(lines(*map(contact, range(30)), broken, state("a")))
    assert (report.problems, report.rejected, stored(loads)) == ([], 1, "a")
    assert len(keys(loads)) == 30


def test_rows_after_the_last_state_are_loaded_and_come_again(loads: Loads) -> None:
    loads.load_singer(lines(contact(1), state("a"), contact(2)))
    assert (stored(loads), len(keys(loads))) == ("a", 2)
    assert loads.load_singer(lines(contact(2), state("b"))).written.customers.created == 0
    assert stored(loads) == "b"


def test_a_state_without_rows_is_kept(loads: Loads) -> None:
    loads.load_singer(lines(state("a")))
    assert stored(loads) == "a"


def test_streams_that_no_input_takes_are_told(loads: Loads) -> None:
    report = loads.load_singer(lines({"type": "RECORD", "stream": "owners", "record": {"id": 1}}, state("a")))
    assert [(d.delivery, d.rows, d.skipped) for d in report.deliveries] == [("stdin#contacts", 0, 0), ("owners", 1, 1)]


def test_nothing_is_taken_after_what_was_refused(loads: Loads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loaders.connectors.singer._ROWS_AT_ONCE", 2)
    bad: dict[str, Any] = {"type": "RECORD", "stream": "contacts", "record": {"id": 9}}
    tap = (contact(1), contact(2), state("a"), bad, bad, state("b"), contact(3), contact(4), state("c"))
    (problem,) = loads.load_singer(lines(*tap)).problems
    assert isinstance(problem, TooManyRejectionsError)
    assert (stored(loads), keys(loads)) == ("a", {"hubspot:1", "hubspot:2"})


@pytest.mark.parametrize("line", [b"INFO starting\n", b"[1]\n", b'{"type": "BATCH", "stream": "contacts"}\n'])
def test_what_is_no_message_ends_the_load_with_its_line(loads: Loads, line: bytes) -> None:
    (problem,) = loads.load_singer([*lines(contact(1), state("a")), line, *lines(contact(2))]).problems
    assert isinstance(problem, SourceReadError)
    assert "stdin:4: " in str(problem)
    assert keys(loads) == set(), "nothing of the delivery in which it was"


def test_one_mapping_must_take_the_streams(loads: Loads) -> None:
    loads.mapping("source: {name: crm, kind: crm}\ninputs: [{files: x.csv, customer: {external_id: id}}]")
    with pytest.raises(ConfigurationError, match="0 of the mappings take streams"):
        loads.load_singer(lines(contact(1)))


def test_the_commands_take_a_tap_and_give_its_state_back(loads: Loads, command_environment: pytest.MonkeyPatch) -> None:
    assert command_environment
    file, cdp = str(loads.folder / "crm.yaml"), CliRunner()
    result = cdp.invoke(APP, ["load", "--singer", file, "--json"], input=output(contact(1), state("a")))
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["written"]["customers"]["created"] == 1
    assert json.loads(cdp.invoke(APP, ["source", "state", "hubspot"]).stdout) == state("a")["value"]
    (cursor,) = json.loads(cdp.invoke(APP, ["source", "cursors", "--json"]).stdout)
    assert json.loads(cdp.invoke(APP, ["source", "state", "hubspot", "--json"]).stdout) == cursor
    assert (cursor["source"], cursor["input"], cursor["part"]) == ("hubspot", "crm/singer", "state")
    assert "crm/singer" in cdp.invoke(APP, ["source", "cursors", "hubspot"]).stdout
    none = cdp.invoke(APP, ["source", "cursors", "shop"])
    assert (none.stdout, none.stderr) == ("", "No input of a source called shop was read that tells how far.\n")
    assert isinstance(cdp.invoke(APP, ["source", "state", "shop"]).exception, ConfigurationError)


def test_without_a_tap_the_streams_are_told_to_need_one(loads: Loads) -> None:
    first, _ = loads.load().problems
    assert "Load it with --singer" in str(first)
