"""Links of the past between two groups."""

from dataclasses import replace

from graph.connection import Graph
from graph.history import links_across
from graph.links import Link
from graph.resolutions import Resolution, write_resolution
from graph.runs import ScoringModel, ScoringRun
from graph.writing import write_batch
from tests.factories import NOON, batch, customer, minutes


def test_a_link_that_was_never_scored_does_not_outweigh_a_scored_one(graph: Graph) -> None:
    write_batch(graph, batch("crm", customers=tuple(customer(external_id=number) for number in "1234")))
    unscored = Link("crm:1", "crm:3", 1.0, 0.0, "rule", "same_card", cohesion=-2.0, confidence=0.3)
    scored = Link("crm:2", "crm:4", 0.4, -0.5, "splink", evidence='[["email","other",-0.5,0.0]]')
    run = ScoringRun("run-1", "v1", "full", {}, NOON, NOON)
    found = Resolution((unscored, scored), (), ScoringModel("v1", NOON, "{}", (), {"default": 0.8}), run)
    write_resolution(graph, found)
    groups = ("crm:1", "crm:2"), ("crm:3", "crm:4")

    assert links_across(graph, *groups, minutes(1)) == (2, ("crm:2", "crm:4"))

    alone = replace(found, links=(unscored,), run=replace(run, run_id="run-2", finished_at=minutes(2)))
    write_resolution(graph, alone)

    assert links_across(graph, *groups, minutes(1)) == (2, ("crm:2", "crm:4"))
    assert links_across(graph, *groups, minutes(3)) == (1, ("crm:1", "crm:3"))
