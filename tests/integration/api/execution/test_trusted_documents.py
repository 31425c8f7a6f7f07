# Only documents that were written down beforehand are answered.
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx import AsyncClient

from api.app import create_app
from api.settings import ApiSettings
from graph.address import Address
from graph.errors import ConfigurationError
from tests.integration.api.conftest import connected

LEVELS = "query Levels { confidenceLevels { default } }"
SEARCH = "query Search($text: String!) { search(text: $text) { matches { score } } }"


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def code_of(response: httpx.Response) -> str:
    (error,) = response.json()["errors"]
    return error["extensions"]["code"]


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """As graphql-codegen writes it, with another id for one of them."""
    file = tmp_path / "persisted-documents.json"
    file.write_text(json.dumps({hashed(LEVELS): LEVELS, "search-1": SEARCH}))
    return file


@pytest.mark.usefixtures("connected_graph")
@pytest.mark.parametrize(
    "body",
    [
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hashed(LEVELS)}}},
        {"documentId": hashed(LEVELS)},
        {"documentId": f"sha256:{hashed(LEVELS)}"},
        {"query": LEVELS},
        {"query": LEVELS, "documentId": hashed(LEVELS)},
        {"documentId": "search-1", "variables": {"text": "nobody"}},
    ],
)
async def test_a_trusted_document_is_answered(neo4j_address: Address, manifest: Path, body: dict[str, Any]) -> None:
    async with connected(neo4j_address, trusted_documents=manifest) as client:
        response = await client.post("/graphql", json=body)

    assert response.status_code == 200
    assert "errors" not in response.json()


async def test_nothing_else_is(neo4j_address: Address, manifest: Path) -> None:
    others: list[dict[str, Any]] = [
        {"query": "{ __typename }"},
        {"query": LEVELS + " "},
        {"documentId": hashed("{ __typename }")},
        {"extensions": {"persistedQuery": {"sha256Hash": hashed("{ __typename }")}}},
        {"query": "{ __typename }", "documentId": hashed(LEVELS)},
        {"query": "{ __typename }", "extensions": {"persistedQuery": {"sha256Hash": hashed("{ __typename }")}}},
        {"documentId": {"$ne": None}},
        {"extensions": {"persistedQuery": [hashed(LEVELS)]}},
        {"query": ["{ __typename }"]},
        {},
    ]
    async with connected(neo4j_address, trusted_documents=manifest) as client:
        responses = [await client.post("/graphql", json=body) for body in others]

    assert [response.status_code for response in responses] == [400] * len(others)
    assert {code_of(response) for response in responses} == {"PERSISTED_QUERY_NOT_FOUND"}


async def test_a_folder_of_documents_is_trusted_as_well(neo4j_address: Address, tmp_path: Path) -> None:
    (tmp_path / "screens").mkdir()
    (tmp_path / "screens" / "levels.graphql").write_text(f"{LEVELS}\n")
    (tmp_path / "README.md").write_text("Not a document.")
    async with connected(neo4j_address, trusted_documents=tmp_path) as client:
        as_written = await client.post("/graphql", json={"documentId": hashed(f"{LEVELS}\n")})
        trimmed = await client.post("/graphql", json={"documentId": hashed(LEVELS)})

    assert [response.status_code for response in (as_written, trimmed)] == [200, 200]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "cannot be read"),
        ("[]", "not a JSON object"),
        ("{}", "holds no documents"),
        (json.dumps({"a": 1}), "is not a text"),
        (json.dumps({hashed("another"): LEVELS}), "is not the SHA-256 of its document"),
        (json.dumps({"a": "{ nothing }"}), "cannot be answered: Cannot query field 'nothing'"),
        (json.dumps({"a": "{"}), "cannot be answered: Syntax Error"),
    ],
)
def test_documents_that_could_not_be_answered_are_found_at_the_start(
    neo4j_address: Address, tmp_path: Path, content: str, problem: str
) -> None:
    file = tmp_path / "documents.json"
    file.write_text(content)

    with pytest.raises(ConfigurationError, match=problem):
        create_app(ApiSettings(_env_file=None, trusted_documents=file), neo4j_address)  # pyright: ignore[reportCallIssue]


async def test_without_the_mode_a_hash_alone_is_refused_plainly(client: AsyncClient) -> None:
    hash_only = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hashed(LEVELS)}}}
    alone = await client.post("/graphql", json=hash_only)
    with_text = await client.post("/graphql", json={**hash_only, "query": LEVELS})

    assert (alone.status_code, code_of(alone)) == (400, "BAD_REQUEST")
    assert "send the whole document" in alone.json()["errors"][0]["message"]
    assert with_text.json()["data"]
