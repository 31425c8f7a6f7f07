# The audits of graphql-http, the reference for GraphQL over HTTP, against a served API.
import json
import subprocess
from pathlib import Path

import pytest

from api.operation.serving import serving
from graph.address import Address
from tests.asking import API_KEY, keyed_settings
from tests.node import NODE, packages_or_skip

HERE = Path(__file__).parent
# Requests in an address, which ends in logs, are only allowed by the specification, and not answered here.
LEFT_OUT = {
    "MAY accept application/x-www-form-urlencoded formatted GET requests",
    "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json",
    "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json",
}


@pytest.fixture(scope="module")
def audits(neo4j_address: Address) -> list[dict[str, str]]:
    packages = packages_or_skip(HERE)
    with serving(neo4j_address, keyed_settings()) as url:
        command = [NODE, str(HERE / "audit.cjs"), f"{url}/graphql", API_KEY]
        done = subprocess.run(command, cwd=packages, capture_output=True, text=True, timeout=120, check=True)
    return json.loads(done.stdout)


def test_nothing_is_against_the_specification_and_nothing_is_advised_against(audits: list[dict[str, str]]) -> None:
    assert len(audits) == 61
    assert [audit for audit in audits if audit["status"] in {"error", "warn"}] == []


def test_what_is_left_out_is_optional(audits: list[dict[str, str]]) -> None:
    assert {audit["name"] for audit in audits if audit["status"] == "notice"} == LEFT_OUT
