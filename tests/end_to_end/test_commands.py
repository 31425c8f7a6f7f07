# The commands in the order of the flow, as a shell runs them.
import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals
from typing import Any

import httpx
import pandas as pd
import pytest

from graph.address import Address
from graph.connection import Graph
from tests.asking import API_KEY, AUTHORIZED
from tests.assertions import nodes

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
METRICS = (
    *("records", "clusters", "pairwise_precision", "pairwise_recall", "pairwise_f1", "bcubed_f1", "exact_cluster_f1"),
    *("largest_cluster", "overmerged", "split", "confidence", "seconds"),
)
COMMANDS = (
    *("neo4j start", "neo4j stop", "neo4j status", "neo4j browser", "neo4j reset", "neo4j backup", "neo4j restore"),
    *("sample", "load", "resolve", "profile", "serve", "demo", "evaluate"),
)
FAKE_1000 = {"unique_id": "id", "first_name": "given_name", "surname": "family_name", "dob": "birth_date"}
HISTORICAL_50K = {**FAKE_1000, "postcode_fake": "postcode"}


class Shell:
    """Runs ``cdp`` in a folder, against a database."""

    def __init__(self, folder: Path, address: Address) -> None:
        known = {"NEO4J_USER": address.user, "NEO4J_PASSWORD": address.password}
        self.folder = folder
        self.environment = {
            **os.environ,
            "NEO4J_URI": address.uri,
            "CDP_DATA_DIR": str(folder / ".cdp"),
            "CDP_API_PORT": "0",
            "CDP_API_KEY": API_KEY,
            "COLUMNS": "200",
            **{name: value for name, value in known.items() if value},
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "api.commands", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=900, check=False
        )

    def answer(self, *arguments: str) -> dict[str, Any]:
        """The JSON document of a command that ends well."""
        ended = self.run(*arguments, "--json")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    @contextmanager
    def running(self, *arguments: str, ends_with: Signals = SIGINT) -> Generator[dict[str, Any]]:
        """A command that stays up until it is ended, and the JSON document that it prints when it is ready."""
        command = [sys.executable, "-m", "api.commands", *arguments, "--json"]
        with subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            try:
                yield json.loads(process.stdout.readline())
                assert process.poll() is None
            finally:
                _, complaints = _ended(process, ends_with)
        assert process.returncode in {0, 128 + ends_with}
        assert "Traceback" not in complaints


def _ended(process: subprocess.Popen[str], number: Signals) -> tuple[str, str]:
    process.send_signal(number)
    try:
        return process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()  # else leaving the context waits for it for ever
        raise


@pytest.fixture
def shell(graph: Graph, neo4j_address: Address, tmp_path: Path) -> Shell:  # noqa: ARG001 -- an empty database
    return Shell(tmp_path, neo4j_address)


def data(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"no data set {name} beside the project")
    return folder


def write_labelled(folder: Path, records: pd.DataFrame, names: dict[str, str]) -> tuple[str, str]:
    """The records under standard names, and apart from them who is who."""
    renamed = records.rename(columns=names)
    renamed[["id", "cluster"]].rename(columns={"cluster": "person_id"}).to_csv(folder / "truth.csv", index=False)
    renamed.drop(columns="cluster").to_csv(folder / "records.csv", index=False)
    return "records.csv", "truth.csv"


def test_a_newcomer_goes_from_nothing_to_a_profile(shell: Shell) -> None:
    made = shell.answer("sample", "--people", "300", "--out", "company")
    loaded = shell.answer("load", "sample", "--data", "company")
    resolved = shell.answer("resolve", "--evaluate", "company/truth/records.csv")
    hero = json.loads((shell.folder / "company" / "manifest.json").read_text())["hero"]
    profile = shell.answer("profile", "--customer", hero["customers"]["crm"])

    assert made["people"] == 300
    assert loaded["rows"] > 3_000
    assert loaded["problems"] == []
    assert resolved["evaluation"]["pairwise_f1"] >= 0.95
    assert {"twin", "father_son", "family"} <= resolved["evaluation"]["cases"].keys()
    assert {found["key"] for found in profile["customers"]} == set(hero["customers"].values())
    assert "terminate" in {found["properties"].get("intent") for found in profile["journey"]}
    with shell.running("serve") as served:
        question = {"query": "query ($s: ID!) { session(id: $s) { __typename } }"}
        asked = question | {"variables": {"s": hero["anonymous_session"]}}
        answer = httpx.post(served["graphql"], json=asked, headers=AUTHORIZED)
        assert answer.json()["data"] == {"session": {"__typename": "RecognisedSession"}}
        assert httpx.get(served["ready"]).status_code == 200
        assert "GraphiQL" in httpx.get(served["graphiql"]).text


@pytest.mark.parametrize("number", [SIGINT, SIGTERM])
def test_the_demo_tells_the_story_and_stays_up_until_it_is_ended(shell: Shell, number: Signals) -> None:
    with shell.running("demo", "--people", "300", ends_with=number) as told:
        assert told["person"]["recognised"] is True
        assert told["person"]["visit"]["level"] == "recognised"
        assert told["resolution"]["evaluation"]["pairwise_f1"] >= 0.95
        assert httpx.get(told["endpoints"]["graphiql"]).status_code == 200
        authorized = {"Authorization": f"Bearer {told['endpoints']['key']}"}
        question = {"query": "{ confidenceLevels { default } }"}
        assert "errors" not in httpx.post(told["endpoints"]["graphql"], json=question, headers=authorized).json()

    again = shell.run("demo", "--people", "300", "--once")

    assert again.returncode == 0, again.stderr
    assert "Nothing has changed" in again.stdout
    assert "The same person: make the offer now." in again.stdout
    assert "ready-made queries" in again.stdout


