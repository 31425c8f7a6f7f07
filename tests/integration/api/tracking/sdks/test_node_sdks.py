# The vendors' clients for Node.js, in one process, because it takes longer to start than they have to say.
import subprocess
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.serving import serving
from api.settings import ApiSettings
from api.tracking.settings import tracking_settings
from graph.address import Address
from graph.connection import Graph
from tests.assertions import edges, nodes
from tests.integration.api.tracking.conftest import KEY, emptied
from tests.integration.api.tracking.sdks.conftest import HERE, NODE

CLIENTS = pytest.mark.parametrize("name", ["segment", "rudder"])
EVENTS = 20
PATIENCE_S = 120


@contextmanager
def clients(url: str, packages: Path, events: int = 0) -> Generator[subprocess.Popen[str]]:
    command = [NODE, str(HERE / "node_clients.cjs"), url, KEY, str(events)]
    with subprocess.Popen(command, cwd=packages, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def said(connected_graph: Graph, url: str, packages: Path) -> Graph:
    """The graph after both clients have said everything."""
    emptied(connected_graph)
    with clients(url, packages) as process:
        answers, _ = process.communicate(timeout=PATIENCE_S)
    assert set(answers.splitlines()) == {"segment 200", "rudder 200"}
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


@contextmanager
def impatient_server(address: Address) -> Generator[str]:
    """A server that waits for the database half a second, and lets little wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDP_TRACKING_DEADLINE_S", "0.5")
        patch.setenv("CDP_TRACKING_WAITING_MESSAGES", "6")
        tracking_settings.cache_clear()
        with serving(address, ApiSettings(_env_file=None, api_port=0)) as url:  # pyright: ignore[reportCallIssue]
            yield url
    tracking_settings.cache_clear()


@contextmanager
def held_device(graph: Graph) -> Generator[None]:
    """Somebody else is writing the device of all messages, and takes his time."""
    with graph.driver.session(database=graph.database) as session, session.begin_transaction() as transaction:
        transaction.run("MERGE (d:Device {key: 'anonymous_id:held'}) SET d.kind = 'anonymous_id'").consume()
        yield
        transaction.rollback()


def test_what_a_client_is_told_to_send_again_is_there_once(neo4j_address: Address, live: Graph, packages: Path) -> None:
    with impatient_server(neo4j_address) as url, clients(url, packages, EVENTS) as process:
        assert process.stdout is not None
        answers = list[str]()
        with held_device(live):
            while not {"segment 503", "segment 429", "rudder 503"} <= set(answers):
                answers.append(process.stdout.readline().strip())
                assert answers[-1], answers
        answers += process.communicate(timeout=PATIENCE_S)[0].splitlines()

    names = [(owner, name) for _, owner, name in nodes(live, "Interaction", "key", "owner", "name")]
    assert Counter(names) == Counter(
        (f"web:{client}-user", f"Event {number}") for client in ("segment", "rudder") for number in range(EVENTS)
    )
    assert {f"{client} 200" for client in ("segment", "rudder")} <= set(answers)
    assert not [answer for answer in answers if "failed" in answer]
