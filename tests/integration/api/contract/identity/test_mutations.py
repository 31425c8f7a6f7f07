"""Decisions over HTTP: each changes what the same answer reads, and says what was not done."""

import asyncio
from typing import Any

import orjson
import pytest

from api.access.viewer import Scope
from graph.address import Address
from graph.api_keys import NewKey, add_api_key, new_api_key
from graph.decisions import list_decisions
from graph.resolution_lock import holding_resolution_lock
from graph.unfinished_runs import mark_finished, mark_unfinished
from tests.factories import NOON
from tests.integration.api.conftest import Ask, asking, connected
from tests.integration.api.contract.identity.operations import data
from tests.integration.resolution.company import Company
from tests.integration.resolution.people import NAMES, write_person

OUTCOMES = """
  __typename
  ... on UnknownCustomer { code reason }
  ... on UnknownLink { code reason }
  ... on UnknownDecision { code reason }
  ... on ConflictingDecision { code reason decisions }
  ... on NothingResolved { code reason }
  ... on Busy { code reason retryAfterS }
  ... on MaybeDone { code reason }
  ... on DecisionTaken {
    clientMutationId decision runId customers profilesMerged profilesSplit changes { linksCreated linksRetired }
    profiles { id customers { key } }
  }
"""
INPUTS = {
    "linkCustomers": "LinkCustomersInput",
    "unlinkCustomers": "UnlinkCustomersInput",
    "confirmLink": "PairInput",
    "rejectLink": "PairInput",
    "splitCluster": "SplitClusterInput",
    "withdrawDecision": "WithdrawDecisionInput",
}


def mutation(name: str) -> str:
    return f"mutation ($input: {INPUTS[name]}!) {{ {name}(input: $input) {{ {OUTCOMES} }} }}"


async def decided(ask: Ask, name: str, **given: Any) -> Any:
    return await data(ask, mutation(name), input={"reason": "she asked", **given})


def people(found: Any) -> list[list[str]]:
    """The customers of each profile of an answer."""
    return sorted([customer["key"] for customer in profile["customers"]] for profile in found["profiles"])


async def test_a_link_merges_an_unlink_parts_and_withdrawing_brings_back(company: Company, ask_company: Ask) -> None:
    linked = await decided(ask_company, "linkCustomers", customers=["crm:4", "crm:5"])
    assert (linked["profilesMerged"], linked["customers"]) == (1, ["crm:4", "crm:5"])
    assert people(linked) == [["crm:4", "crm:5"]]

    back = await decided(ask_company, "withdrawDecision", decision=linked["decision"])
    assert (people(back), back["profilesSplit"]) == ([["crm:4"], ["crm:5"]], 1)

    parted = await decided(ask_company, "unlinkCustomers", customers=["email:2"])
    assert ["email:2"] in people(parted)
    assert ["crm:2", "shop:2"] in people(parted)

    again = await decided(ask_company, "withdrawDecision", decision=parted["decision"])
    assert people(again) == [["crm:2", "email:2", "shop:2"]]
    kept = {decision.key: decision for decision in list_decisions(company.graph)}
    # The subject of the key that the tests ask with.
    assert kept[parted["decision"]].withdrawn_by == kept[parted["decision"]].actor == "settings"


async def test_a_link_is_rejected_confirmed_and_a_cluster_split(company: Company, ask_company: Ask) -> None:
    del company
    rejected = await decided(ask_company, "rejectLink", left="crm:3", right="shop:3")
    assert all(not {"crm:3", "shop:3"} <= set(found) for found in people(rejected))
    await decided(ask_company, "withdrawDecision", decision=rejected["decision"])

    confirmed = await decided(ask_company, "confirmLink", left="crm:3", right="shop:3")
    assert any({"crm:3", "shop:3"} <= set(found) for found in people(confirmed))
    conflict = await decided(ask_company, "splitCluster", sides=[["crm:3"], ["shop:3", "email:3"]])
    assert (conflict["code"], conflict["decisions"]) == ("CONFLICTING_DECISION", [confirmed["decision"]])
    await decided(ask_company, "withdrawDecision", decision=confirmed["decision"])

    split = await decided(ask_company, "splitCluster", sides=[["crm:3"], ["shop:3", "email:3"]])
    assert people(split) == [["crm:3"], ["email:3", "shop:3"]]


