# What is remembered of a document answers no later request but as if it had been looked at anew.
import pytest

from graph.connection import Graph
from tests.integration.api.conftest import Ask, write_anna

WITH_DIRECTIVES = """
query ($names: Boolean!) {
  profile(by: {customer: "shop:7"}) {
    ... on Profile { id fields @include(if: $names) { name } ...Customers @skip(if: $names) }
  }
}
fragment Customers on Profile { customers { key } }
"""
OF_ANYBODY = """
query ($by: ProfileBy!, $first: Int!) {
  profile(by: $by) {
    __typename
    ... on Profile { id journey(first: $first) { nodes { key } } }
    ... on UnknownIdentity { reason }
  }
}
"""


@pytest.fixture(autouse=True)
def anna(connected_graph: Graph) -> None:
    connected_graph.run_alone("erase_everything")
    write_anna(connected_graph)


async def test_directives_are_asked_each_time(ask: Ask) -> None:
    answers = [(await ask(WITH_DIRECTIVES, names=names))["data"]["profile"] for names in (True, False, True)]

    assert [set(answer) for answer in answers] == [{"id", "fields"}, {"id", "customers"}, {"id", "fields"}]
    assert answers[0] == answers[2]


async def test_one_document_answers_what_it_is_asked_each_time(ask: Ask) -> None:
    kinds, lengths = list[str](), list[int]()
    for customer, first in (("shop:7", 2), ("shop:nobody", 2), ("shop:7", 5), ("shop:7", 1)):
        profile = (await ask(OF_ANYBODY, by={"customer": customer}, first=first))["data"]["profile"]
        kinds.append(profile["__typename"])
        lengths.append(len(profile.get("journey", {"nodes": []})["nodes"]))

    assert kinds == ["Profile", "UnknownIdentity", "Profile", "Profile"]
    assert lengths == [2, 0, 5, 1]
