from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.clusters import get_clusters
from graph.connection import AsyncGraph, Graph
from graph.profiles import get_profile, get_profiles
from graph.search import Closeness, Spelling, find_customers_by_text
from graph.writing import write_batch
from resolution.customers import folding
from tests.factories import batch, customer

AS_COMPARED = Spelling(folding.folded, folding.sound)
PEOPLE: dict[str, dict[str, Any]] = {
    "huber": {"given_name": "Anna", "family_name": "Huber", "city": "Kiel"},
    "huberta": {"given_name": "Jan", "family_name": "Huberta", "city": "Ulm"},
    "hubner": {"given_name": "Eva", "family_name": "Hubner", "city": "Kiel"},
    "mueller": {"given_name": "Max", "family_name": "Müller", "company": "Nordlicht Werft", "city": "Bremen"},
    "ivanov": {"given_name": "Иван", "family_name": "Иванов", "city": "Köln"},
    "meier": {"given_name": "Rosa", "family_name": "Meier"},
    "obrien": {"given_name": "Sinéad", "family_name": "O\u2019Brien", "company": "Amazon.de"},
    "sharma": {"given_name": "हिन्दी", "family_name": "Sharma"},
}
KEYS = {f"crm:{number}": name for number, name in enumerate(PEOPLE)}


@pytest.fixture(scope="module")
def people(connected_graph: Graph) -> Graph:
    """Some people, with the parts by which a resolution would look them up."""
    connected_graph.run_alone("erase_everything")
    known = tuple(customer("crm", str(number), **fields) for number, fields in enumerate(PEOPLE.values()))
    write_batch(connected_graph, batch(customers=known))
    rows = [{"key": key, "parts": parts(fields)} for key, fields in zip(KEYS, PEOPLE.values(), strict=True)]
    connected_graph.driver.execute_query(
        "UNWIND $rows AS row MATCH (c:Customer {key: row.key}) SET c.blocking_parts = row.parts",
        rows=rows, database_=connected_graph.database,
    )  # fmt: skip
    connected_graph.driver.execute_query("CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    return connected_graph


def parts(fields: dict[str, Any]) -> list[str]:
    names = {"given_name": "given", "family_name": "family"}
    single = [f"{name} name:{folding.folded(fields[field])}" for field, name in names.items()]
    return [*single, *(f"{name} sound:{folding.sound(fields[field])}" for field, name in names.items())]


async def found(graph: AsyncGraph, text: str) -> list[tuple[str, str]]:
    hits = await find_customers_by_text(graph, text, 20, AS_COMPARED)
    return [(KEYS[hit.customer], hit.closeness.value) for hit in hits]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("huber", [("huber", "exact"), ("huberta", "prefix"), ("hubner", "fuzzy")]),
        ("HUBER", [("huber", "exact"), ("huberta", "prefix"), ("hubner", "fuzzy")]),
        ("hube*", [("huber", "prefix"), ("huberta", "prefix")]),
        ("hubre~", [("huber", "fuzzy")]),
        ("huber kiel", [("huber", "exact"), ("hubner", "fuzzy")]),
        ("kiel ann", [("huber", "prefix")]),
        ("müller", [("mueller", "exact")]),
        ("muller", [("mueller", "exact")]),
        ("mueller", [("mueller", "spelling")]),
        ("nordlicht bremen", [("mueller", "exact")]),
        ("ivanov", [("ivanov", "spelling")]),
        ("ivan ivanov", [("ivanov", "spelling")]),
        ("ivanova", [("ivanov", "sound")]),
        ("иванов", [("ivanov", "exact")]),
        ("mayer", [("meier", "sound")]),
        ("huber bremen", []),
        ("O'Brien", [("obrien", "exact")]),
        ("o\u2019brien sinead", [("obrien", "exact")]),
        ("O'Bri", [("obrien", "prefix")]),
        ("o'bri*", [("obrien", "prefix")]),
        ("O'Brian", [("obrien", "fuzzy")]),
        ("OBrien", [("obrien", "spelling")]),
        ("amazon.de", [("obrien", "exact")]),
        ("St.Anna", []),
        ("Anna.Huber", [("huber", "exact")]),
        ("mu\u0308ller", [("mueller", "exact")]),
        ("हिन्दी", [("sharma", "exact")]),
    ],
)
@pytest.mark.usefixtures("people")
async def test_the_closest_come_first(async_graph: AsyncGraph, text: str, hits: list[tuple[str, str]]) -> None:
    assert await found(async_graph, text) == hits


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "~",
        '"',
        "a" * 5_000,
        "* ~ AND OR NOT",
        '+-&|!(){}[]^"~*?:\\/',
        'x" OR *:* OR "',
        "AND",
        "given_name:*",
        "a.b'c.d " * 9,
        "'.'",
        "o' OR *",
        "x.* ~",
    ],
)
@pytest.mark.usefixtures("people")
async def test_syntax_of_the_index_is_never_obeyed(async_graph: AsyncGraph, text: str) -> None:
    assert await found(async_graph, text) == []


@settings(max_examples=30)
@given(st.text(max_size=40))
@pytest.mark.usefixtures("people")
async def test_any_text_can_be_searched_for(async_graph: AsyncGraph, text: str) -> None:
    hits = await find_customers_by_text(async_graph, text, 5, AS_COMPARED)

    ranks = [list(Closeness).index(hit.closeness) for hit in hits]
    assert ranks == sorted(ranks)
    assert len({hit.customer for hit in hits}) == len(hits) <= 5


@pytest.mark.usefixtures("people")
async def test_many_profiles_at_once_are_those_that_are_read_one_by_one(async_graph: AsyncGraph) -> None:
    keys = list(KEYS)
    many = await get_profiles(async_graph, [*keys, "crm:none"], 0.5)

    assert many == {key: await get_profile(async_graph, key, 0.5) for key in keys}
    assert {key: profile.members for key, profile in many.items()} == await get_clusters(async_graph, keys, 0.5)
