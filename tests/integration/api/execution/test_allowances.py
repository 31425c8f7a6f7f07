# How much an actor may ask for: cost, requests at once, and ids that are guessed.
import asyncio
from collections import Counter

import pytest
from httpx import AsyncClient

from graph.address import Address
from tests.factories import days
from tests.integration.api.conftest import asking, connected
from tests.integration.api.operations import SESSION, WHOLE

LEVELS = {"query": "{ confidenceLevels { default } }"}
PROFILE_AT = "query ($by: ProfileBy!, $asOf: DateTime) { profile(by: $by, asOf: $asOf) { __typename } }"
HOW = """
query ($by: ProfileBy!, $asOf: DateTime) {
  how(by: $by, asOf: $asOf) { __typename ... on UnknownIdentity { reason } }
}
"""
LOOKED_AT = """
query ($by: ProfileBy!) {
  requestAudit(by: $by) { __typename ... on UnknownIdentity { reason } }
}
"""
SEARCH = 'query ($n: Int!) { search(text: "a", first: $n) { matches { score } } }'


async def test_every_answer_tells_what_it_cost(client: AsyncClient) -> None:
    cheap = await client.post("/graphql", json=LEVELS)
    dear = await client.post("/graphql", json={"query": SEARCH, "variables": {"n": 50}})

    assert cheap.json()["extensions"] == {"cost": {"requested": 12, "limit": 20_000}}
    assert dear.json()["extensions"]["cost"]["requested"] == 111


async def test_an_operation_beyond_the_limit_is_refused_with_its_cost(client: AsyncClient) -> None:
    query = '{ search(text: "a", first: 50) { profile { links(first: 1000) { rule } } } }'
    body = (await client.post("/graphql", json={"query": query})).json()

    assert [error["extensions"]["code"] for error in body["errors"]] == ["QUERY_TOO_COMPLEX"]
    assert body["extensions"]["cost"]["requested"] > body["extensions"]["cost"]["limit"] == 20_000
    assert "data" not in body


async def test_who_asked_for_too_much_has_to_wait(neo4j_address: Address) -> None:
    dear = {"query": '{ search(text: "nobody", first: 49) { profile { links(first: 350) { rule } } } }'}
    async with connected(neo4j_address, cost_per_second=1, cost_at_once=1) as client:
        first, second = await client.post("/graphql", json=dear), await client.post("/graphql", json=dear)

    assert first.status_code == 200
    assert second.status_code == 429
    assert 10_000 < int(second.headers["retry-after"]) < 20_000
    assert [error["extensions"]["code"] for error in second.json()["errors"]] == ["RATE_LIMITED"]


@pytest.mark.parametrize(
    "document",
    [
        "{{ nothing{} }}",
        'query Q{} {{ search(text: "a", first: 50) {{ profile {{ links(first: 1000) {{ rule }} }} }} }}',
    ],
)
async def test_documents_that_cannot_be_used_are_not_free(neo4j_address: Address, document: str) -> None:
    async with connected(neo4j_address, cost_per_second=1, cost_at_once=1) as client:
        statuses = [
            (await client.post("/graphql", json={"query": document.format(number)})).status_code
            for number in range(250)
        ]

    # 20,000 at 101 each.
    assert statuses.count(200) == statuses.index(429)
    assert 190 < statuses.index(429) < 210


async def test_an_operation_refused_for_lack_of_credit_is_charged_no_more(neo4j_address: Address) -> None:
    dear = {"query": '{ search(text: "nobody", first: 49) { profile { links(first: 350) { rule } } } }'}
    async with connected(neo4j_address, cost_per_second=1, cost_at_once=1) as client:
        waits = [(await client.post("/graphql", json=dear)).headers.get("retry-after") for _ in range(12)]

    # Of asking at all, one each; a charge of a hundred each would be a wait of a thousand seconds more.
    assert waits[0] is None
    assert int(waits[-1] or 0) - int(waits[1] or 0) < 50


