# What a record counts as shown in clear is what the viewer could read, of whatever class it is.
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.access.roles import ROLES
from api.access.viewer import Scope
from graph.address import Address
from graph.api_keys import NewKey, add_api_key, new_api_key
from graph.connection import Graph
from graph.kinds import DeviceKind
from graph.records import DeviceRef
from graph.resolutions import write_resolution
from graph.writing import write_batch
from tests.factories import batch, crm, customer, device, identifier, session
from tests.integration.api.audit.test_recording import audited, post, records_in
from tests.integration.api.conftest import resolution, write_anna

PASSPORT = identifier("national_id", "L01X00T471")
EMAIL = identifier("email", "zenobia.quill@example.org")
Asked = Callable[[str, Collection[Scope]], Awaitable[dict[str, Any]]]
CONTACTS = "primaryEmail { value others { value } } primaryPhone { value }"
BY = 'profile(by: {customer: "crm:1"})'


@pytest.fixture
def zenobia(graph: Graph) -> Graph:
    known = customer(given_name="Zenobia", identifiers=(EMAIL, identifier("phone", "+4943198765432"), PASSPORT))
    write_batch(graph, batch(customers=(known,)))
    on_tablet = DeviceRef(DeviceKind.PUSH_TOKEN, "tablet-of-zenobia")
    visits = (session("s1", device=on_tablet, customer=crm("1")), session("s2", device=device(), customer=crm("1")))
    write_batch(graph, batch("web", sessions=visits))
    return graph


@pytest.fixture
def asked(zenobia: Graph, neo4j_address: Address, tmp_path: Path) -> Asked:
    """Asks with a key that has some scopes."""

    async def ask(query: str, scopes: Collection[Scope]) -> dict[str, Any]:
        key = new_api_key()
        add_api_key(zenobia, NewKey("test", tuple(scopes), None), key)
        async with audited(neo4j_address, tmp_path) as client:
            headers = {"Authorization": f"Bearer {key}"}
            return (await client.post("/graphql", json={"query": query}, headers=headers)).json()

    return ask


@pytest.mark.parametrize(
    ("scopes", "selected", "counted"),
    [
        (ROLES["marketer"], CONTACTS, ({"contact": 2}, {})),
        (ROLES["marketer"], "identifiers { value }", ({"contact": 2}, {"demographic": 1})),
        (ROLES["marketer"], "fields { name value }", ({}, {"demographic": 1})),
        ({Scope.PROFILE_READ, Scope.PII_DEMOGRAPHIC}, CONTACTS, ({}, {"contact": 2})),
        ({Scope.PROFILE_READ, Scope.PII_DEMOGRAPHIC}, "identifiers { value }", ({"demographic": 1}, {"contact": 2})),
        (ROLES["marketer"], "devices { key }", ({"contact": 1}, {})),
        ({Scope.PROFILE_READ}, "devices { key }", ({}, {"contact": 1})),
    ],
)
async def test_what_is_counted_is_what_the_values_tell(
    asked: Asked, tmp_path: Path, scopes: Any, selected: str, counted: Any
) -> None:
    answer = await asked(f"{{ {BY} {{ ... on Profile {{ {selected} }} }} }}", scopes)

    assert "errors" not in answer
    (record,) = records_in(tmp_path)
    assert (record["clear"], record["masked"]) == counted


async def test_who_erased_a_person_is_found(zenobia: Graph, neo4j_address: Address, tmp_path: Path) -> None:
    del zenobia
    erase = 'mutation Erase { eraseCustomers(input: {customers: ["crm:1"]}) { __typename } }'
    async with audited(neo4j_address, tmp_path) as client:
        assert (await post(client, erase))["data"]["eraseCustomers"] == {"__typename": "CustomersErased"}
    who = '{ requestAudit(by: {customer: "crm:1"}) { ... on AuditConnection { nodes { operation } } } }'
    async with audited(neo4j_address, tmp_path) as client:
        found = await post(client, who)

    assert [node["operation"] for node in found["data"]["requestAudit"]["nodes"]] == ["Erase"]


async def test_who_looked_is_found_also_when_the_profile_is_no_longer_one(
    graph: Graph, neo4j_address: Address, tmp_path: Path
) -> None:
    write_anna(graph)
    look = 'query Look { profile(by: {customer: "shop:7"}) { ... on Profile { primaryEmail { value } } } }'
    who = '{ requestAudit(by: {customer: "shop:7"}) { ... on AuditConnection { nodes { operation } } } }'
    async with audited(neo4j_address, tmp_path) as client:
        assert "errors" not in await post(client, look)
        write_resolution(graph, replace(resolution(), run=replace(resolution().run, run_id="run-2")))
    async with audited(neo4j_address, tmp_path) as client:
        found = await post(client, who)

    assert [node["operation"] for node in found["data"]["requestAudit"]["nodes"]] == ["Look"]
