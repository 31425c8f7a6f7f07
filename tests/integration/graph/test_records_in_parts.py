# One source may send whole records in a load and parts of the same records in live messages.
from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from graph.connection import Graph
from graph.messages import write_messages
from graph.records import CustomerRecord, MessageRecords
from graph.writing import write_batch
from tests.assertions import everything, nodes
from tests.factories import batch, customer, identifier, interaction, minutes

ANNA, BEN = (identifier("email", f"{name}@example.org") for name in ("anna", "ben"))

values = st.sampled_from(["x", "y", None])
traits = st.dictionaries(st.sampled_from(["plan", "tier"]), st.sampled_from(["x", "y"]), max_size=2)
identifiers = st.sampled_from([(), (ANNA,), (BEN,)])
said = st.fixed_dictionaries(
    {"minute": st.integers(0, 4), "given_name": values, "city": values, "traits": traits, "identifiers": identifiers}
)


def record(said: dict[str, Any], external_id: str = "u1") -> CustomerRecord:
    told = {name: value for name, value in said.items() if name != "minute"}
    return customer("web", external_id, observed_at=minutes(said["minute"]), **told)


def whole(said: dict[str, Any]) -> CustomerRecord:
    return record(said | {"updated_at": minutes(said["minute"])})


def message(number: int, said: dict[str, Any], initial: dict[str, Any] | None) -> MessageRecords:
    told = None if initial is None else record(initial | {"identifiers": ()})
    customer_of_it = record(said)
    happened = interaction(f"m{number}", customer=None, at=customer_of_it.observed_at)
    return MessageRecords(happened, customer_of_it, initial=told)


def written(graph: Graph, deliveries: Sequence[Any]) -> Any:
    graph.run_alone("erase_everything")
    # Known beforehand, as a source that is tracked is.
    write_batch(graph, batch("web"))
    for delivered in deliveries:
        if isinstance(delivered, MessageRecords):
            write_messages(graph, [delivered], "run")
        else:
            write_batch(graph, batch("web", customers=(delivered,)))
    return everything(graph)


def expected(wholes: Sequence[dict[str, Any]], parts: Sequence[dict[str, Any]], field: str) -> set[Any]:
    """What a field may be: of the latest whole record, unless a part that is later names it."""
    begun = max((said["minute"] for said in wholes), default=-1)
    later = [said for said in parts if said["minute"] > begun and said[field] is not None]
    latest = max((said["minute"] for said in later), default=None)
    if latest is not None:
        return {max(said[field] for said in later if said["minute"] == latest)}
    return {said[field] for said in wholes if said["minute"] == begun} or {None}


@settings(max_examples=25)
@given(st.lists(said, max_size=3), st.lists(st.tuples(said, st.none() | said), max_size=4), st.data())
def test_whole_records_and_parts_of_them_make_one_graph_in_any_order(
    connected_graph: Graph, wholes: list[Any], parts: list[Any], data: st.DataObject
) -> None:
    deliveries = [*map(whole, wholes), *(message(number, *told) for number, told in enumerate(parts))]
    repeated = data.draw(st.lists(st.sampled_from(deliveries), max_size=2)) if deliveries else []
    another = data.draw(st.permutations([*deliveries, *repeated]))

    assert written(connected_graph, deliveries) == written(connected_graph, another)
    if deliveries and not any(initial for _, initial in parts):
        ((given_name, city),) = nodes(connected_graph, "Customer", "given_name", "city")
        told = [said for said, _ in parts]
        assert given_name in expected(wholes, told, "given_name")
        assert city in expected(wholes, told, "city")