def test_labelled_records_are_measured_in_a_database_of_their_own(shell: Shell, graph: Graph) -> None:
    records = pd.read_csv(data("fake_1000") / "fake_1000.csv", dtype=str)
    people, truth = write_labelled(shell.folder, records, FAKE_1000)

    measured = shell.answer("evaluate", people, truth)

    assert tuple(measured) == (*METRICS, "levels", "unknown")
    assert (measured["records"], measured["unknown"]) == (1_000, 0)
    assert measured["pairwise_f1"] >= 0.9
    assert list(measured["levels"]) == ["exact", "strict", "default", "loose"]
    assert all(tuple(level) == METRICS[:-1] for level in measured["levels"].values())
    assert nodes(graph, "Customer", "key") == set()
    assert "pairwise_f1" in shell.run("evaluate", people, truth).stdout


def test_fifty_thousand_records_with_errors_are_measured(shell: Shell) -> None:
    records = pd.read_parquet(next(data("historical_50k").glob("*.parquet")))

    measured = shell.answer(
        "evaluate", *write_labelled(shell.folder, records, HISTORICAL_50K), "--ignore", "full_name,first_and_surname"
    )

    assert measured["records"] == 50_578
    assert measured["pairwise_f1"] >= 0.85
    assert measured["largest_cluster"] <= 80


def test_a_public_data_set_becomes_profiles(shell: Shell) -> None:
    shell.answer("load", "fake_1000", "--data", str(data("fake_1000")))
    shell.answer("resolve")

    profile = shell.answer("profile", "--customer", "fake_1000:1")

    assert len(profile["customers"]) > 1
    assert {field["name"] for field in profile["fields"]} >= {"given_name", "family_name", "birth_date"}
    assert all(link["evidence"] for link in profile["links"])


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example_and_what_programs_may_read(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = Shell(tmp_path, Address("bolt://127.0.0.1:1")).run(*command.split(), "--help")

    assert told.returncode == 0
    assert f"cdp {command}" in told.stdout.split("Example:")[1]
    assert "--json" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("load", "nowhere.yaml"), 2, "nowhere.yaml"),
        (("resolve", "--evaluate", "nowhere.csv"), 5, "nowhere.csv"),
        (("evaluate", "nowhere.csv", "nowhere.csv"), 5, "nowhere.csv"),
        (("profile",), 2, "email"),
        (("profile", "--email", "nobody@example.org"), 1, ""),
        (("profile", "--customer", "crm:1", "--confidence", "surely"), 2, "EXACT"),
        (("sample", "--people", "0", "--out", "x"), 2, "people"),
    ],
)
def test_what_is_wrong_is_said_in_words_and_by_the_exit_code(
    shell: Shell, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended = shell.run(*arguments)

    assert ended.returncode == code
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


MANY = """\
CREATE TABLE people AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
SELECT i AS id, 'Anna' AS first FROM n;
"""


def test_a_load_that_is_ended_leaves_nobody_in_temporary_files(shell: Shell) -> None:
    temporary = shell.folder / "temporary"
    temporary.mkdir()
    (shell.folder / "people.sql").write_text(MANY)
    (shell.folder / "dwh.yaml").write_text(
        "source: {name: dwh, kind: dwh}\n"
        "inputs: [{sqlite_script: people.sql, table: people, customer: {external_id: id, fields: {given_name: first}}}]"
    )
    shell.environment["TMPDIR"] = str(temporary)
    command = [sys.executable, "-m", "api.commands", "load", "dwh.yaml"]
    with subprocess.Popen(command, cwd=shell.folder, env=shell.environment, stderr=subprocess.PIPE, text=True) as ended:
        while not any(file.stat().st_size > 1_000_000 for file in temporary.glob("*/script.sqlite")):
            assert ended.poll() is None
        ended.terminate()
        _, complaints = ended.communicate(timeout=60)

    assert ended.returncode == 128 + SIGTERM
    assert "Traceback" not in complaints
    assert list(temporary.iterdir()) == []


def test_a_database_that_does_not_answer_is_said_so(tmp_path: Path) -> None:
    ended = Shell(tmp_path, Address("bolt://127.0.0.1:1")).run("resolve")

    assert ended.returncode not in {0, 1}
    assert "127.0.0.1:1" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_address_that_is_none_is_said_so(tmp_path: Path) -> None:
    ended = Shell(tmp_path, Address("127.0.0.1:7687")).run("resolve")

    assert ended.returncode == 2
    assert "NEO4J_URI" in ended.stderr


def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    shell = Shell(tmp_path, Address("bolt://127.0.0.1:1"))
    del shell.environment["NEO4J_URI"]
    shell.environment["CDP_BOLT_PORT"] = "many"

    ended = shell.run("neo4j", "status")

    assert ended.returncode == 2
    assert "BOLT_PORT" in ended.stderr
