# The client libraries themselves, unmodified: all they are told is where we are.
import logging
from typing import Any

import pytest
from rudderstack.analytics.client import Client as RudderClient
from segment.analytics.client import Client as SegmentClient

from graph.connection import Graph
from tests.assertions import edges, nodes
from tests.integration.api.tracking.conftest import KEY


def failed(error: Any, messages: Any) -> None:
    raise AssertionError(type(error).__name__, len(messages))


def everything_said(client: Any) -> None:
    traits = {"email": "anna@example.org", "name": "Anna Ilg"}
    client.identify("u1", traits, anonymous_id="a1")
    client.track("u1", "Order Completed", {"order_id": "o1", "revenue": 9.5, "currency": "EUR"}, anonymous_id="a1")
    client.page("u1", "Docs", "Home", {"url": "https://shop.example/"})
    client.screen("u1", "App", "Home")
    client.group("u1", "g1", {"name": "Household"})
    client.alias("u0", "u1")
    client.flush()
    client.join()


@pytest.mark.parametrize("gzip", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("kind", [SegmentClient, RudderClient], ids=["segment", "rudder"])
def test_what_a_client_library_says_is_in_the_graph(
    live: Graph, url: str, kind: Any, *, gzip: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    everything_said(kind(KEY, host=url, gzip=gzip, on_error=failed))

    assert {kind for _, kind in nodes(live, "Interaction", "key", "type")} == {
        "identify",
        "order",
        "page",
        "screen",
        "group",
        "alias",
    }
    assert ("web:u1", "Anna", "Ilg") in nodes(live, "Customer", "key", "given_name", "family_name")
    assert edges(live, "HAS_EMAIL") == {("web:u1", "email:anna@example.org")}
    assert ("web:u1", "anonymous_id:a1") in edges(live, "USED")
    assert not caplog.records
