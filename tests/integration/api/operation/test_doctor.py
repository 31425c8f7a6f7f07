import json
import socket
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.commands import app
from api.operation.doctor.examination import examine
from api.operation.doctor.finding import Finding, Status
from api.settings import ApiSettings
from graph.api_keys import NewKey, add_api_key, new_api_key
from graph.connection import Graph
from graph.resolutions import write_resolution
from graph.settings import neo4j_settings
from loaders.rejects.model import DeadLetter, Position, Reason, Stage
from loaders.rejects.store import DeadLetters
from tests.asking import keyed_settings
from tests.integration.api.conftest import resolution

LONG = "k" * 40


def settings(**changes: Any) -> ApiSettings:
    return keyed_settings(**({"api_key": LONG} | changes))


def found(findings: Iterable[Finding], check: str) -> list[tuple[Status, str]]:
    return [(one.status, one.found) for one in findings if one.check == check]


@pytest.mark.usefixtures("graph", "command_environment")
def test_a_sound_deployment_has_nothing_to_mend() -> None:
    findings = list(examine(settings()))

    assert [one for one in findings if one.status is Status.FAIL] == []
    assert {one.check for one in findings} >= {
        *("python", "packages", "disk", "api port", "neo4j", "clock", "schema", "indexes", "memory", "keys"),
        *("resolution", "dead letters"),
    }
    assert found(findings, "neo4j")[0][1].startswith("Neo4j 5.26")


@pytest.mark.usefixtures("command_environment")
def test_what_is_wrong_in_the_graph_is_said_with_what_to_do(graph: Graph) -> None:
    write_resolution(graph, resolution())
    past, soon = datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(days=3)
    for name, expires_at in (("old", past), ("ending", soon)):
        add_api_key(graph, NewKey(name, ["profile:read"], expires_at), new_api_key())
    graph.driver.execute_query("DROP INDEX interaction_timeline", database_=graph.database)
    try:
        findings = list(examine(settings()))
    finally:
        graph.run_alone("create_interaction_timeline")
        graph.run_alone("get_indexes_online")

    assert found(findings, "schema") == [
        (Status.FAIL, "1 constraints or indexes are missing, Interaction (owner, at) first")
    ]
    assert found(findings, "model") == [(Status.FAIL, "v1, which resolved last, is not in the data folder")]
    assert (Status.WARN, "expired: old") in found(findings, "keys")
    assert (Status.WARN, "within two weeks expire: ending") in found(findings, "keys")
    assert all(one.advice for one in findings if one.status is not Status.OK)


@pytest.mark.usefixtures("graph", "command_environment")
def test_keys_ports_and_dead_letters_are_looked_at() -> None:
    reason = Reason(Stage.PARSE, "broken", "The row cannot be read.")
    with DeadLetters() as letters:
        letters.add([DeadLetter("crm", "file", Position("a.csv", 1), datetime.now(UTC), {"a": "b"}, reason)])
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        findings = list(examine(settings(api_key="short", api_port=port)))
    nobody = list(examine(settings(api_key=None)))

    assert found(findings, "CDP_API_KEY") == [(Status.FAIL, "5 characters can be guessed")]
    assert found(findings, "api port") == [(Status.FAIL, f"{port} is taken by another program")]
    assert found(findings, "dead letters") == [(Status.WARN, "1 open")]
    assert found(nobody, "keys")[0][0] is Status.FAIL


@pytest.mark.usefixtures("graph", "command_environment")
def test_what_is_open_beyond_this_machine_is_said() -> None:
    findings = list(examine(settings(api_host="0.0.0.0", allowed_hosts=("*",))))

    assert found(findings, "development")[0][0] is Status.WARN
    assert found(findings, "hosts")[0] == (Status.WARN, "any name in the Host header is answered")


def test_a_database_that_is_away_fails_and_the_rest_is_still_told(command_environment: pytest.MonkeyPatch) -> None:
    command_environment.setenv("NEO4J_URI", "bolt://127.0.0.1:1")
    neo4j_settings.cache_clear()
    ended = CliRunner().invoke(app, ["doctor", "--json"])
    told = json.loads(ended.stdout)

    assert (ended.exit_code, told["status"]) == (1, "fail")
    (neo4j,) = [one for one in told["findings"] if one["check"] == "neo4j"]
    assert "does not answer" in neo4j["found"]
    assert [one["status"] for one in told["findings"] if one["check"] in {"python", "dead letters"}] == ["ok", "ok"]


def test_an_embedded_server_that_does_not_run_is_not_started_for_it(
    command_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    command_environment.delenv("NEO4J_URI")
    neo4j_settings.cache_clear()
    ended = CliRunner().invoke(app, ["doctor"], env={"COLUMNS": "200"})

    assert ended.exit_code == 1
    assert "Start it: cdp neo4j start." in ended.stdout
    assert not (tmp_path / "cdp").exists()
