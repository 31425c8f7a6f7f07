# Whatever is asked, well or badly, no personal value and no literal of a document stands in a log, in the audit log, or
# in what is told of an error. The values are marked, so that any part of them is found.
import json
import logging
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient

from graph.address import Address
from graph.connection import Graph
from graph.writing import write_batch
from tests.factories import batch, customer, identifier
from tests.integration.api.audit.test_recording import audited
from tests.integration.api.operations import SEARCH, WHOLE

# Nothing else in the world holds this word or this number.
WORD, NUMBER = "zzmarked", "4943177777"
EMAIL, PHONE, NAME = f"{WORD}.person@example.org", f"+{NUMBER}", f"{WORD}name"

GOOD: list[dict[str, Any]] = [
    {"query": WHOLE, "variables": {"by": {"email": EMAIL}}},
    {"query": WHOLE, "variables": {"by": {"phone": PHONE}}},
    {"query": WHOLE, "variables": {"by": {"identifier": {"kind": "user_id", "value": WORD}}}},
    {"query": WHOLE, "variables": {"by": {"customer": f"crm:{WORD}"}}},
    {"query": WHOLE, "variables": {"by": {"id": WORD}}},
    {"query": SEARCH, "variables": {"text": NAME}},
    {"query": f'query Found {{ profile(by: {{email: "{EMAIL}"}}) {{ ... on Profile {{ fields {{ value }} }} }} }}'},
    {"query": f'query Found {{ profile(by: {{phone: """{PHONE}"""}}) {{ __typename }} }} # {EMAIL}'},
    {"query": f'{{ search(text: "{NAME}") {{ profile {{ identifiers {{ value }} }} }} }}'},
    {"query": f'{{ session(id: "web:{WORD}") {{ __typename }} }}'},
    {"query": f'{{ requestAudit(by: {{email: "{EMAIL}"}}) {{ __typename }} }}'},
]
BAD: list[dict[str, Any]] = [
    {"query": f'{{ search(text: "{EMAIL}", first: 0) {{ profile {{ id }} }} }}'},
    {"query": f'{{ search(text: "a", first: "{EMAIL}") {{ profile {{ id }} }} }}'},
    {"query": f"{{ search(text: {NUMBER}) {{ profile {{ id }} }} }}"},
    {"query": f'{{ profile(by: {{email: "{EMAIL}", phone: "{PHONE}"}}) {{ __typename }} }}'},
    {"query": f'{{ profile(by: {{email: "{EMAIL}"}}, confidence: "{WORD}") {{ __typename }} }}'},
    {"query": f'{{ profile(by: {{identifier: {{kind: "{WORD}", value: "{WORD}"}}}}) {{ __typename }} }}'},
    {"query": f'{{ profile "{EMAIL}" }}'},
    {"query": f'"{EMAIL}'},
    {"query": f"{{ profile(by: {{email: {EMAIL}}}) {{ __typename }} }}"},
    {"query": f'{{ audit(after: "{WORD}") {{ nodes {{ key }} }} }}'},
    {"query": "query ($by: ProfileBy!) { profile(by: $by) { __typename } }", "variables": {"by": EMAIL}},
    {"query": "query ($by: ProfileBy!) { profile(by: $by) { __typename } }", "variables": {"by": {"emial": EMAIL}}},
    {"query": SEARCH, "variables": {"text": NAME, "first": EMAIL}},
    {"query": SEARCH, "variables": {"text": [EMAIL]}},
    {"query": SEARCH, "variables": {"text": NAME, "confidence": {"a": EMAIL}}},
    {"query": SEARCH, "variables": [EMAIL]},
    {"query": "{ __typename }", "operationName": EMAIL},
    {"query": {"text": EMAIL}},
    {"documentId": WORD},
    {"query": "{ __typename }", "extensions": EMAIL},
]


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Generator[pytest.LogCaptureFixture]:
    """All loggers at DEBUG, those too that were set to less."""
    known = [logging.getLogger(name) for name in logging.root.manager.loggerDict]
    levels = [logger.level for logger in known]
    for logger in known:
        logger.setLevel(logging.DEBUG)
    caplog.set_level(logging.DEBUG)
    yield caplog
    for logger, level in zip(known, levels, strict=True):
        logger.setLevel(level)


def _marked(graph: Graph) -> None:
    person = customer(
        given_name=NAME, family_name="Ilg", identifiers=(identifier("email", EMAIL), identifier("phone", PHONE))
    )
    write_batch(graph, batch("crm", customers=(person,)))


async def _texts(client: AsyncClient, requests: list[dict[str, Any]]) -> list[str]:
    return [(await client.post("/graphql", json=request)).text for request in requests]


async def test_no_personal_value_and_no_literal_is_kept(
    graph: Graph, neo4j_address: Address, everything_logged: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    _marked(graph)
    everything_logged.clear()
    async with audited(neo4j_address, tmp_path) as client:
        good, bad = await _texts(client, GOOD), await _texts(client, BAD)
        malformed = await client.post(
            "/graphql", content=f'{{"query": "{EMAIL}'.encode(), headers={"Content-Type": "application/json"}
        )
        stranger = await client.post("/graphql", json=GOOD[0], headers={"Authorization": f"Bearer {EMAIL}"})

    # The person is found and shown: to whoever asks, and nowhere else.
    assert EMAIL in good[0]
    assert PHONE in good[1]
    assert all("errors" in json.loads(text) for text in bad)
    kept = _texts_in(tmp_path)
    told = [*bad, malformed.text, stranger.text, everything_logged.text]
    assert [place for place, text in kept.items() if _holds_a_value(text)] == []
    assert [text for text in told if _holds_a_value(text)] == []
    records = sum(text.count("\n") for name, text in kept.items() if name.endswith(".jsonl"))
    assert records == len(GOOD) + len(BAD) + 2


def _texts_in(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir()}


def _holds_a_value(text: str) -> bool:
    return WORD in text.lower() or NUMBER in text or NUMBER[2:] in text
