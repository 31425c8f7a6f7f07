import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import httpx
import psutil
import pytest
from pydantic import SecretStr

from api.operation.serving import serve, serving
from graph.address import Address
from graph.errors import CdpError, GraphUnavailableError, PortInUseError
from tests.asking import API_KEY, AUTHORIZED, keyed_settings

SETTINGS = keyed_settings()
LEVELS = {"query": "{ confidenceLevels { default } }"}
PROGRAM = """
import sys
from api.operation.serving import serve
from api.settings import ApiSettings
from graph.address import Address
workers, drain_s, *address = sys.argv[1:]
settings = ApiSettings(_env_file=None, api_port=0, api_workers=int(workers), drain_s=float(drain_s))
if __name__ == "__main__":
    try:
        serve(Address(*address), settings, on_ready=lambda url: print(url, flush=True))
    except KeyboardInterrupt:
        pass
"""


def test_the_api_answers_over_a_real_socket(neo4j_address: Address) -> None:
    with serving(neo4j_address, SETTINGS) as url, httpx.Client(base_url=url, headers=AUTHORIZED) as client:
        answer = client.post("/graphql", json=LEVELS)
        head = client.head("/")

        assert url.startswith("http://127.0.0.1:")
        assert (answer.status_code, set(answer.json())) == (200, {"data", "extensions"})
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


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"audit_key": SecretStr("secret")}, "CDP_AUDIT_KEY is no key"),
        ({"audit_dir": Path("/proc/audit")}, "/proc/audit/key cannot be used"),
        ({"oidc_issuer": "https://login.example.org"}, "CDP_OIDC_AUDIENCE is not"),
        ({"webhook_mappings": ("nowhere.yaml",)}, "nowhere.yaml"),
        ({"trusted_documents": Path("nowhere.json")}, "nowhere.json cannot be read"),
    ],
    ids=["audit key", "audit folder", "tokens", "webhooks", "documents"],
)
def test_what_no_server_can_start_with_is_said_before_one_does(
    neo4j_address: Address, wrong: dict[str, Any], said: str, workers: int
) -> None:
    with pytest.raises(CdpError, match=said):
        serve(neo4j_address, keyed_settings(api_workers=workers, **wrong))


@contextmanager
def process(address: Address, workers: int, drain_s: float) -> Generator[tuple[subprocess.Popen[str], str]]:
    """The API in a process of its own, and where it answers."""
    known = filter(None, (address.uri, address.user, address.password))
    command = [sys.executable, "-c", PROGRAM, str(workers), str(drain_s), *known]
    environment = {**os.environ, "CDP_API_KEY": API_KEY}
    with (
        TemporaryFile("w+") as log,
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True) as started,
    ):
        assert started.stdout is not None
        try:
            yield started, started.stdout.readline().strip()
        finally:
            if started.poll() is None:
                started.kill()
                started.wait()
            log.seek(0)
            assert "Traceback" not in log.read()


def test_ctrl_c_does_not_wait_for_who_distributes_the_requests(neo4j_address: Address) -> None:
    with process(neo4j_address, 1, 300) as (server, url):
        assert httpx.post(url + "/graphql", json=LEVELS, headers=AUTHORIZED, timeout=20).status_code == 200
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)


def test_a_variable_that_is_no_setting_is_one_line_of_the_log(neo4j_address: Address) -> None:
    named = {"NEO4J_URI": neo4j_address.uri, "NEO4J_USER": neo4j_address.user, "NEO4J_PASSWORD": neo4j_address.password}
    environment = {**os.environ, **{name: value for name, value in named.items() if value}, "CDP_DRAIN_S": "0"}
    command = [sys.executable, "-m", "api.commands", "serve", "--json", "--port", "0", "--workers", "2"]
    with TemporaryFile("w+") as log:
        misspelt = {**environment, "CDP_API_KEEY": "correct horse battery"}
        with subprocess.Popen(command, env=misspelt, stdout=subprocess.PIPE, stderr=log, text=True) as started:
            assert started.stdout is not None
            assert json.loads(started.stdout.readline())["graphql"]
            started.send_signal(signal.SIGTERM)
            started.wait(timeout=30)
        log.seek(0)
        lines = log.read()

    told = [line for line in map(json.loads, lines.splitlines()) if line["logger"] == "cdp.api.settings"]
    assert [(line["level"], line["variable"], line["nearest"]) for line in told] == [
        ("warning", "CDP_API_KEEY", "CDP_API_KEY")
    ]
    assert "correct horse" not in lines


