from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.connection import Graph
from graph.resolutions import write_resolution
from graph.times import milliseconds
from graph.writing import write_batch
from tests.factories import NOON, batch, customer, interaction, shop
from tests.integration.api.conftest import Ask, link, resolution, write_anna

TIMELINE = """
query ($first: Int!, $after: String, $filter: JourneyFilter, $include: [TimelineKind!], $confidence: Confidence) {
  profile(by: { customer: "shop:7" }, confidence: $confidence) {
    ... on Profile {
      timeline(first: $first, after: $after, filter: $filter, include: $include) {
        edges { cursor }
        nodes {
          __typename
          ... on JourneyInteraction { key at source }
          ... on IdentityChange { key at kind cause runId reason customers profilesBefore profilesAfter links { left } }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""


async def page_of(ask: Ask, **variables: Any) -> dict[str, Any]:
    body = await ask(TIMELINE, **{"first": 50, "confidence": "EXACT", **variables})
    assert "errors" not in body, body
    return body["data"]["profile"]["timeline"]


def record(graph: Graph, moments: list[int], kind: str = "linked", customers: tuple[str, ...] = ("shop:7",)) -> None:
    """Identity events, each some milliseconds after noon."""
    for number, moment in enumerate(moments):
        row = {"key": f"run:{number:03}", "kind": kind, "customers": list(customers)}
        row |= {"profiles_before": ["p_a"], "profiles_after": ["p_b"]}
        at = milliseconds(NOON + timedelta(milliseconds=moment))
        graph.write(
            lambda transaction, row=row, at=at: transaction.run(
                "merge_identity_events", rows=[row], run_id="run-1", cause="resolve", at=at
            )
        )


async def test_why_records_are_here_stands_among_what_happened(graph: Graph, fresh_ask: Ask) -> None:
    write_anna(graph)
    record(graph, [60_500], "merged", ("crm:1", "shop:7"))
    nodes = (await page_of(fresh_ask, confidence="DEFAULT"))["nodes"]

    assert [node["key"] for node in nodes] == [
        "web:m9", "call_centre:c1", "web:m4", "web:m3", "web:m2", "run:000", "web:m1", "web:m0"
    ]  # fmt: skip
    change = nodes[5]
    assert (change["kind"], change["cause"], change["runId"]) == ("MERGED", "resolve", "run-1")
    assert change["customers"] == ["crm:1", "shop:7"]
    assert change["reason"] == (
        "1 profiles became one in a resolution: crm:1 and shop:7 are one person with a probability of 0.9900 "
        "(email exact, given name similar)."
    )
    assert (change["profilesBefore"], change["profilesAfter"], change["links"]) == (
        ["p_a"], ["p_b"], [{"left": "crm:1"}]
    )  # fmt: skip


async def test_what_a_steward_said_is_the_reason_and_not_what_was_only_likely(graph: Graph, fresh_ask: Ask) -> None:
    for source, external_id in (("crm", "1"), ("dwh", "0"), ("shop", "7")):
        write_batch(graph, batch(source, customers=(customer(source, external_id),)))
    decided = replace(link("crm:1", "dwh:0"), probability=1.0, match_weight=0.0, method="steward", evidence=None)
    write_resolution(graph, resolution(decided, link("crm:1", "shop:7")))
    record(graph, [60_500], "merged", ("crm:1", "dwh:0", "shop:7"))
    nodes = (await page_of(fresh_ask, confidence="DEFAULT", include=["IDENTITY_CHANGE"]))["nodes"]

    assert nodes[0]["reason"] == "1 profiles became one in a resolution: a steward linked crm:1 and dwh:0."


@pytest.mark.parametrize(
    ("variables", "keys"),
    [
        ({"include": ["IDENTITY_CHANGE"]}, ["run:000"]),
        ({"include": ["INTERACTION"], "filter": {"names": ["Call Started"]}}, ["call_centre:c1"]),
        ({"filter": {"sources": ["call_centre"]}}, ["call_centre:c1", "run:000"]),
        ({"filter": {"sources": ["web"], "until": "2026-03-01T12:01:01Z"}}, ["run:000", "web:m1", "web:m0"]),
        ({"filter": {"since": "2026-03-01T12:01:01Z", "until": "2026-03-01T12:02:01Z"}}, ["web:m2"]),
    ],
)
async def test_a_timeline_is_filtered(graph: Graph, fresh_ask: Ask, variables: dict[str, Any], keys: list[str]) -> None:
    write_anna(graph)
    record(graph, [60_500], customers=("crm:1",))

    nodes = (await page_of(fresh_ask, confidence="DEFAULT", **variables))["nodes"]
    assert [node["key"] for node in nodes] == keys


# Few different moments, so that many items of both kinds fall on one.
moments = st.lists(st.integers(0, 6), max_size=14)


@settings(max_examples=12)
@given(moments, moments, st.integers(1, 12))
async def test_any_page_size_gives_every_item_once_and_in_order(
    graph: Graph, fresh_ask: Ask, happened: list[int], changed: list[int], first: int
) -> None:
    graph.run_alone("erase_everything")
    visits = [
        interaction(f"m{number}", at=NOON + timedelta(milliseconds=moment), customer=shop("7"))
        for number, moment in enumerate(happened)
    ]
    write_batch(graph, batch("shop", customers=(customer("shop", "7"), customer("shop", "8"))))
    write_batch(graph, batch("web", interactions=tuple(visits)))
    record(graph, changed, customers=("shop:7", "shop:8"))

    walked: list[tuple[str, str]] = []
    after, more = None, True
    while more:
        page = await page_of(fresh_ask, first=first, after=after)
        assert len(page["nodes"]) <= first
        walked += [(node["at"], node["key"]) for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert walked == sorted(walked, reverse=True)
    assert sorted(key for _, key in walked) == sorted(
        [
            *(f"web:m{number}" for number in range(len(happened))),
            *(f"run:{number:03}" for number in range(len(changed))),
        ]
    )


async def test_a_journey_is_what_it_was(graph: Graph, fresh_ask: Ask) -> None:
    write_anna(graph)
    record(graph, [60_500])
    query = '{ profile(by: {customer: "shop:7"}) { ... on Profile { journey { nodes { key } } } } }'

    assert len((await fresh_ask(query))["data"]["profile"]["journey"]["nodes"]) == 7
