# The vendors' clients for Node.js while somebody else holds the database: they are told to send again, and do.
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
from tests.assertions import nodes
from tests.integration.api.tracking.sdks.conftest import PATIENCE_S, node_clients

EVENTS = 20


@contextmanager
def impatient_server(address: Address) -> Generator[str]:
    """A server that waits for the database two seconds, and lets little wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDP_TRACKING_DEADLINE_S", "2")
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
    with impatient_server(neo4j_address) as url, node_clients(url, packages, EVENTS) as process:
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
