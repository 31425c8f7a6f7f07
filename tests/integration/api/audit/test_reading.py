# Who looked at a person, in GraphQL and on the command line.
import asyncio
import json
import os
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.audit.chain import Chain
from api.audit.pruning import Pruning, prune
from api.audit.reading import Wanted, read_audit, read_places
from api.audit.secret import audit_key
from api.commands import app
from api.settings import api_settings
from graph.address import Address
from graph.profile_ids import profile_id
from tests.asking import keyed_settings
from tests.integration.api.audit.test_recording import LEVELS, PROFILE, audited, post

AUDIT = """
query Audit($first: Int!, $after: String) {
  audit(first: $first, after: $after) { nodes { operation } pageInfo { hasNextPage endCursor } }
}
"""
WHO = """
query Who($by: ProfileBy!) {
  requestAudit(by: $by) {
    ... on AuditConnection { nodes { operation actor profileIds clear { name count } } }
    ... on UnknownIdentity { reason }
  }
}
"""

pytestmark = pytest.mark.usefixtures("anna")


async def looked_at(address: Address, folder: Path) -> None:
    """Two look at Anna, one by each of her ids, and another at nobody; by two processes."""
    async with audited(address, folder) as client:
        await post(client, PROFILE, variables={"by": {"customer": "crm:1"}})
        await post(client, LEVELS)
    async with audited(address, folder) as client:
        # At this confidence the shop's customer stands alone, so the profile is named after it.
        query = 'query Strict { profile(by: {customer: "shop:7"}, confidence: 1) { ... on Profile { id } } }'
        await post(client, query)


async def test_records_are_paged_newest_first_over_all_processes(neo4j_address: Address, tmp_path: Path) -> None:
    await looked_at(neo4j_address, tmp_path)
    async with audited(neo4j_address, tmp_path) as client:
        first = (await post(client, AUDIT, variables={"first": 2}))["data"]["audit"]
        cursor = first["pageInfo"]["endCursor"]
        second = (await post(client, AUDIT, variables={"first": 2, "after": cursor}))["data"]["audit"]

    assert [node["operation"] for node in first["nodes"]] == ["Strict", "Levels"]
    assert first["pageInfo"]["hasNextPage"]
    assert [node["operation"] for node in second["nodes"]] == ["Screen"]
    assert not second["pageInfo"]["hasNextPage"]


async def test_who_looked_at_a_person_is_found_under_every_id(neo4j_address: Address, tmp_path: Path) -> None:
    await looked_at(neo4j_address, tmp_path)
    async with audited(neo4j_address, tmp_path) as client:
        asked: list[dict[str, Any]] = [
            {"customer": "crm:1"},
            {"customer": "shop:7"},
            {"email": "anna@example.org"},
            {"id": profile_id("shop:7")},
        ]
        answers = [(await post(client, WHO, variables={"by": by}))["data"]["requestAudit"] for by in asked]
        nobody = (await post(client, WHO, variables={"by": {"email": "nobody@example.org"}}))["data"]["requestAudit"]
        deleted = (await post(client, WHO, variables={"by": {"customer": "crm:gone"}}))["data"]["requestAudit"]

    for answer in answers:
        assert {"Strict", "Screen"} <= {node["operation"] for node in answer["nodes"]}
        assert "Levels" not in {node["operation"] for node in answer["nodes"]}
    screen = next(node for node in answers[0]["nodes"] if node["operation"] == "Screen")
    assert screen["clear"] == [{"name": "contact", "count": 2}, {"name": "demographic", "count": 3}]
    assert "reason" in nobody
    assert deleted == {"nodes": []}


def test_a_line_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    line = {
        "n": 1, "at": "2026-03-01T12:00:00.000+00:00", "type": "operation", "request": "r", "actor": "a",
        "actor_kind": "key", "scopes": [], "purpose": None, "operation": "A", "kind": "query", "document_sha256": None,
        "profiles": ["p"], "profile_count": 1, "clear": {}, "masked": {}, "outcome": "OK", "ms": 1.0,
    }  # fmt: skip
    content = [json.dumps(line), "{", "[]", "", json.dumps(line | {"n": 5}), '{"n": 6, "at']  # fmt: skip
    (tmp_path / "c.00001.jsonl").write_text("\n".join(content))

    assert [record.key for record in read_audit(tmp_path, Wanted())] == ["c:000000000005", "c:000000000001"]
    assert list(read_audit(tmp_path, Wanted(profiles={"q"}))) == []


def written(file: Path, seconds: str, *, file_time: float = 1.0) -> None:
    """A chain with a line for each letter, at so many seconds; the time of its file lies so much after the last one."""
    moments = [f"2026-03-01T12:00:{int(second, 36):02}.500+00:00" for second in seconds]
    lines = [
        {
            "n": number, "at": at, "type": "operation", "request": "r", "actor": "a", "actor_kind": "key", "scopes": [],
            "purpose": None, "operation": "A", "kind": "query", "document_sha256": None, "profiles": ["p"],
            "profile_count": 1, "clear": {}, "masked": {}, "outcome": "OK", "ms": 1.0,
        }
        for number, at in enumerate(moments, 1)
    ]  # fmt: skip
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    os.utime(file, (0, datetime.fromisoformat(moments[-1]).timestamp() + file_time))


