# The vendors' clients for Node.js while somebody else holds the database: they are told to send again, and do.
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from graph.address import Address
from graph.connection import Graph
from tests.assertions import nodes
from tests.integration.api.tracking.conftest import limited_server
from tests.integration.api.tracking.sdks.conftest import PATIENCE_S, node_clients

EVENTS = 20


@contextmanager
def held_device(graph: Graph) -> Generator[None]:
    """Somebody else is writing the device of all messages, and takes his time."""
    with graph.driver.session(database=graph.database) as session, session.begin_transaction() as transaction:
        transaction.run("MERGE (d:Device {key: 'anonymous_id:held'}) SET d.kind = 'anonymous_id'").consume()
        yield
        transaction.rollback()


def test_what_a_client_is_told_to_send_again_is_there_once(neo4j_address: Address, live: Graph, packages: Path) -> None:
    # It waits for the database two seconds, and lets little wait.
    server = limited_server(neo4j_address, deadline_s=2, waiting_messages=6)
    with server as url, node_clients(url, packages, EVENTS) as process:
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
