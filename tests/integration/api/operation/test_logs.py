import io
import json
import logging
from collections.abc import Callable, Generator
from typing import Any

import pytest
from httpx import AsyncClient

from api.operation.logs import ANSWERS, configure_logs
from api.settings import ApiSettings

SECRET = "anna.private@example.org"


@pytest.fixture
def configured() -> Generator[Callable[..., io.StringIO]]:
    """Configures the logs of this process for a test; what it wrote."""
    root = logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in ("neo4j", "strawberry", "httpx", "asyncio", "splink")}
    handlers, level = root.handlers, root.level

    def configure(**settings: Any) -> io.StringIO:
        stream = io.StringIO()
        configure_logs(ApiSettings(_env_file=None, **settings), stream)  # pyright: ignore[reportCallIssue]
        return stream

    yield configure
    ANSWERS.close()
    root.handlers, root.level = handlers, level
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.usefixtures("connected_graph")
async def test_each_request_is_one_line_of_json_with_what_was_asked_by_whom(
    client: AsyncClient, configured: Callable[..., io.StringIO]
) -> None:
    stream = configured()
    query = "query Levels { confidenceLevels { default } }"
    await client.post("/graphql", json={"query": query}, headers={"X-Request-Id": "mine-1"})
    await client.post("/graphql", json={"query": "{ nothing }"})
    first, second = lines_of(stream)

    assert first.items() >= {
        "event": "answered",
        "level": "info",
        "logger": "cdp.api.access",
        "request": "mine-1",
        "path": "/graphql",
        "status": 200,
        "operation": "Levels",
    }.items()  # fmt: skip
    assert first["actor"]
    assert first["ms"] > 0
    assert first["at"].endswith("Z")
    assert (second["operation"], second["codes"]) == ("-", ["GRAPHQL_VALIDATION_FAILED"])


async def test_no_line_holds_a_document_a_variable_or_a_value(
    client: AsyncClient, configured: Callable[..., io.StringIO]
) -> None:
    stream = configured(log_level="DEBUG")
    requests: list[dict[str, Any]] = [
        {"query": f'{{ search(text: "{SECRET}") {{ matches {{ score }} }} }}'},
        {"query": f'{{ profile "{SECRET}" }}'},
        {"query": "query ($by: ProfileBy!) { profile(by: $by) { __typename } }", "variables": {"by": SECRET}},
        {"query": "{ __typename }", "operationName": SECRET},
    ]
    for request in requests:
        await client.post("/graphql", json=request)
    await client.post("/v1/identify", json={"userId": SECRET})
    fail_somewhere()

    assert SECRET not in stream.getvalue()
    assert len(lines_of(stream)) >= len(requests) + 2
    assert lines_of(stream)[-1].items() >= {"error": "ValueError", "level": "error"}.items()
    assert lines_of(stream)[-1]["place"].startswith("fail_somewhere:")


def fail_somewhere() -> None:
    try:
        int(SECRET)
    except ValueError:
        logging.getLogger("some.library").exception("Exception in ASGI application")


async def test_lines_for_people_are_words(client: AsyncClient, configured: Callable[..., io.StringIO]) -> None:
    stream = configured(log_format="plain")
    await client.get("/livez")

    (line,) = stream.getvalue().splitlines()
    assert "answered" in line
    assert "path=/livez" in line
    assert "status=200" in line


async def test_what_is_below_the_level_is_left_out(client: AsyncClient, configured: Callable[..., io.StringIO]) -> None:
    stream = configured(log_level="WARNING")
    await client.get("/livez")

    assert stream.getvalue() == ""
