# The Python example as its reader runs it: a file of its own, without this project in sight.
import json
import os
import subprocess
import sys
from collections.abc import Generator

import pytest

from api.examples.reading import FOLDER
from api.operation.serving import serving
from graph.address import Address
from graph.connection import Graph
from graph.resolutions import write_resolution
from graph.writing import write_batch
from tests.asking import API_KEY, keyed_settings
from tests.factories import batch, customer, interaction, minutes, shop
from tests.integration.api.conftest import resolution


@pytest.fixture(scope="module")
def url(neo4j_address: Address, connected_graph: Graph) -> Generator[str]:
    """Of an API that knows somebody with more than one page of journey."""
    connected_graph.run_alone("erase_everything")
    visits = tuple(interaction(f"m{n}", at=minutes(n), customer=shop("7")) for n in range(120))
    write_batch(connected_graph, batch("shop", customers=(customer("shop", "7", given_name="Anne"),)))
    write_batch(connected_graph, batch("web", interactions=visits))
    write_resolution(connected_graph, resolution())
    with serving(neo4j_address, keyed_settings()) as url:
        yield url


def ran(url: str, customer: str, key: str = API_KEY) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(FOLDER / "python" / "my_data.py"), url, customer]
    environment = {**os.environ, "CDP_API_KEY": key}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_the_whole_journey_is_walked(url: str) -> None:
    shown = ran(url, "shop:7")

    assert shown.stderr == ""
    found = json.loads(shown.stdout)
    assert [field["value"] for field in found["fields"]] == ["Anne"]
    assert [node["key"] for node in found["journey"]] == [f"web:m{n}" for n in reversed(range(120))]


def test_nobody_is_an_answer_too(url: str) -> None:
    shown = ran(url, "shop:404")

    assert shown.stderr == ""
    assert json.loads(shown.stdout)["__typename"] == "UnknownIdentity"


def test_a_refusal_has_its_code(url: str) -> None:
    refused = ran(url, "shop:7", key="wrong")

    assert refused.returncode == 1
    assert refused.stderr.startswith("UNAUTHENTICATED: ")
