from datetime import UTC, datetime
from itertools import permutations

import pytest

from graph.connection import Graph
from graph.cursors import source_cursors
from graph.records import SourceCursor
from graph.writing import write_batch
from tests.assertions import everything
from tests.factories import batch, customer, minutes

AT = datetime(2026, 3, 1, tzinfo=UTC)


def cursor(position: int | str, part: str = "changed", value: str | None = None) -> SourceCursor:
    return SourceCursor("crm", "crm/people", part, position, AT, value)


@pytest.mark.parametrize("rising", [(1, 9, 10), ("2026-01-01", "2026-01-02", "2026-01-10")])
def test_the_greatest_position_stays_whatever_the_order(graph: Graph, rising: tuple[int | str, ...]) -> None:
    for order in permutations(rising):
        for position in order:
            write_batch(graph, batch(cursors=(cursor(position, value=str(position)),)))
        (found,) = source_cursors(graph)
        assert (found.position, found.value) == (rising[-1], str(rising[-1]))
        graph.run_alone("erase_everything")


def test_a_position_of_another_kind_takes_the_place(graph: Graph) -> None:
    for position in (10, "2026-01-01"):
        write_batch(graph, batch(cursors=(cursor(position),)))
    assert [found.position for found in source_cursors(graph)] == ["2026-01-01"]


def test_writing_it_again_changes_nothing(graph: Graph) -> None:
    sent = batch(customers=(customer(),), cursors=(cursor(5), cursor(7, "1")))
    write_batch(graph, sent)
    before = everything(graph)
    later = SourceCursor("crm", "crm/people", "changed", 5, minutes(5))
    write_batch(graph, batch(run_id="run-2", customers=(customer(),), cursors=(later,)))
    assert everything(graph) == before


def test_cursors_are_read_by_source_and_input(graph: Graph) -> None:
    other = SourceCursor("shop", "shop/orders", "0", 3, AT, "{}")
    write_batch(graph, batch(cursors=(cursor(5), cursor(7, "1"), other)))
    assert source_cursors(graph, "shop") == [other]
    assert [found.part for found in source_cursors(graph, "crm", "crm/people")] == ["1", "changed"]
    assert source_cursors(graph, "crm", "crm/other") == []