@pytest.mark.parametrize("first", [1, 2, 3, 100])
def test_pages_lose_nothing_where_clocks_were_put_back_and_files_were_restored(tmp_path: Path, first: int) -> None:
    written(tmp_path / "a.00001.jsonl", "251346")
    written(tmp_path / "b.00001.jsonl", "136", file_time=-0.5)
    written(tmp_path / "c.00001.jsonl", "66", file_time=-1.5)
    keys: list[str] = []
    before, more = None, True
    while more:
        page = list(islice(read_places(tmp_path, Wanted(before=before)), first + 1))
        keys += [record.key.lstrip("0") for _, record in page[:first]]
        before, more = page[first - 1][0] if len(page) > first else None, len(page) > first

    expected = ["c2", "c1", "b3", "a6", "a5", "b2", "a4", "b1", "a3", "a2", "a1"]
    assert [f"{key[0]}{key[-1]}" for key in keys] == expected


@pytest.fixture
def audit_environment(command_environment: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of the audit log that the commands read."""
    command_environment.setenv("CDP_AUDIT_DIR", str(tmp_path / "audit"))
    api_settings.cache_clear()
    return tmp_path / "audit"


def run(*arguments: str) -> tuple[int, str]:
    ended = CliRunner().invoke(app, ["audit", *arguments])
    return ended.exit_code, ended.output


async def test_the_commands_tell_who_looked_and_find_an_edited_line(
    neo4j_address: Address, audit_environment: Path
) -> None:
    await looked_at(neo4j_address, audit_environment)
    code, told = await asyncio.to_thread(run, "who", "--customer", "shop:7", "--json")

    assert code == 0
    assert [found["operation"] for found in json.loads(told)] == ["Strict", "Screen"]
    assert run("verify")[0] == 0
    edited = edit(audit_environment, b'"operation":"Screen"', b'"operation":"Nobody"')
    code, told = run("verify", "--json")
    assert code == 1
    findings = {chain["chain"]: chain["finding"] for chain in json.loads(told)}
    problem = "the line was edited, or the key is another"
    assert findings.pop(edited.name.split(".")[0]) == {"file": str(edited), "line": 1, "problem": problem}
    assert list(findings.values()) == [None]


async def test_who_looked_is_told_of_what_was_not_pruned(neo4j_address: Address, audit_environment: Path) -> None:
    folder = audit_environment
    await looked_at(neo4j_address, folder)
    key = audit_key(keyed_settings(audit_dir=folder))
    until = min(record.at for record in read_audit(folder, Wanted()) if record.operation == "Strict")
    long_ago = prune(folder, key, Pruning(until, "ada"))
    code, told = await asyncio.to_thread(run, "who", "--customer", "shop:7")

    assert sum(file.records for chain in long_ago for file in chain.files) == 2
    assert code == 0
    assert "Strict" in told
    assert "Screen" not in told
    assert f"There are records since {until:%Y-%m-%d %H:%M:%S}. Older ones were pruned" in told
    last = long_ago[0].files[-1].until
    code, told = run("verify")
    assert code == 0
    assert f"2 records until {last:%Y-%m-%d %H:%M:%S}, pruned by ada on " in told
    assert sorted(len(chain["pruned"]) for chain in json.loads(run("verify", "--json")[1])) == [0, 1]


async def test_the_command_prunes_and_says_what_it_cannot(neo4j_address: Address, audit_environment: Path) -> None:
    await looked_at(neo4j_address, audit_environment)
    assert run("prune", "--older-than", "1") == (0, "Nothing is that old.\n")
    chain = Chain(audit_environment, audit_key(keyed_settings(audit_dir=audit_environment)), 1_000)
    chain.append([{"at": "2025-03-01T12:00:00.000+00:00", "type": "operation"}])
    chain.close()

    would = f"1 record until 2025-03-01 12:00:00, to be pruned by ada on {datetime.now(UTC):%Y-%m-%d}"
    assert run("prune", "--older-than", "30", "--actor", "ada", "--dry-run") == (0, f"{chain.name}  {would}\n")
    edit(audit_environment, b"2025-03-01", b"2025-02-01")
    code, told = run("prune", "--older-than", "30", "--json")
    assert code == 1
    (found,) = json.loads(told)
    assert (found["chain"], found["files"]) == (chain.name, [])
    assert found["finding"]["problem"] == "the line was edited, or the key is another"
    edit(audit_environment, b"2025-02-01", b"2025-03-01")
    code, told = run("prune", "--older-than", "30", "--actor", "ada", "--json")
    assert code == 0
    (file,) = json.loads(told)[0]["files"]
    assert (file["records"], file["pruned_by"]) == (1, "ada")
    assert run("verify")[0] == 0


def edit(folder: Path, was: bytes, becomes: bytes) -> Path:
    """Replace something in the one file that holds it."""
    (file,) = (file for file in folder.glob("*.jsonl") if was in file.read_bytes())
    file.write_bytes(file.read_bytes().replace(was, becomes))
    return file


def test_every_other_name_is_a_question_about_the_graph(audit_environment: Path) -> None:
    assert "over_merged_suspects" in run()[1]
    assert {audit["name"] for audit in json.loads(run("--json")[1])} >= {"hubs", "decisions"}
    assert run("hubs", "--limit", "5", "--json") == (0, "[]\n")
    assert run("--json", "hubs") == (0, "[]\n")
    assert not audit_environment.exists()