@pytest.mark.parametrize("workers", [1, 2])
def test_no_request_is_lost_by_a_stop_under_load(neo4j_address: Address, workers: int) -> None:
    with process(neo4j_address, workers, 3.0) as (server, url), ThreadPoolExecutor(9) as threads:
        asking = [threads.submit(ask_until_refused, url) for _ in range(8)]
        watching = threads.submit(watch_readiness, url)
        time.sleep(0.5)
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)
        answered = sum((one.result(60) for one in asking), Counter[str]())

    assert set(answered) == {"answered"}, "each request that could be sent was answered"
    assert watching.result(60) == ["draining", "200"]
    assert server.returncode in {0, -signal.SIGTERM}


def ask_until_refused(url: str) -> Counter[str]:
    """Ask without a pause, over one connection for as long as the server keeps it; what became of the requests."""
    outcomes = Counter[str]()
    while True:
        connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
        try:
            connection.connect()
        except OSError:  # nobody listens any more: the request was never sent
            return outcomes
        with closing(connection):
            outcomes += ask_until_closed(connection)


def ask_until_closed(connection: http.client.HTTPConnection) -> Counter[str]:
    outcomes = Counter[str]()
    while True:
        try:
            connection.request(
                "POST", "/graphql", json.dumps(LEVELS), {"Content-Type": "application/json", **AUTHORIZED}
            )
            response = connection.getresponse()
            json.loads(response.read())
        except (OSError, http.client.HTTPException) as error:
            return outcomes + Counter([type(error).__name__])
        outcomes["answered"] += 1
        if response.will_close:
            return outcomes


def watch_readiness(url: str) -> list[str]:
    """What `/readyz` says until it says that the process drains, and what becomes of a request then."""
    with httpx.Client(base_url=url, timeout=60) as client:
        while (status := client.get("/readyz").json()["status"]) != "draining":
            time.sleep(0.05)
        return [status, str(client.post("/graphql", json=LEVELS, headers=AUTHORIZED).status_code)]


def test_a_worker_that_is_killed_is_replaced_and_none_outlives_the_supervisor(neo4j_address: Address) -> None:
    with process(neo4j_address, 2, 0) as (server, url):
        for _ in range(20):
            httpx.get(url + "/livez", timeout=20)
        text = httpx.get(url + "/metrics", timeout=20).text
        assert 'http_responses_total{status="200"} 20.0' in text, "both add up"
        killed, *_ = workers_of(server)
        killed.kill()
        until = time.monotonic() + 60
        while len(now := workers_of(server)) < 2 or killed in now:
            assert time.monotonic() < until
            time.sleep(0.1)
        assert httpx.post(url + "/graphql", json=LEVELS, headers=AUTHORIZED, timeout=20).status_code == 200
        server.kill()
        assert psutil.wait_procs(now, timeout=60)[1] == []


def workers_of(server: "subprocess.Popen[str]") -> list[psutil.Process]:
    children = psutil.Process(server.pid).children()
    return [one for one in children if "--multiprocessing-fork" in one.as_dict(["cmdline"], [])["cmdline"]]


def test_an_answer_leaves_as_a_whole(neo4j_address: Address) -> None:
    """Head and body in one packet: a client that is woken for the head alone waits for the next one."""
    with serving(neo4j_address, SETTINGS) as url:
        host, _, port = url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = connection.recv(65_536)

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert body
