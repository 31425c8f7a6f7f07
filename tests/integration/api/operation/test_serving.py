import os
import signal
import subprocess
import sys

import httpx
import pytest

from api.operation.serving import serve, serving
from graph.address import Address
from graph.errors import GraphUnavailableError, PortInUseError
from tests.asking import API_KEY, AUTHORIZED, keyed_settings

SETTINGS = keyed_settings()
LEVELS = {"query": "{ confidenceLevels { default } }"}
PROGRAM = """
import sys
from api.operation.serving import serve
from api.settings import ApiSettings
from graph.address import Address
serve(Address(*sys.argv[1:]), ApiSettings(_env_file=None, api_port=0), on_ready=lambda url: print(url, flush=True))
"""


def test_the_api_answers_over_a_real_socket(neo4j_address: Address) -> None:
    with serving(neo4j_address, SETTINGS) as url, httpx.Client(base_url=url, headers=AUTHORIZED) as client:
        answer = client.post("/graphql", json=LEVELS)
        head = client.head("/")

        assert url.startswith("http://127.0.0.1:")
        assert (answer.status_code, set(answer.json())) == (200, {"data"})
        assert client.get("/readyz").status_code in {200, 503}
        assert "server" not in answer.headers
        assert head.headers["content-security-policy"].startswith("default-src 'none'")
    with pytest.raises(httpx.ConnectError):
        httpx.get(url + "/livez")


def test_a_taken_port_is_said_so(neo4j_address: Address) -> None:
    with serving(neo4j_address, SETTINGS) as url:
        port = int(url.rpartition(":")[2])
        taken = keyed_settings(api_port=port)
        with pytest.raises(PortInUseError, match=str(port)):
            serve(neo4j_address, taken)


def test_a_database_that_does_not_answer_is_said_so_before_anything_is_served() -> None:
    with pytest.raises(GraphUnavailableError):
        serve(Address("bolt://127.0.0.1:1"), SETTINGS)


def test_a_server_that_is_told_to_stop_stops_by_itself(neo4j_address: Address) -> None:
    known = (neo4j_address.uri, neo4j_address.user, neo4j_address.password)
    command = [sys.executable, "-c", PROGRAM, *filter(None, known)]
    environment = {**os.environ, "CDP_API_KEY": API_KEY}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            assert _answers(url)
        finally:
            process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)

    assert "Traceback" not in errors
    assert process.returncode in {0, -signal.SIGTERM}


def _answers(url: str) -> bool:
    return httpx.post(url + "/graphql", json=LEVELS, headers=AUTHORIZED, timeout=20).status_code == 200