async def test_beyond_the_requests_at_once_the_answer_is_503_at_once(neo4j_address: Address) -> None:
    async with connected(neo4j_address, requests_at_once=2) as client:
        asked = (client.post("/graphql", json={"query": SEARCH, "variables": {"n": 1}}) for _ in range(6))
        responses = await asyncio.gather(*asked)
        later = await client.post("/graphql", json=LEVELS)

    statuses = Counter(response.status_code for response in responses)
    assert statuses[200] >= 2
    assert statuses[503] == 6 - statuses[200] > 0
    refused = next(response for response in responses if response.status_code == 503)
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert later.status_code == 200


@pytest.mark.usefixtures("anna")
async def test_after_too_many_guesses_no_session_is_known(neo4j_address: Address) -> None:
    async with connected(neo4j_address, unknown_sessions_per_minute=1) as client:
        ask = asking(client)
        known = [await ask(SESSION, id="web:s1") for _ in range(5)]
        guessed = await ask(SESSION, id="web:guess")
        limited = await ask(SESSION, id="web:s1")
        by_session = await ask(WHOLE, by={"session": "web:s1"})
        by_device = await ask(WHOLE, by={"device": "anonymous_id:d1"})
        by_email = await ask(WHOLE, by={"email": "anna@example.org"})
        of_the_past = await ask(SESSION, id="web:s1", asOf=days(9).isoformat())

    assert [body for body in known if "errors" in body] == []
    assert {body["data"]["session"]["__typename"] for body in known} == {"AuthenticatedSession"}
    unknown = {"__typename": "UnknownIdentity", "reason": "This session is not known."}
    assert [body["data"]["session"] for body in (guessed, limited)] == [unknown] * 2
    assert by_session["data"]["profile"] == unknown
    assert by_device["data"]["profile"] == {"__typename": "UnknownIdentity", "reason": "This device is not known."}
    assert by_email["data"]["profile"]["__typename"] == "Profile"
    assert of_the_past["data"]["session"]["reason"] == "This session was not known at that time."


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("past", [{}, {"asOf": days(9).isoformat()}])
@pytest.mark.parametrize("kind", ["session", "device"])
async def test_asking_how_is_guessing_too(neo4j_address: Address, kind: str, past: dict[str, str]) -> None:
    known, guess = {"session": ("web:s1", "web:guess"), "device": ("anonymous_id:d1", "anonymous_id:guess")}[kind]
    async with connected(neo4j_address, unknown_sessions_per_minute=1) as client:
        ask = asking(client)
        before = [await ask(HOW, by={kind: known}, **past) for _ in range(3)]
        guessed = await ask(HOW, by={kind: guess}, **past)
        limited = await ask(HOW, by={kind: known}, **past)
        profile = await ask(HOW.replace("how(", "profile("), by={kind: known}, **past)

    assert {body["data"]["how"]["__typename"] for body in before} == {"HowBuilt"}
    assert guessed["data"]["how"] == limited["data"]["how"] == profile["data"]["profile"]
    assert limited["data"]["how"]["__typename"] == "UnknownIdentity"


@pytest.mark.usefixtures("anna")
async def test_asking_who_looked_at_a_visitor_is_guessing_too(neo4j_address: Address) -> None:
    async with connected(neo4j_address, unknown_sessions_per_minute=1) as client:
        ask = asking(client)
        by = [*["web:s1"] * 3, "web:guess", "web:s1"]
        found = [(await ask(LOOKED_AT, by={"session": session}))["data"]["requestAudit"] for session in by]

    assert [answer["__typename"] for answer in found] == ["AuditConnection"] * 3 + ["UnknownIdentity"] * 2
    assert found[-1] == found[-2]


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("query", [PROFILE_AT, HOW])
@pytest.mark.parametrize("by", [{"session": "web:guess"}, {"device": "anonymous_id:guess"}])
async def test_guesses_at_a_past_time_are_guesses(neo4j_address: Address, by: dict[str, str], query: str) -> None:
    past = {"asOf": days(9).isoformat()}
    async with connected(neo4j_address, unknown_sessions_per_minute=1) as client:
        ask = asking(client)
        before = await ask(SESSION, id="web:s1", **past)
        await ask(query, by=by, **past)
        after = await ask(SESSION, id="web:s1", **past)

    assert before["data"]["session"]["__typename"] == "AuthenticatedSession"
    assert after["data"]["session"]["__typename"] == "UnknownIdentity"
