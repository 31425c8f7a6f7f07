from typing import Any

import pytest

from graph.connection import AsyncGraph, Graph
from graph.households import Relation, list_relations
from graph.profiles import get_profile
from graph.resolutions import write_resolution
from graph.writing import write_batch
from tests.factories import batch, customer, identifier
from tests.integration.api.conftest import link, resolution

HOME = ("family name:ilg", "street:hafen 1", "postcode:24103", "city:kiel")
QUOTED = ('family name:o"neill', "street:a\\b 1", "city:kiel")
MAILBOX, LANDLINE = identifier("email", "ilg@example.org"), identifier("phone", "+4943155501")
HUB = identifier("phone", "+490")


def live(graph: Graph, parts: tuple[str, ...], *keys: str) -> None:
    graph.driver.execute_query(
        "UNWIND $keys AS key MATCH (c:Customer {key: key}) SET c.blocking_parts = $parts",
        keys=list(keys), parts=list(parts), database_=graph.database,
    )  # fmt: skip


async def relations(graph: AsyncGraph, key: str, confidence: float = 0.8, first: int = 20) -> list[Relation]:
    profile = await get_profile(graph, key, confidence)
    assert profile is not None
    return list((await list_relations(graph, [profile], confidence, first))[0])


def said(found: list[Relation]) -> list[tuple[Any, ...]]:
    return [(each.kind.value, each.customers) for each in found]


@pytest.fixture
def family(graph: Graph) -> Graph:
    """Anna in two systems, her husband and her son at one address, a neighbour, and a switchboard that many share."""
    anna = customer("crm", "anna", given_name="Anna", identifiers=(MAILBOX, HUB))
    others = [customer("crm", name) for name in ("neighbour", "elsewhere")]
    many = [customer("crm", f"x{number}", given_name=f"N{number}", identifiers=(HUB,)) for number in range(25)]
    husband = customer("crm", "bert", given_name="Bert", identifiers=(MAILBOX, LANDLINE))
    write_batch(graph, batch(customers=(anna, husband, *others, *many)))
    write_batch(graph, batch("shop", customers=(customer("shop", "anna"), customer("shop", "carl", given_name="Carl"))))
    live(graph, HOME, "crm:anna", "shop:anna", "crm:bert", "shop:carl")
    live(graph, ("family name:nord", *HOME[1:]), "crm:neighbour")
    live(graph, ("family name:ilg", "street:hafen 2", *HOME[2:]), "crm:elsewhere")
    write_resolution(graph, resolution(link("crm:anna", "shop:anna"), link("crm:bert", "shop:carl", 0.5)))
    return graph


@pytest.mark.usefixtures("family")
async def test_who_lives_together_is_told_with_its_reason(async_graph: AsyncGraph) -> None:
    found = await relations(async_graph, "shop:anna")

    assert sorted(said(found)) == [
        ("same_address", ("crm:bert",)),
        ("same_address", ("shop:carl",)),
        ("shared_email", ("crm:bert",)),
    ]
    by_email = found[-1]
    assert by_email.reason == "crm:anna and crm:bert have an email address in common that few others have."
    assert {field.name: field.value for field in by_email.fields} == {"given_name": "Bert"}


@pytest.mark.usefixtures("family")
async def test_who_is_one_person_at_the_confidence_is_no_relation(async_graph: AsyncGraph) -> None:
    assert sorted(said(await relations(async_graph, "shop:anna", 0.5))) == [
        ("same_address", ("crm:bert", "shop:carl")),
        ("shared_email", ("crm:bert", "shop:carl")),
    ]
    apart = await relations(async_graph, "shop:anna", 1.0)
    assert ("same_address", ("crm:anna",)) in said(apart)


@pytest.mark.usefixtures("family")
async def test_relations_are_bounded_and_go_both_ways(async_graph: AsyncGraph) -> None:
    assert len(await relations(async_graph, "shop:anna", first=1)) == 1
    back = await relations(async_graph, "crm:bert", 0.8)
    assert ("same_address", ("crm:anna", "shop:anna")) in said(back)
    assert await relations(async_graph, "crm:neighbour") == []
    assert await relations(async_graph, "crm:x1") == []


async def test_an_address_without_a_postcode_is_one_from_both_sides(graph: Graph, async_graph: AsyncGraph) -> None:
    homes = {
        "anna": HOME,
        "bert": (*HOME[:2], "city:kiel"),
        "carl": (*HOME[:2], "postcode:24103", "city:kiel am meer"),
        "dora": (*HOME[:2], "postcode:24999", "city:kiel"),
        "emil": (*HOME[:2], "city:bonn"),
    }
    write_batch(graph, batch(customers=tuple(customer("crm", name) for name in homes)))
    for name, parts in homes.items():
        live(graph, parts, f"crm:{name}")

    found = {name: {each.customers[0] for each in await relations(async_graph, f"crm:{name}")} for name in homes}

    assert found == {
        "anna": {"crm:bert", "crm:carl"},
        "bert": {"crm:anna", "crm:dora"},
        "carl": {"crm:anna"},
        "dora": {"crm:bert"},
        "emil": set(),
    }


async def test_what_looks_like_syntax_of_the_index_is_compared_as_it_is(graph: Graph, async_graph: AsyncGraph) -> None:
    write_batch(graph, batch(customers=tuple(customer(external_id=str(number)) for number in range(3))))
    live(graph, QUOTED, "crm:0", "crm:1")
    live(graph, ("family name:o", "street:a", "city:kiel"), "crm:2")

    assert said(await relations(async_graph, "crm:0")) == [("same_address", ("crm:1",))]