async def test_what_is_not_there_is_said_so_and_nothing_is_done(company: Company, ask_company: Ask) -> None:
    before = list_decisions(company.graph)
    unknown = await decided(ask_company, "linkCustomers", customers=["crm:0", "crm:nobody@example.org"])
    never = await decided(ask_company, "confirmLink", left="crm:0", right="crm:7")
    no_decision = await decided(ask_company, "withdrawDecision", decision="decision-of-nobody")

    assert [found["code"] for found in (unknown, never, no_decision)] == [
        "UNKNOWN_CUSTOMER",
        "UNKNOWN_LINK",
        "UNKNOWN_DECISION",
    ]
    assert "nobody" not in unknown["reason"]
    assert list_decisions(company.graph) == before


TYPES = orjson.dumps(["track"] * 51).decode()


@pytest.mark.parametrize(
    ("below", "fragment"),
    [
        ("profiles(confidence: 7) { id }", ""),
        ("profiles(confidence: NO_LEVEL) { id }", ""),
        ("profiles { customers(first: 5000) { key } }", ""),
        ("profiles { journey(first: $size) { nodes { key } } }", ""),
        ('profiles { journey(after: "x") { nodes { key } } }', ""),
        ("profiles { timeline(first: 0) { nodes { __typename } } }", ""),
        (f"profiles {{ journey(filter: {{types: {TYPES}}}) {{ nodes {{ key }} }} }}", ""),
        ("profiles { ...Sessions }", "fragment Sessions on Profile { ... { sessions(first: $size) { loggedIn } } }"),
    ],
)
async def test_an_argument_below_that_is_refused_is_refused_before_anything_is_decided(
    company: Company, ask_company: Ask, below: str, fragment: str
) -> None:
    before = list_decisions(company.graph)
    size = ", $size: Int! = 1000" if "$size" in below + fragment else ""
    taken = f"linkCustomers(input: $input) {{ ... on DecisionTaken {{ {below} }} }}"
    document = f"mutation ($input: LinkCustomersInput!{size}) {{ {taken} }} {fragment}"

    answer = await ask_company(document, input={"customers": ["crm:4", "crm:5"], "reason": "she asked"})

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]
    assert list_decisions(company.graph) == before


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("linkCustomers", {"customers": ["crm:0"]}),
        ("linkCustomers", {"customers": []}),
        ("linkCustomers", {"customers": ["crm:0", "crm:1"], "reason": "  "}),
        ("linkCustomers", {"customers": ["crm:0", "crm:1"], "clientMutationId": ""}),
        ("linkCustomers", {"customers": [f"crm:{number}" for number in range(101)]}),
        ("unlinkCustomers", {"customers": ["crm:7"]}),
        ("rejectLink", {"left": "crm:0", "right": "crm:0"}),
        ("splitCluster", {"sides": [["crm:0"], []]}),
        ("splitCluster", {"sides": [["crm:0"], ["crm:0", "shop:0"]]}),
        ("withdrawDecision", {"decision": "x" * 2_000}),
    ],
)
async def test_what_cannot_be_used_is_refused(
    company: Company, ask_company: Ask, name: str, given: dict[str, Any]
) -> None:
    del company
    body = await ask_company(mutation(name), input={"reason": "she asked", **given})

    assert body["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_decision_is_taken_once_under_one_id(company: Company, ask_company: Ask) -> None:
    asked = {"customers": ["crm:6", "crm:7"], "clientMutationId": "screen-17"}
    first = await decided(ask_company, "linkCustomers", **asked)
    second = await decided(ask_company, "linkCustomers", **asked)
    other = await ask_company(mutation("rejectLink"), input={**pair("crm:6", "crm:7"), "clientMutationId": "screen-17"})
    back = {"decision": first["decision"], "clientMutationId": "screen-18"}
    withdrawn = [await decided(ask_company, "withdrawDecision", **back) for _ in range(2)]

    assert second == {
        **first,
        "runId": None,
        "profilesMerged": 0,
        "changes": {"linksCreated": 0, "linksRetired": 0},
    }
    assert other["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    assert [found["__typename"] for found in withdrawn] == ["DecisionTaken"] * 2
    assert withdrawn[1]["runId"] is None
    assert [decision.key for decision in list_decisions(company.graph)].count(first["decision"]) == 1


def pair(left: str, right: str) -> dict[str, str]:
    return {"left": left, "right": right, "reason": "two people"}


async def test_while_another_resolution_writes_nothing_is_done(company: Company, neo4j_address: Address) -> None:
    before = list_decisions(company.graph)
    async with connected(neo4j_address) as client:
        ask = asking(client)
        with holding_resolution_lock(company.graph):
            busy, erased = await asyncio.gather(
                decided(ask, "linkCustomers", customers=["crm:0", "crm:1"]),
                data(ask, ERASE, input={"customers": ["crm:0"]}),
            )
    assert (busy["code"], busy["retryAfterS"]) == ("BUSY", 5)
    assert erased == {"__typename": "Busy"}
    assert list_decisions(company.graph) == before


async def test_after_an_interrupted_run_the_operator_has_to_repair_first(company: Company, ask_company: Ask) -> None:
    company.graph.write(lambda transaction: mark_unfinished(transaction, NOON))
    try:
        busy = await decided(ask_company, "linkCustomers", customers=["crm:0", "crm:1"])
    finally:
        company.graph.write(mark_finished)

    assert busy["code"] == "BUSY"
    assert "`cdp resolve`" in busy["reason"]


async def test_what_could_not_be_waited_for_may_be_done_and_its_id_finds_out(
    company: Company, neo4j_address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.contract.mutations.settling.LATE_S", -60.0)
    asked = {"customers": ["crm:5", "shop:24"], "clientMutationId": "patient"}
    async with connected(neo4j_address, deadline_s=2.5) as client:
        with holding_resolution_lock(company.graph):
            found = await decided(asking(client), "linkCustomers", **asked)
    async with connected(neo4j_address, deadline_s=60) as client:
        again = await decided(asking(client), "linkCustomers", **asked)
        await decided(asking(client), "withdrawDecision", decision=again["decision"])

    assert found["code"] == "MAYBE_DONE"
    assert people(again) == [["crm:5", "shop:24"]]
    assert [decision.key for decision in list_decisions(company.graph)].count(again["decision"]) == 1


ERASE = """
mutation ($input: EraseCustomersInput!) {
  eraseCustomers(input: $input) {
    __typename
    ... on CustomersErased { clientMutationId erased changes { linksRetired } }
    ... on UnknownCustomer { code }
  }
}
"""
RESOLVE = """
mutation ($input: ResolveCustomersInput!) {
  resolveCustomers(input: $input) {
    __typename
    ... on CustomersResolved { changes { linksCreated } waiting }
    ... on UnknownCustomer { code }
    ... on NothingResolved { code }
  }
}
"""
WHO = "query ($key: String!) { profile(by: { customer: $key }) { ... on Profile { customers { key } } } }"


async def test_a_new_customer_is_resolved_and_erased_at_once(company: Company, ask_company: Ask) -> None:
    write_person(company.graph, "app", "1", NAMES[1])
    resolved = await data(ask_company, RESOLVE, input={"customers": ["app:1", "crm:1"]})
    joined = await data(ask_company, WHO, key="app:1")
    erased = await data(ask_company, ERASE, input={"customers": ["app:1"], "clientMutationId": "17"})
    twice = await data(ask_company, ERASE, input={"customers": ["app:1"]})
    nobody = await data(ask_company, RESOLVE, input={"customers": ["app:1"]})

    assert resolved["waiting"] is None
    assert resolved["changes"]["linksCreated"] >= 3
    assert {"key": "crm:1"} in joined["customers"]
    assert (erased["erased"], erased["clientMutationId"]) == (1, "17")
    assert {"key": "crm:1"} in (await data(ask_company, WHO, key="crm:1"))["customers"]
    assert twice["code"] == nobody["code"] == "UNKNOWN_CUSTOMER"


async def test_a_request_that_has_run_out_of_time_says_that_nothing_was_done(
    company: Company, neo4j_address: Address
) -> None:
    before = list_decisions(company.graph)
    async with connected(neo4j_address, deadline_s=1.9) as client:
        found = await decided(asking(client), "linkCustomers", customers=["crm:0", "crm:1"])

    assert found["code"] == "BUSY"
    assert list_decisions(company.graph) == before


async def test_who_decides_without_seeing_profiles_is_told_what_was_decided(
    company: Company, neo4j_address: Address
) -> None:
    key = new_api_key()
    add_api_key(company.graph, NewKey("decides", [Scope.STEWARD], None), key)
    body = {
        "query": mutation("linkCustomers"),
        "variables": {"input": {"reason": "r", "customers": ["crm:4", "crm:5"]}},
    }
    async with connected(neo4j_address, deadline_s=60) as client:
        answer = await client.post("/graphql", json=body, headers={"Authorization": f"Bearer {key}"})
        decided_now = [found.key for found in list_decisions(company.graph) if found.actor == "decides"]
        for decision in decided_now:
            await decided(asking(client), "withdrawDecision", decision=decision)

    told = answer.json()
    assert "errors" not in told
    assert told["data"]["linkCustomers"]["profiles"] == []
    assert decided_now == [told["data"]["linkCustomers"]["decision"]]
