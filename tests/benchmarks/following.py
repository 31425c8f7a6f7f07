"""Following: how soon a subscriber is told what the tracking API has acknowledged, on this machine.

One event at a time, so that what is measured is the delay and not a queue; with one profile followed, and with a
hundred in the same process, because all are read together.
"""

import http.client
import json
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

from websockets.sync.client import connect
from websockets.sync.connection import Connection
from websockets.typing import Subprotocol

from graph.connection import open_graph
from graph.constraints import install_schema
from graph.embedded.temporary import temporary_server
from graph.kinds import SourceKind
from graph.sources import NewSource, add_source, new_write_key
from tests.asking import AUTHORIZED
from tests.benchmarks.sections import Options, Rows, percentile
from tests.benchmarks.tracking import api_process, is_taken, message_body

EVENTS, WARM_UP = 100, 10
FOLLOWED = (1, 100)
# As many as one connection may have.
_OF_A_CONNECTION = 50
_CHANGES = """
subscription ($by: ProfileBy!) {
  profileChanges(by: $by) { ... on FollowingBegan { cursor } ... on InteractionWritten { interaction { key } } }
}
"""


def measure_following(options: Options) -> Rows:
    """Milliseconds from the acknowledgement of an event until a subscriber is told of it."""
    del options
    with temporary_server(heap="1g", page_cache="512m", quick=False) as address, open_graph(address) as graph:
        install_schema(graph)
        key = new_write_key()
        add_source(graph, NewSource("web", SourceKind.WEB, "web"), key)
        with api_process(address) as url:
            return [_measured(url, key, count) for count in FOLLOWED]


def _measured(url: str, key: str, profiles: int) -> dict[str, object]:
    tracking = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    users = [{"type": "identify", "userId": f"u{number}"} for number in range(profiles)]
    _write(tracking, key, users)
    times: list[float] = []
    with _following(url, profiles) as lines:
        for number in range(WARM_UP + EVENTS):
            user = number % profiles
            event = {"type": "track", "event": "Viewed", "userId": f"u{user}", "messageId": f"{profiles}-{number}"}
            _write(tracking, key, [event])
            acknowledged = time.perf_counter()
            told = _hear(lines[user // _OF_A_CONNECTION])
            times.append(time.perf_counter() - acknowledged)
            assert told["payload"]["data"]["profileChanges"]["interaction"]["key"] == f"web:{profiles}-{number}"
            time.sleep(0.037 * (number % 13))  # events come at any moment between two readings
    shares = {f"p{share} ms": percentile(times[WARM_UP:], share / 100) for share in (50, 95)}
    return {"way": f"acknowledged until told, {profiles} followed", "events": EVENTS, **shares, "wanted": "p95 < 1,000"}


def _write(connection: http.client.HTTPConnection, key: str, messages: list[dict[str, Any]]) -> None:
    """Send messages until they are acknowledged."""
    connection.close()  # opened anew by the next request: the server does not wait for slow ones
    while not is_taken(connection, key, message_body(messages)):
        time.sleep(0.1)


@contextmanager
def _following(url: str, profiles: int) -> Generator[list[Connection]]:
    """Connections that follow users 0 to ``profiles``, in order."""
    with ExitStack() as stack:
        lines = [stack.enter_context(_opened(url)) for _ in range(0, profiles, _OF_A_CONNECTION)]
        for user in range(profiles):
            payload = {"query": _CHANGES, "variables": {"by": {"customer": f"web:u{user}"}}}
            line = lines[user // _OF_A_CONNECTION]
            line.send(json.dumps({"type": "subscribe", "id": str(user), "payload": payload}))
        for user in range(profiles):
            began = _hear(lines[user // _OF_A_CONNECTION])
            assert began["type"] == "next", began
        yield lines


@contextmanager
def _opened(url: str) -> Generator[Connection]:
    protocol = Subprotocol("graphql-transport-ws")
    with connect(url.replace("http://", "ws://") + "/graphql", subprotocols=[protocol]) as line:
        line.send(json.dumps({"type": "connection_init", "payload": AUTHORIZED}))
        assert _hear(line)["type"] == "connection_ack"
        yield line


def _hear(line: Connection) -> Any:
    return json.loads(line.recv(timeout=60))
