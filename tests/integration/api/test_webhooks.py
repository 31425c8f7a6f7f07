# Messages signed by the library that senders use, into the real application and graph.
import json
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from httpx import AsyncClient, Response
from standardwebhooks.webhooks import Webhook
from typer.testing import CliRunner

from api.app import create_app
from api.settings import ApiSettings
from graph.address import Address
from graph.connection import Graph
from graph.errors import ConfigurationError
from loaders.health.commands import look_at_sources
from loaders.rejects.commands import rejects_app
from tests.assertions import nodes
from tests.integration.api.conftest import connected
from tests.integration.api.operation.test_database_outage import line_to

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MAPPING = """\
source: {name: shop, kind: shop}
inputs:
  - webhook: {secret: SHOP_SECRET, rows: data.customer}
    customer: {external_id: id, fields: {given_name: first}}
"""


@pytest.fixture
def mapping(tmp_path: Path, command_environment: pytest.MonkeyPatch) -> str:
    command_environment.setenv("SHOP_SECRET", SECRET)
    (tmp_path / "shop.yaml").write_text(MAPPING)
    return str(tmp_path / "shop.yaml")


@pytest_asyncio.fixture(loop_scope="session")
async def shop(mapping: str, graph: Graph, neo4j_address: Address) -> AsyncGenerator[AsyncClient]:
    assert graph
    async with connected(neo4j_address, webhook_mappings=(mapping,), max_body_bytes=2_000) as client:
        yield client


async def send(client: AsyncClient, body: Any, **changes: str) -> Response:
    text, at = body if isinstance(body, str) else json.dumps(body), datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("msg_1", at, text),
    }
    return await client.post("/webhooks/shop", content=text, headers=headers | changes)


ANNA = {"type": "customer.updated", "data": {"customer": {"id": "1", "first": "Anna"}}}


async def test_a_signed_message_is_in_the_graph_when_it_is_answered(shop: AsyncClient, graph: Graph) -> None:
    for _ in range(2):
        response = await send(shop, ANNA)
        assert (response.status_code, response.json()) == (200, {"success": True, "rows": 1, "rejected": 0})
    assert nodes(graph, "Customer", "key", "given_name") == {("shop:1", "Anna")}


async def test_rows_that_cannot_be_used_are_set_aside_and_the_others_kept(shop: AsyncClient, graph: Graph) -> None:
    response = await send(shop, {"data": {"customer": [{"id": "1", "first": "Anna"}, {"first": "Bob"}, 7]}})
    assert (response.status_code, response.json()) == (200, {"success": True, "rows": 3, "rejected": 2})
    assert nodes(graph, "Customer", "key") == {("shop:1",)}


def mend(mapping: str) -> None:
    Path(mapping).write_text(MAPPING.replace("external_id: id", "external_id: [id, number]"))


async def test_rows_that_were_set_aside_are_replayed_when_they_or_the_mapping_were_mended(
    shop: AsyncClient, graph: Graph, mapping: str
) -> None:
    await send(shop, {"data": {"customer": [{"number": "1", "first": "Anna"}, {"id": "2", "first": "Bob"}]}})
    assert CliRunner().invoke(rejects_app, ["replay"]).exit_code == 1
    mend(mapping)
    for _ in range(2):
        result = CliRunner().invoke(rejects_app, ["replay"])
        assert (result.exit_code, result.exception) == (0, None)
    assert nodes(graph, "Customer", "key", "given_name") == {("shop:1", "Anna"), ("shop:2", "Bob")}


async def test_a_message_about_something_else_is_taken_and_does_nothing(shop: AsyncClient, graph: Graph) -> None:
    assert (await send(shop, {"type": "ping"})).json() == {"success": True, "rows": 0, "rejected": 0}
    assert nodes(graph, "Customer", "key") == set()


OLD = str(int((datetime.now(UTC) - timedelta(minutes=6)).timestamp()))


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "nonsense"},
        {"webhook-signature": ""},
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": OLD},
        {"webhook-timestamp": "soon"},
    ],
)
async def test_what_is_not_signed_is_not_taken(shop: AsyncClient, graph: Graph, changes: dict[str, str]) -> None:
    response = await send(shop, ANNA, **changes)
    assert (response.status_code, response.json()["code"]) == (401, "bad_signature")
    assert nodes(graph, "Customer", "key") == set()


async def test_a_secret_that_is_not_set_opens_nothing(
    shop: AsyncClient, command_environment: pytest.MonkeyPatch
) -> None:
    command_environment.delenv("SHOP_SECRET")
    assert (await send(shop, ANNA)).status_code == 401


async def test_what_is_too_large_or_no_json_is_refused(shop: AsyncClient) -> None:
    assert (await send(shop, "{cut")).json()["code"] == "no_json"
    assert (await send(shop, "x" * 2_001)).json()["code"] == "too_large"
    assert (await shop.post("/webhooks/crm")).status_code == 404
    assert (await shop.get("/webhooks/shop")).status_code == 405


async def test_a_database_that_is_away_is_told_as_a_reason_to_send_again(
    mapping: str, graph: Graph, neo4j_address: Address
) -> None:
    async with line_to(neo4j_address) as (line, address), connected(address, webhook_mappings=(mapping,)) as shop:
        line.cut()
        away = await send(shop, ANNA)
        line.is_cut = False
        again = await send(shop, ANNA)
    assert (away.status_code, away.headers["retry-after"], again.status_code) == (503, "5", 200)
    assert nodes(graph, "Customer", "key") == {("shop:1",)}


async def test_the_source_is_in_the_health_of_sources(mapping: str, graph: Graph, neo4j_address: Address) -> None:
    assert graph
    async with connected(neo4j_address, webhook_mappings=(mapping,)) as shop:
        for number in range(3):
            await send(shop, {"data": {"customer": [{"id": str(number)}, {"first": "Bob"}]}})
    (health,) = look_at_sources(datetime.now(UTC))
    assert (health.source, health.day_rows, health.rejects_open) == ("shop", 6, 1)


def test_a_mapping_without_a_webhook_is_told_at_the_start(mapping: str) -> None:
    file = Path(mapping)
    file.write_text(MAPPING.replace("webhook: {secret: SHOP_SECRET, rows: data.customer}", "files: a.csv"))
    with pytest.raises(ConfigurationError, match="has no input that takes webhooks"):
        create_app(ApiSettings(_env_file=None, webhook_mappings=(mapping,)))  # pyright: ignore[reportCallIssue]
