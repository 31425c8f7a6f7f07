# The vendors' clients for Node.js, in one process, because it takes longer to start than they have to say.
from collections import Counter
from pathlib import Path

import pytest

from graph.connection import Graph
from tests.assertions import edges, nodes
from tests.integration.api.tracking.conftest import emptied
from tests.integration.api.tracking.sdks.conftest import PATIENCE_S, node_clients

CLIENTS = pytest.mark.parametrize("name", ["segment", "rudder"])


@pytest.fixture(scope="module")
def said(connected_graph: Graph, url: str, packages: Path) -> Graph:
    """The graph after both clients have said everything."""
    emptied(connected_graph)
    with node_clients(url, packages) as process:
        answers, _ = process.communicate(timeout=PATIENCE_S)
    assert {"segment 200", "rudder 200"} <= set(answers.splitlines())
    assert "failed" not in answers
    return connected_graph


@CLIENTS
def test_all_six_calls_become_interactions_of_the_customer_or_the_device(said: Graph, name: str) -> None:
    found = [tuple(rest) for owner, *rest in nodes(said, "Interaction", "owner", "type", "name") if name in owner]
    (anonymous,) = nodes(said, "Device", "key") & {(f"anonymous_id:{name}-device",)}

    assert Counter(found) == Counter(
        [
            ("track", "Product Viewed"),
            ("identify", "User Identified"),
            ("order", "Order Completed"),
            ("page", "Page Viewed"),
            ("screen", "Screen Viewed"),
            ("group", "Group Joined"),
            ("alias", "User Aliased"),
        ]
    )
    assert (*anonymous, "Product Viewed") in nodes(said, "Interaction", "owner", "name")


@CLIENTS
def test_traits_become_the_customer_and_an_alias_a_statement_about_two(said: Graph, name: str) -> None:
    known = f"web:{name}-user"

    assert (known, "Anna", "Ilg") in nodes(said, "Customer", "key", "given_name", "family_name")
    assert (known, f"email:{name}@example.org") in edges(said, "HAS_EMAIL")
    assert (known, f"web:{name}-former") in edges(said, "ALIASED")
    assert (known, 9.5, "EUR") in nodes(said, "Interaction", "owner", "amount", "currency")


@CLIENTS
def test_a_login_gives_the_device_to_the_customer_and_silence_ends_the_anonymous_session(
    said: Graph, name: str
) -> None:
    (logins,) = [used[2:] for used in edges(said, "USED", "logins") if used[:2] == owned(name)]
    visits = {session for session, device in edges(said, "ON_DEVICE") if device == owned(name)[1]}
    logged_in = {session for session, customer in edges(said, "LOGGED_IN") if customer == owned(name)[0]}

    assert logins == (1,), "of one session, however often it says so"
    assert len(visits) == 2, "an hour lies between the anonymous view and the login"
    assert len(visits & logged_in) == 1
    assert {(session, "mail") for session in visits & logged_in} <= nodes(said, "Session", "key", "campaign")


def owned(name: str) -> tuple[str, str]:
    return f"web:{name}-user", f"anonymous_id:{name}-device"
