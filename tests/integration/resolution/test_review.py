# A small graph whose links are written by hand, so that every question can be reckoned.
from dataclasses import replace
from math import log2
from operator import attrgetter

import pytest

from graph.connection import AsyncGraph, Graph
from graph.decisions import Decision, write_decisions
from graph.errors import ConfigurationError, ResolutionError
from graph.links import ComparedPair, Link
from graph.resolutions import Resolution, write_resolution
from graph.review import Question, entropy, review_queue
from graph.runs import ScoringModel
from graph.writing import write_batch
from resolution.clusters.claims import probability
from resolution.runs import begun
from tests.factories import NOON, batch, customer

LEVELS = {"exact": 1.0, "strict": 0.95, "default": 0.5, "loose": 0.3}


def forest(left: str, right: str, confidence: float) -> Link:
    """A link of the forest; of a cohesion that rises with its confidence."""
    found = link(left, right, 3.2)
    return replace(found, cohesion=10 * confidence, confidence=confidence, evidence='[["email","exact",6,1]]')


def link(left: str, right: str, weight: float, guard: str | None = None) -> Link:
    """A link that joins no groups."""
    return Link(f"crm:{left}", f"crm:{right}", probability(weight), weight, "splink", guard=guard)


def pair(left: str, right: str, weight: float, guard: str | None = None) -> ComparedPair:
    return ComparedPair(f"crm:{left}", f"crm:{right}", probability(weight), weight, guard=guard)


def links(*found: Link | ComparedPair, graph: Graph) -> None:
    """A graph of the customers a to j with some links and compared pairs."""
    write_batch(graph, batch("crm", customers=tuple(customer("crm", key) for key in "abcdefghij")))
    run = begun("full", "by-hand")
    model = ScoringModel("by-hand", run.started_at, "{}", (), LEVELS)
    joined = [claim for claim in found if isinstance(claim, Link)]
    compared = [claim for claim in found if isinstance(claim, ComparedPair)]
    in_order = attrgetter("left", "right")
    write_resolution(graph, Resolution(sorted(joined, key=in_order), sorted(compared, key=in_order), model, run))


def named(questions: list[Question]) -> list[str]:
    return [f"{question.left[-1]}{question.right[-1]} {question.kind}" for question in questions]


async def asked(graph: AsyncGraph, limit: int = 50) -> list[str]:
    return named(await review_queue(graph, limit))


async def test_the_groups_of_a_doubtful_link_are_what_it_joined(graph: Graph, async_graph: AsyncGraph) -> None:
    links(forest("a", "b", 0.99), forest("b", "c", 0.98), forest("d", "e", 0.97), forest("c", "d", 0.8), graph=graph)

    (question,) = await review_queue(async_graph)

    assert (question.left, question.right, question.kind) == ("crm:c", "crm:d", "doubtful_link")
    assert (question.left_size, question.right_size) == (3, 2)
    assert question.information == pytest.approx(entropy(0.8) * log2(7))
    assert question.why == "It holds 3 records and 2 records together with a confidence of 0.80."
    assert [found.comparison for found in question.evidence] == ["email"]


async def test_what_tells_most_comes_first(graph: Graph, async_graph: AsyncGraph) -> None:
    links(
        *(forest("a", "b", 0.99), forest("b", "c", 0.6)),
        forest("d", "e", 0.6),
        forest("f", "g", 0.9),
        graph=graph,
    )

    assert await asked(async_graph) == ["bc doubtful_link", "de doubtful_link", "fg doubtful_link"]
    assert await asked(async_graph, 1) == ["bc doubtful_link"]


async def test_of_many_pairs_between_two_groups_one_is_asked(graph: Graph, async_graph: AsyncGraph) -> None:
    links(
        *(forest("a", "b", 0.99), forest("c", "d", 0.99)),
        *(link("a", "c", 1.0), link("b", "d", 2.0), pair("a", "d", -1.0)),
        graph=graph,
    )

    (question,) = await review_queue(async_graph)

    assert (question.left, question.right, question.kind) == ("crm:b", "crm:d", "likely_pair")
    assert question.probability == pytest.approx((probability(2.0) + probability(-1.0)) / 2)


async def test_pairs_of_one_group_are_not_asked(graph: Graph, async_graph: AsyncGraph) -> None:
    links(forest("a", "b", 0.99), forest("b", "c", 0.99), pair("a", "c", -0.5), graph=graph)

    assert await asked(async_graph) == []


async def test_where_a_guard_acted_somebody_should_look(graph: Graph, async_graph: AsyncGraph) -> None:
    links(
        pair("a", "b", 9.0, guard="contradiction"),
        pair("c", "d", -6.0, guard="rule_refused"),
        pair("e", "f", -6.0, guard="contradiction"),
        pair("g", "h", 9.0, guard="decision"),
        link("i", "j", 9.0, guard="weak_bridge"),
        graph=graph,
    )

    found = {question.left[-1]: question for question in await review_queue(async_graph)}

    assert {key: question.guard for key, question in found.items()} == {
        "a": "contradiction",
        "c": "rule_refused",
        "e": "contradiction",
        "i": "weak_bridge",
    }
    assert found["a"].probability == pytest.approx(0.5, abs=0.01)
    assert found["c"].probability == 0.5
    assert found["e"].information < 0.2
    assert "a guard acted (weak_bridge)" in found["i"].why


async def test_hardly_likely_pairs_are_no_questions(graph: Graph, async_graph: AsyncGraph) -> None:
    links(pair("a", "b", -1.0), pair("c", "d", -7.0), graph=graph)

    assert await asked(async_graph) == ["ab close_pair"]


def decide(graph: Graph, *sides: tuple[str, ...], joins: bool) -> None:
    decision = Decision(f"d-{sides}", "link" if joins else "split", "ada", "as she sees it", NOON, sides)
    graph.write(lambda transaction: write_decisions(transaction, [decision]))


async def test_what_is_decided_is_not_asked_again(graph: Graph, async_graph: AsyncGraph) -> None:
    links(forest("a", "b", 0.99), pair("b", "c", -1.0), pair("d", "e", 0.5), pair("f", "g", 0.5), graph=graph)
    decide(graph, ("crm:a",), ("crm:c",), joins=False)
    decide(graph, ("crm:d", "crm:j", "crm:e"), joins=True)

    assert await asked(async_graph) == ["fg likely_pair"]


async def test_an_answer_that_follows_from_two_decisions_is_not_asked(graph: Graph, async_graph: AsyncGraph) -> None:
    links(replace(forest("a", "b", 1.0), cohesion=100.0, method="steward"), pair("b", "c", -1.0), graph=graph)
    decide(graph, ("crm:a", "crm:b"), joins=True)
    decide(graph, ("crm:a",), ("crm:c",), joins=False)

    assert await asked(async_graph) == []


async def test_before_a_resolution_there_is_nothing_to_ask(graph: Graph, async_graph: AsyncGraph) -> None:
    del graph
    with pytest.raises(ResolutionError, match="cdp resolve"):
        await review_queue(async_graph)


async def test_a_number_of_questions_has_bounds(async_graph: AsyncGraph) -> None:
    with pytest.raises(ConfigurationError):
        await review_queue(async_graph, 0)
