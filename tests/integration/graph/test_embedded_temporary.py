import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from neo4j import GraphDatabase

from graph.address import Address

ROOT = Path(__file__).parents[3]
PROGRAM = """
import time
from graph.embedded.temporary import temporary_server
with temporary_server():
    time.sleep(60)
"""


def test_the_server_of_a_test_run_answers(neo4j_address: Address) -> None:
    credentials = (neo4j_address.user or "", neo4j_address.password or "") if neo4j_address.password else None
    with GraphDatabase.driver(neo4j_address.uri, auth=credentials) as driver:
        assert driver.get_server_info().agent.startswith("Neo4j/5.26")


@pytest.mark.embedded
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_an_interrupted_temporary_server(tmp_path: Path, number: signal.Signals) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
    ) as using:
        while not find_servers(tmp_path):
            time.sleep(0.05)
        using.send_signal(number)
    deadline = time.monotonic() + 20
    while find_servers(tmp_path) or list(tmp_path.iterdir()):
        assert time.monotonic() < deadline, "the server or its folder is still there"
        time.sleep(0.05)


def find_servers(folder: Path) -> list[int]:
    """Java processes whose home is below ``folder``."""
    processes = psutil.process_iter(["pid", "cmdline"])
    return [one.info["pid"] for one in processes if f"--home-dir={folder}/" in " ".join(one.info["cmdline"] or [])]
