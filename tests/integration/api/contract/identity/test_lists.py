"""Lists page by page, over a world that is written by hand: every row comes once, whatever the size of the pages."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.contract.paging import cursor_for
from graph.address import Address
from graph.connection import Graph
from graph.decisions import Decision, withdraw_decision, write_decisions
from graph.links import Link
from graph.resolutions import Resolution, write_resolution
from graph.runs import ScoringRun, write_run
from graph.writing import write_batch
from tests.factories import batch, crm, customer, interaction, minutes
from tests.integration.api.conftest import Ask, asking, connected, resolution
from tests.integration.api.contract.identity.operations import data

SIZES = {"crm": 17, "crm2": 5, "shop": 12}
KEYS = sorted(f"{source}:{number}" for source, size in SIZES.items() for number in range(size))
METHODS = ("splink", "rule", "steward")
# Several of one moment, so that the key has to decide.
RUNS = [f"run-{number}" for number in range(2, 12)]
DECISIONS = [f"decision-{number:02}" for number in range(9)]

LISTS: dict[str, tuple[str, str]] = {
    "customers": ("CustomerFilter", "key"),
    "links": ("LinkFilter", "left right"),
    "runs": ("RunFilter", "runId"),
    "decisions": ("", "key"),
    "sources": ("", "name"),
    "reviewQueue": ("", "left right"),
}


def link(number: int) -> Link:
    left, right = KEYS[number], KEYS[number + 1]
    method = METHODS[number % 3]
    rule = "same_card" if method == "rule" else None
    confidence = round(0.3 + 0.02 * number, 2)
    found = Link(left, right, confidence, 2.0, "splink", rule, "[]", cohesion=10 * confidence, confidence=confidence)
    return replace(found, method=method)


@pytest.fixture(scope="module")
def world(connected_graph: Graph) -> Graph:
    graph = connected_graph
    graph.run_alone("erase_everything")
    for source, size in SIZES.items():
        records = tuple(customer(source, str(number), given_name="Anna") for number in range(size))
        write_batch(graph, batch(source, customers=records))
    call = interaction("c1", "call_centre", customer=crm("named"), name="Call Started")
    write_batch(graph, batch("call_centre", interactions=(call,)))
    whole: Resolution = resolution(*(link(number) for number in range(len(KEYS) - 1)))
    write_resolution(graph, whole)
    graph.write(lambda transaction: [write_run(transaction, run) for run in further_runs()])
    graph.write(lambda transaction: write_decisions(transaction, decisions()))
    graph.write(lambda transaction: withdraw_decision(transaction, DECISIONS[0], "ada", "a mistake", minutes(9)))
    return graph


def further_runs() -> list[ScoringRun]:
    return [
        ScoringRun(
            name, "v1", "incremental" if number % 2 else "full", {}, minutes(1 + number // 3), minutes(20 - number)
        )
        for number, name in enumerate(RUNS)
    ]


def decisions() -> list[Decision]:
    return [
        Decision(key, "reject", "ada", "two people", minutes(number // 4), ((KEYS[number],), (KEYS[number + 2],)))
        for number, key in enumerate(DECISIONS)
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ask_world(world: Graph, neo4j_address: Address) -> AsyncGenerator[Ask]:
    del world
    async with connected(neo4j_address) as client:
        yield asking(client)


async def walked(ask: Ask, name: str, first: int, wanted: Any = None) -> list[str]:
    """Every row of a list, as one text each."""
    kind, selected = LISTS[name]
    declared, given = (f", $filter: {kind}", ", filter: $filter") if kind else ("", "")
    query = f"""
        query ($first: Int!, $after: String{declared}) {{
          {name}(first: $first, after: $after{given}) {{
            edges {{ cursor }} nodes {{ {selected} }} pageInfo {{ hasNextPage endCursor }}
          }}
        }}
    """
    found: list[str] = []
    after, more = None, True
    while more:
        page = await data(ask, query, first=first, after=after, **({"filter": wanted} if kind else {}))
        assert len(page["nodes"]) <= first
        assert [edge["cursor"] for edge in page["edges"]][-1:] == [page["pageInfo"]["endCursor"]] * bool(page["edges"])
        found += [" ~ ".join(node.values()) for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return found


@settings(max_examples=25)
@given(st.sampled_from(sorted(LISTS)), st.integers(1, 40))
@example("reviewQueue", 1)
@example("runs", 1)
@example("decisions", 1)
async def test_pages_of_any_size_give_every_row_once(ask_world: Ask, name: str, first: int) -> None:
    whole = await walked(ask_world, name, 100)

    assert len(whole) == len(set(whole)) > 3
    assert await walked(ask_world, name, first) == whole


async def test_each_list_has_all_of_its_kind_in_its_order(ask_world: Ask) -> None:
    assert await walked(ask_world, "customers", 50) == sorted([*KEYS, "crm:named"])
    assert await walked(ask_world, "links", 50) == [" ~ ".join(pair) for pair in pairwise(KEYS)]
    assert await walked(ask_world, "sources", 50) == ["call_centre", "crm", "crm2", "shop"]
    runs = sorted(further_runs(), key=lambda run: (run.started_at, run.run_id), reverse=True)
    assert await walked(ask_world, "runs", 50) == [*(run.run_id for run in runs), "run-1"]
    newest = sorted(decisions(), key=lambda decision: (decision.at, decision.key), reverse=True)
    assert await walked(ask_world, "decisions", 50) == [decision.key for decision in newest]


@pytest.mark.parametrize(
    ("name", "wanted", "count"),
    [
        ("customers", {"source": "crm"}, 18),
        ("customers", {"source": "crm2"}, 5),
        ("customers", {"source": "cr"}, 0),
        ("customers", {"unresolved": True}, len(KEYS)),
        ("customers", {"source": "crm", "unresolved": False}, 1),
        ("links", {"method": "rule"}, 11),
        ("links", {"rule": "same_card", "minProbability": 0.5}, 8),
        ("links", {"minProbability": 0.5, "maxProbability": 0.6}, 6),
        ("links", {"runId": "run-1", "modelVersion": "v1"}, 33),
        ("links", {"runId": "run-2"}, 0),
        ("runs", {"scope": "incremental"}, 5),
        ("runs", {"modelVersion": "v2"}, 0),
    ],
)
async def test_lists_are_filtered(ask_world: Ask, name: str, wanted: dict[str, Any], count: int) -> None:
    assert len(await walked(ask_world, name, 4, wanted)) == count


async def test_decisions_in_force_and_withdrawn_ones(ask_world: Ask) -> None:
    asked = "query ($inForce: Boolean) { decisions(inForce: $inForce) { nodes { key sides withdrawnBy } } }"
    in_force = (await data(ask_world, asked, inForce=True))["nodes"]
    withdrawn = (await data(ask_world, asked, inForce=False))["nodes"]

    assert len(in_force) == len(DECISIONS) - 1
    assert withdrawn == [{"key": DECISIONS[0], "sides": [[KEYS[0]], [KEYS[2]]], "withdrawnBy": "ada"}]


async def test_one_customer_by_its_key(ask_world: Ask) -> None:
    query = """
        query ($key: ID!) {
          customer(key: $key) {
            ... on SourceCustomer { key source externalId fields } ... on UnknownCustomer { code }
          }
        }
    """
    assert await data(ask_world, query, key="shop:3") == {
        "key": "shop:3",
        "source": "shop",
        "externalId": "3",
        "fields": {"given_name": "Anna"},
    }
    assert await data(ask_world, query, key="shop:99") == {"code": "UNKNOWN_CUSTOMER"}


async def test_a_question_says_why_it_is_asked(ask_world: Ask) -> None:
    query = "{ reviewQueue(first: 3) { nodes { kind why information leftSize rightSize probability } } }"
    found = (await data(ask_world, query))["nodes"]

    assert [question["kind"] for question in found] == ["DOUBTFUL_LINK"] * 3
    assert [question["information"] for question in found] == sorted(
        (question["information"] for question in found), reverse=True
    )
    assert all(question["why"] for question in found)


async def test_a_cursor_of_another_list_is_refused(ask_world: Ask) -> None:
    query = "query ($after: String) { customers(first: 1, after: $after) { pageInfo { endCursor } } }"
    ours = (await data(ask_world, query))["pageInfo"]["endCursor"]
    theirs = await ask_world(query.replace("customers", "links"), after=ours)
    none = await ask_world(query, after="AAAA")

    assert "errors" not in await ask_world(query, after=ours)
    for refused in (theirs, none):
        assert refused["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("name", ["runs", "decisions"])
@pytest.mark.parametrize("at", [10**17, -(10**17), 2**63 - 1])
async def test_a_cursor_of_no_time_that_there_is_is_refused(ask_world: Ask, name: str, at: int) -> None:
    query = f"query ($after: String) {{ {name}(after: $after) {{ pageInfo {{ hasNextPage }} }} }}"
    refused = await ask_world(query, after=cursor_for(name, (at, "x")))

    (error,) = refused["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"].startswith("The cursor is not one of ours.")


async def test_a_source_says_how_it_sends(ask_world: Ask) -> None:
    found = await data(ask_world, "{ sources { nodes { name kind trust tracked disabledAt health { source } } } }")

    shop = next(source for source in found["nodes"] if source["name"] == "shop")
    assert (shop["kind"], shop["trust"], shop["tracked"], shop["disabledAt"]) == ("shop", 50, False, None)
    assert shop["health"] is None or shop["health"]["source"] == "shop"
