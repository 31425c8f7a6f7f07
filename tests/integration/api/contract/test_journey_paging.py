from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.connection import Graph
from graph.journeys import key_order
from graph.records import InteractionRecord
from graph.writing import write_batch
from tests.factories import NOON, batch, crm, customer, device, interaction, session, shop
from tests.integration.api.conftest import Ask, write_anna

PAGE = """
query ($first: Int!, $after: String, $filter: JourneyFilter) {
  profile(by: { customer: "shop:7" }, confidence: EXACT) {
    ... on Profile {
      journey(first: $first, after: $after, filter: $filter) {
        edges { cursor node { key } }
        nodes { key }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""


async def page_of(ask: Ask, **variables: Any) -> dict[str, Any]:
    body = await ask(PAGE, **variables)
    assert "errors" not in body, body
    return body["data"]["profile"]["journey"]


def visits(moments: list[int], name: str) -> tuple[InteractionRecord, ...]:
    return tuple(
        interaction(f"{name}-{number}", at=NOON + timedelta(milliseconds=moment), customer=shop("7"))
        for number, moment in enumerate(moments)
    )


# Few different moments, so that many interactions fall on one.
moments = st.lists(st.integers(0, 12), max_size=30)


@settings(max_examples=12)
@given(moments, st.integers(1, 15), st.lists(moments, min_size=1, max_size=4))
async def test_a_walk_loses_and_repeats_nothing_while_others_write(
    graph: Graph, fresh_ask: Ask, before: list[int], first: int, arriving: list[list[int]]
) -> None:
    graph.run_alone("erase_everything")
    write_batch(graph, batch("shop", customers=(customer("shop", "7"),)))
    write_batch(graph, batch("web", interactions=visits(before, "known")))

    walked: list[str] = []
    after, more, step = None, True, 0
    while more:
        page = await page_of(fresh_ask, first=first, after=after)
        walked += [node["key"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        if step < len(arriving) and arriving[step]:
            write_batch(graph, batch("web", interactions=visits(arriving[step], f"late{step}")))
        step += 1

    assert len(walked) == len(set(walked))
    assert {key for key in walked if "known" in key} == {f"web:known-{number}" for number in range(len(before))}


async def test_every_edge_can_be_gone_on_from(graph: Graph, fresh_ask: Ask) -> None:
    write_batch(graph, batch("shop", customers=(customer("shop", "7"),)))
    write_batch(graph, batch("web", interactions=visits([0, 1, 1, 2], "known")))
    whole = await page_of(fresh_ask, first=100)
    keys = [node["key"] for node in whole["nodes"]]

    assert [edge["node"]["key"] for edge in whole["edges"]] == keys
    for number, edge in enumerate(whole["edges"]):
        rest = await page_of(fresh_ask, first=100, after=edge["cursor"])
        assert [node["key"] for node in rest["nodes"]] == keys[number + 1 :]
    assert whole["pageInfo"] == {"hasNextPage": False, "endCursor": whole["edges"][-1]["cursor"]}
    empty = await page_of(fresh_ask, first=1, after=whole["pageInfo"]["endCursor"])
    assert empty["pageInfo"] == {"hasNextPage": False, "endCursor": None}


# Beyond U+E000 and beyond U+FFFF the order of code points is not that of UTF-16 units.
ODD = ["z", "\ud7ff", "\ue000", "\ufffd", "\uffff", "\U0001f600", "\U0001f601", "\U0010ffff", "\uffff" * 40]
TOGETHER = """
query ($first: Int!, $after: String) {
  other: profile(by: { customer: "crm:1" }, confidence: EXACT) {
    ... on Profile { journey(first: $first, after: $after) { nodes { key } } }
  }
  profile(by: { customer: "shop:7" }, confidence: EXACT) {
    ... on Profile { journey(first: $first, after: $after) { nodes { key } pageInfo { hasNextPage endCursor } } }
  }
}
"""
# Without a cursor it is read with the profile.
START = """
query ($first: Int!) {
  profile(by: { customer: "shop:7" }, confidence: EXACT) {
    ... on Profile { journey(first: $first) { nodes { key } } }
  }
}
"""
TIMELINE = """
query ($first: Int!, $after: String) {
  profile(by: { customer: "shop:7" }, confidence: EXACT) {
    ... on Profile {
      journey: timeline(first: $first, after: $after) {
        nodes { ... on JourneyInteraction { key } } pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""


def odd_visits(**whose: Any) -> tuple[InteractionRecord, ...]:
    return tuple(interaction(f"known{key}", **whose) for key in ODD)


@pytest.mark.parametrize("first", [1, 2, 4])
@pytest.mark.parametrize("query", [PAGE, TOGETHER, TIMELINE])
@pytest.mark.parametrize("shared", [False, True])
async def test_keys_of_any_script_are_told_once(
    graph: Graph, fresh_ask: Ask, query: str, first: int, *, shared: bool
) -> None:
    write_batch(graph, batch("shop", customers=(customer("shop", "7"),)))
    write_batch(graph, batch("crm", customers=(customer(),)))
    logins = {"s1": shop("7"), "s2": crm("1")} if shared else {}
    sessions = tuple(session(key, device=device(), customer=who) for key, who in logins.items())
    whose = {"device": device(), "session_id": "s1"} if shared else {"customer": shop("7")}
    write_batch(graph, batch("web", sessions=sessions, interactions=odd_visits(**whose)))

    walked: list[str] = []
    after, more = None, True
    while more:
        page = (await fresh_ask(query, first=first, after=after))["data"]["profile"]["journey"]
        walked += [node["key"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert walked == sorted((f"web:known{key}" for key in ODD), key=key_order, reverse=True)
    begun = (await fresh_ask(START, first=first))["data"]["profile"]["journey"]
    assert [node["key"] for node in begun["nodes"]] == walked[:first]


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        ({"channels": ["call_centre"]}, ["call_centre:c1"]),
        ({"names": ["Contract Viewed", "Call Started"]}, ["web:m9", "call_centre:c1"]),
        ({"types": ["page"]}, []),
        ({"sources": ["call_centre", "nobody"]}, ["call_centre:c1"]),
        ({"since": "2026-03-02T00:00:00Z", "until": "2026-03-04T14:00:00+02:00"}, ["call_centre:c1"]),
        ({"since": "2026-03-02T00:00:00Z", "channels": ["web"]}, ["web:m9"]),
        ({"channels": [], "names": None, "since": "2026-03-01T12:04:00Z"}, ["web:m9", "call_centre:c1", "web:m4"]),
        ({"since": "0001-01-01T00:00:00Z", "until": "9999-12-31T23:59:59-14:00", "names": ["Call Started"]},
         ["call_centre:c1"]),
    ],
)  # fmt: skip
async def test_a_journey_is_filtered(graph: Graph, fresh_ask: Ask, wanted: dict[str, Any], keys: list[str]) -> None:
    write_anna(graph)
    body = await fresh_ask(PAGE.replace("EXACT", "DEFAULT"), first=50, filter=wanted)

    assert [node["key"] for node in body["data"]["profile"]["journey"]["nodes"]] == keys


@pytest.mark.parametrize(
    "variables",
    [
        {"first": 0},
        {"first": 101},
        {"first": 5, "after": ""},
        {"first": 5, "after": "not a cursor"},
        {"first": 5, "after": "AAAA"},
        {"first": 5, "filter": {"since": "2026-03-01T12:00:00"}},
        {"first": 5, "filter": {"since": "yesterday"}},
        {"first": 5, "filter": {"names": ["a"] * 51}},
    ],
)
async def test_what_cannot_be_used_is_refused(graph: Graph, fresh_ask: Ask, variables: dict[str, Any]) -> None:
    write_batch(graph, batch("shop", customers=(customer("shop", "7"),)))
    body = await fresh_ask(PAGE, **variables)

    assert body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
