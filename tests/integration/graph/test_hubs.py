# What says nothing of who somebody is bears a label, whichever way it came to that, and loses it as well.
from itertools import permutations

import pytest

from graph.connection import Graph
from graph.deletion import delete_customers
from graph.guards import Guards, current_guards
from graph.hub_labels import renew_hub_labels
from graph.messages import write_messages
from graph.records import CustomerRecord, CustomerRef, MessageRecords
from graph.writing import write_batch
from tests.assertions import nodes
from tests.factories import NOON, batch, customer, days, device, identifier, interaction, session

SHARED, OWN = identifier("loyalty_card", "family"), identifier("loyalty_card", "anna")
# One more makes a hub.
MOST = 20
CROWDED = {("loyalty_card:family",)}


def holder(number: int, name: str | None = None) -> CustomerRecord:
    return customer(external_id=str(number), given_name=name or f"Name {number}", identifiers=(SHARED,))


def write(graph: Graph, *records: CustomerRecord) -> None:
    write_batch(graph, batch(customers=records))


def hubs(graph: Graph) -> set[tuple[str, ...]]:
    return nodes(graph, "Hub", "key")


def test_a_value_that_many_names_share_becomes_a_hub(graph: Graph) -> None:
    duplicates = [customer(external_id=f"a{n}", given_name="Anna", identifiers=(OWN,)) for n in range(30)]
    write(graph, *map(holder, range(MOST + 1)), *duplicates)

    assert hubs(graph) == CROWDED


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_new_name_makes_a_hub_of_what_its_record_names_no_more(graph: Graph, order: tuple[int, ...]) -> None:
    write(graph, *map(holder, range(MOST)))
    versions = [
        holder(MOST, "Name 0"),
        customer(external_id=str(MOST), given_name="Name 1", observed_at=days(1)),
        customer(external_id=str(MOST), given_name="Another", observed_at=days(2)),
    ]
    for position in order:
        write(graph, versions[position])

    assert hubs(graph) == CROWDED


def test_a_new_name_frees_what_its_record_names_no_more(graph: Graph) -> None:
    write(graph, *map(holder, range(MOST + 1)))
    write(graph, customer(external_id="0", given_name="Name 1", observed_at=days(1)))

    assert hubs(graph) == set()


def test_a_record_makes_a_hub_of_what_was_known_of_a_nameless_customer(graph: Graph) -> None:
    nameless = (customer(external_id=key, identifiers=(SHARED,)) for key in ("98", "99"))
    write(graph, *map(holder, range(MOST - 1)), *nameless)
    assert hubs(graph) == set()

    write(graph, customer(external_id="98", family_name="Another", observed_at=days(1)))
    assert hubs(graph) == CROWDED


def test_a_name_in_a_live_message_makes_a_hub_and_another_frees_it(graph: Graph) -> None:
    def named(name: str, day: int) -> None:
        who = CustomerRef("app", "1")
        record = customer("app", "1", given_name=name, observed_at=days(day))
        happened = interaction(f"live{day}", "app", customer=who, at=days(day))
        write_messages(graph, [MessageRecords(happened, record)], "live")

    write(graph, *map(holder, range(MOST)))
    first = customer("app", "1", given_name="Name 0", identifiers=(SHARED,))
    happened = interaction("live0", "app", customer=CustomerRef("app", "1"))
    write_messages(graph, [MessageRecords(happened, first)], "live")
    assert hubs(graph) == set()

    named("Another", 1)
    assert hubs(graph) == CROWDED
    named("Name 3", 2)
    assert hubs(graph) == set()


def test_whoever_is_deleted_frees_what_too_many_shared(graph: Graph) -> None:
    write(graph, *map(holder, range(MOST + 1)))
    users(graph, 51)
    assert hubs(graph) == CROWDED | {("anonymous_id:d1",)}

    graph.write(lambda transaction: delete_customers(transaction, ["crm:0", "shop:0"]))
    assert hubs(graph) == set()


def test_other_guards_name_and_free_devices_and_values(graph: Graph) -> None:
    write(graph, *map(holder, range(MOST)))
    users(graph, 20)
    assert hubs(graph) == set()

    renew_hub_labels(graph, limited_to(MOST - 1))
    assert hubs(graph) == CROWDED | {("anonymous_id:d1",)}
    renew_hub_labels(graph, limited_to(MOST))
    assert hubs(graph) == set()


def users(graph: Graph, count: int) -> None:
    """So many customers log in on one device."""
    visits = (
        session(f"s{n}", started_at=NOON, device=device(), customer=CustomerRef("shop", str(n))) for n in range(count)
    )
    write_batch(graph, batch("web", sessions=tuple(visits)))


def limited_to(most: int) -> Guards:
    return current_guards().model_copy(update={"hubs": {**current_guards().hubs, "loyalty_card": most, "device": most}})
