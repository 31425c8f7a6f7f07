# What the audit log says of requests, and what happens when it cannot be written.
import json
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient

from api.audit.secret import audit_key
from api.audit.verification import verify
from graph.address import Address
from graph.profile_ids import profile_id
from tests.asking import keyed_settings
from tests.integration.api.conftest import connected

PROFILE = """
query Screen($by: ProfileBy!) {
  profile(by: $by) { ... on Profile { id identifiers { kind value } fields { name value } counts { customers } } }
}
"""
LEVELS = "query Levels { confidenceLevels { default } }"
LISTS = " ".join(f"a{number}: links(first: 1000) {{ rule }}" for number in range(18))
DEAR = f'{{ profile(by: {{customer: "crm:gone"}}) {{ ... on Profile {{ {LISTS} }} }} }}'
BY_EMAIL = {"by": {"email": "anna@example.org"}}
ANNA = {"query": PROFILE, "variables": BY_EMAIL}

pytestmark = pytest.mark.usefixtures("anna")


def records_in(folder: Path) -> list[dict[str, Any]]:
    """All records, in the order of their lines."""
    return [json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines()]


@asynccontextmanager
async def audited(address: Address, folder: Path, **settings: Any) -> AsyncGenerator[AsyncClient]:
    """A client of an application that writes its audit log there; it is whole when the block has ended."""
    # A busy machine is no reason to fail.
    async with connected(address, audit_dir=folder, deadline_s=60, **settings) as client:
        yield client


async def post(client: AsyncClient, query: str, **body: Any) -> dict[str, Any]:
    return (await client.post("/graphql", json={"query": query, **body})).json()


async def test_a_record_says_who_asked_for_what_and_whose_data_was_shown(
    neo4j_address: Address, tmp_path: Path
) -> None:
    async with audited(neo4j_address, tmp_path) as client:
        headers = {"X-Request-Id": "trace-7", "X-Purpose": "call of the customer"}
        body = {"query": PROFILE, "variables": BY_EMAIL}
        answer = (await client.post("/graphql", json=body, headers=headers)).json()

    (record,) = records_in(tmp_path)
    assert record["request"] == "trace-7"
    assert (record["operation"], record["kind"], record["outcome"]) == ("Screen", "query", "OK")
    assert record["profiles"] == [answer["data"]["profile"]["id"]] == [profile_id("crm:1")]
    assert record["profile_count"] == 1
    # Two identifiers; given name, family name and town.
    assert (record["clear"], record["masked"]) == ({"contact": 2, "demographic": 3}, {})
    assert record["cost"] == answer["extensions"]["cost"]["requested"]
    assert record["actor"]
    assert record["scopes"] == sorted(record["scopes"])
    assert record["ms"] > 0
    assert verify(tmp_path, audit_key(keyed_settings(audit_dir=tmp_path)))[0].finding is None


async def test_what_is_not_shown_is_not_counted(neo4j_address: Address, tmp_path: Path) -> None:
    query = 'query Kinds { profile(by: {customer: "crm:1"}) { ... on Profile { identifiers { kind } } } }'
    async with audited(neo4j_address, tmp_path) as client:
        await post(client, query)
        await post(client, LEVELS)

    kinds, levels = records_in(tmp_path)
    assert (kinds["profiles"], kinds["clear"]) == ([profile_id("crm:1")], {})
    assert (levels["profiles"], levels["operation"]) == ([], "Levels")


async def test_no_value_and_no_literal_stands_in_the_log(neo4j_address: Address, tmp_path: Path) -> None:
    texts = [
        'query A { profile(by: {email: "anna@example.org"}) { __typename } }',
        'query A { profile(by: {email: "other@example.org"}) { __typename } }',
        '# anna@example.org\nquery A { profile(by: {email: """anna@example.org"""}) { __typename } }',
    ]
    async with audited(neo4j_address, tmp_path) as client:
        for text in texts:
            await post(client, text)
        await post(client, PROFILE, variables=BY_EMAIL)
        await post(client, PROFILE, variables=BY_EMAIL)
        await post(client, PROFILE, variables={"by": {"email": "other@example.org"}})
        await post(client, LEVELS, operationName="anna@example.org")

    records = records_in(tmp_path)
    assert "example" not in json.dumps(records)
    # The hash of a document is of its form, that of the variables of their values; only the key can compute it.
    assert len({record["document_sha256"] for record in records[:2]}) == 1
    first, again, other = (record["variables_hmac"] for record in records[3:6])
    assert first == again != other
    async with audited(neo4j_address, tmp_path / "elsewhere") as client:
        await post(client, PROFILE, variables=BY_EMAIL)
    assert records_in(tmp_path / "elsewhere")[0]["variables_hmac"] != first


async def test_what_was_refused_is_recorded_as_well(neo4j_address: Address, tmp_path: Path) -> None:
    async with audited(neo4j_address, tmp_path, cost_per_second=1, cost_at_once=1) as client:
        await post(client, "{ nothing }")
        await post(client, "{")
        await post(client, '{ search(text: "a", first: 50) { profile { links(first: 1000) { rule } } } }')
        await post(client, DEAR)
        await post(client, DEAR)
        await client.post("/graphql", content=b"{", headers={"Content-Type": "application/json"})

    assert [record["outcome"] for record in records_in(tmp_path)] == [
        "GRAPHQL_VALIDATION_FAILED",
        "GRAPHQL_PARSE_FAILED",
        "QUERY_TOO_COMPLEX",
        "OK",
        "RATE_LIMITED",
        "BAD_REQUEST",
    ]
    assert [record["document_sha256"] is None for record in records_in(tmp_path)] == [True, True, *[False] * 3, True]


async def test_strangers_are_counted_by_where_they_come_from(neo4j_address: Address, tmp_path: Path) -> None:
    async with audited(neo4j_address, tmp_path) as client:
        for number in range(30):
            headers = {"Authorization": f"Bearer guess-{number}"}
            response = await client.post("/graphql", json={"query": LEVELS}, headers=headers)
            assert response.status_code == 401

    records = records_in(tmp_path)
    assert {(record["type"], record["address"], record["outcome"]) for record in records} == {
        ("refusal", "loopback", "UNAUTHENTICATED")
    }
    assert records[0]["count"] == 1
    # One a second, however many there are.
    assert len(records) < 30
    assert "guess" not in json.dumps(records)


async def test_without_a_record_no_personal_data_is_shown_in_clear(neo4j_address: Address, tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    async with audited(neo4j_address, folder) as client:
        # The folder is away, so the first line cannot be written; a later one can, when it is there again.
        shutil.move(folder, tmp_path / "away")
        while (refused := await client.post("/graphql", json=ANNA)).status_code == 200:
            pass
        harmless = await client.post("/graphql", json={"query": LEVELS})
        shutil.move(tmp_path / "away", folder)
        while (again := await client.post("/graphql", json=ANNA)).status_code != 200:
            pass

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert "anna" not in refused.text
    assert harmless.json()["data"]
    assert again.json()["data"]["profile"]["id"]
    records = records_in(folder)
    assert sum(record["count"] for record in records if record["type"] == "dropped") >= 2
    assert records[-1]["operation"] == "Screen"
    assert verify(folder, audit_key(keyed_settings(audit_dir=folder)))[0].finding is None
