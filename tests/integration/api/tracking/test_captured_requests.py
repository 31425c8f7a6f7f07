# Requests that real client libraries sent, byte for byte.
import importlib.util
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from api.operation.serving import serving
from api.settings import ApiSettings
from graph.address import Address
from graph.connection import Graph
from graph.kinds import SourceKind
from graph.sources import NewSource, add_source, open_source
from tests.assertions import edges, everything, nodes
from tests.integration.api.tracking.conftest import data_folder

CAPTURES = Path(__file__).parents[5] / "shared" / "captures"
SOURCES = {
    "segment_python": "WK_SEG_PY",
    "segment_gzip": "WK_SEG_PY_GZ",
    "segment_sync": "WK_SEG_PY_SYNC",
    "segment_retry": "WK_SEG_PY_RETRY",
    "segment_node": "WK_SEG_NODE",
    "rudder": "WK_RUD_PY",
}
# Their protocols carry no key, so a source is open for what they say they are.
SHOP, OPEN_NAMES = "shop", ("shop", "/shop/web")
pytestmark = pytest.mark.skipif(not CAPTURES.exists(), reason="the captured requests are not beside the project")


def replayer() -> Any:
    spec = importlib.util.spec_from_file_location("replay", CAPTURES / "replay.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def replayed(url: str) -> list[tuple[str, int, bytes]]:
    replay = replayer()
    sent = replay.captured(["segment", "rudder", "snowplow", "cloudevents"])
    return [(name, *replay.send(url, request, {})) for name, request in sent]


@pytest.fixture(scope="module")
def url(neo4j_address: Address, connected_graph: Graph, tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    connected_graph.run_alone("erase_everything")
    for name, key in SOURCES.items():
        add_source(connected_graph, NewSource(name, SourceKind.WEB, "web"), key)
    add_source(connected_graph, NewSource(SHOP, SourceKind.WEB, "web"), "WK_OF_SHOP")
    for open_name in OPEN_NAMES:
        open_source(connected_graph, SHOP, open_name)
    settings = ApiSettings(_env_file=None, api_port=0)  # pyright: ignore[reportCallIssue]
    with data_folder(tmp_path_factory.mktemp("cdp")), serving(neo4j_address, settings) as url:
        yield url


@pytest.fixture(scope="module")
def arrived(url: str, connected_graph: Graph) -> Graph:
    """The graph after every captured request."""
    assert {(status, body[:6]) for _, status, body in replayed(url)} == {(200, b'{"succ'), (200, b"GIF89a")}
    return connected_graph


def test_every_message_is_there_once_for_each_source(arrived: Graph) -> None:
    found = Counter(source for _, source in nodes(arrived, "Interaction", "key", "source"))

    assert found == {
        "segment_python": 7,
        "segment_gzip": 7,
        "segment_sync": 1,
        "segment_retry": 1,
        "segment_node": 7,
        "rudder": 12,
        "shop": 10,
    }


def test_all_six_calls_become_interactions(arrived: Graph) -> None:
    found = nodes(arrived, "Interaction", "source", "type", "name", "owner", "amount", "currency")

    assert {rest for source, *rest in map(list, found) if source == "segment_python" for rest in [tuple(rest)]} == {
        ("identify", "User Identified", "segment_python:u_1", None, None),
        ("order", "Order Completed", "segment_python:u_1", 59.9, "EUR"),
        ("page", "Page Viewed", "segment_python:u_1", None, None),
        ("screen", "Screen Viewed", "segment_python:u_1", None, None),
        ("group", "Group Joined", "segment_python:u_1", None, None),
        ("alias", "User Aliased", "segment_python:u_1", None, None),
        ("track", "Product Viewed", "anonymous_id:anon_2", None, None),
    }


def test_traits_become_the_customer_wherever_the_client_puts_them(arrived: Graph) -> None:
    known = nodes(arrived, "Customer", "key", "given_name", "family_name", "street", "postcode", "city", "country")

    assert ("segment_python:u_1", "Jane", "Doe", "Hauptstraße 5", "50667", "Köln", "DE") in known
    assert ("rudder:u_1", "Jane", "Doe", None, None, None, None) in known
    assert edges(arrived, "HAS_EMAIL", "raw") == {
        ("segment_python:u_1", "email:janedoe@gmail.com", "Jane.Doe+news@Gmail.com"),
        ("segment_gzip:u_1", "email:janedoe@gmail.com", "Jane.Doe+news@Gmail.com"),
        ("segment_node:u_1", "email:jane@example.com", "jane@example.com"),
        ("rudder:u_1", "email:jane@example.com", "jane@example.com"),
        ("shop:u_1", "email:jane@example.com", "jane@example.com"),
    }
    assert ("segment_python:u_1", "phone:+4915123456789", "+49 151 23456789") in edges(arrived, "HAS_PHONE", "raw")


def test_the_device_was_the_customers_and_the_anonymous_one_is_nobodys(arrived: Graph) -> None:
    users = edges(arrived, "USED")

    assert {customer for customer, _ in users} == {
        f"{source}:u_1" for source in ("segment_python", "segment_gzip", "segment_node", "rudder", "shop")
    }
    assert {device for _, device in users} == {"anonymous_id:anon_1", "anonymous_id:duid-1"}
    assert {(f"anonymous_id:{device}",) for device in ("anon_1", "anon_2", "duid-1")} == nodes(arrived, "Device", "key")


def test_every_form_of_snowplow_and_cloudevents_says_the_same(arrived: Graph) -> None:
    found = nodes(arrived, "Interaction", "source", "key", "type", "name", "owner", "amount")
    told = Counter(rest for source, _, *rest in found if source == SHOP for rest in [tuple(rest)])

    assert told == {
        ("page", "Page Viewed", "shop:u_1", None): 3,
        ("track", "add-to-basket", "shop:u_1", None): 3,
        ("track", "order", "shop:u_1", None): 3,
        ("order", "Order Completed", "shop:u_1", 59.9): 1,
    }


def test_of_two_events_with_one_id_the_first_stays(arrived: Graph) -> None:
    assert ("segment_node:fixed-1", "Order Completed") in nodes(arrived, "Interaction", "key", "name")


def test_everything_once_more_changes_nothing(arrived: Graph, url: str) -> None:
    before = everything(arrived)

    assert {status for _, status, _ in replayed(url)} == {200}
    assert everything(arrived) == before
