from collections.abc import Callable

import pytest

from graph.connection import Graph
from graph.errors import CdpError, GraphError, UnknownCustomerError
from graph.writing import write_batch
from tests.assertions import everything, nodes
from tests.factories import batch, customer


def test_a_rehearsal_sees_what_it_writes_and_leaves_nothing(graph: Graph) -> None:
    write_batch(graph, batch(customers=(customer("crm", "1"),)))
    before = everything(graph)

    with graph.rehearsing() as rehearsed:
        write_batch(rehearsed, batch(customers=(customer("crm", "2"),)))
        seen = {row["key"] for row in rehearsed.read("list_customer_keys")}
        streamed = {row["key"] for row in rehearsed.stream("list_customer_keys")}

    assert seen == streamed == {"crm:1", "crm:2"}
    assert everything(graph) == before


def fail(rehearsed: Graph) -> None:
    del rehearsed
    raise UnknownCustomerError("Nobody is there.", "Name somebody.")


def fail_in_the_database(rehearsed: Graph) -> None:
    rehearsed.read("list_prepared")  # without its parameter


@pytest.mark.parametrize(("failing", "error"), [(fail, UnknownCustomerError), (fail_in_the_database, GraphError)])
def test_a_rehearsal_that_fails_leaves_nothing_either(
    failing: Callable[[Graph], None], error: type[CdpError], graph: Graph
) -> None:
    def rehearse() -> None:
        with graph.rehearsing() as rehearsed:
            write_batch(rehearsed, batch(customers=(customer("crm", "2"),)))
            failing(rehearsed)

    with pytest.raises(error):
        rehearse()

    assert nodes(graph, "Customer", "key") == set()
