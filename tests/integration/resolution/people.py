"""Eight people, and how they are written."""

from typing import Any

from graph.connection import Graph
from graph.records import CustomerRecord
from graph.writing import write_batch
from tests.factories import batch, customer, identifier

NAMES = ["Anna Ilg", "Otto Petersen", "Mia Sundermann", "Jan Krause", "Lea Brandt", "Tim Vogel", "Ida Roth", "Max Kern"]


def person(source: str, external_id: str, name: str, **changes: Any) -> CustomerRecord:
    """One of the people of ``NAMES``."""
    given_name, family_name = name.split()
    email = f"{given_name}.{family_name}@example.org".lower()
    known: dict[str, Any] = {
        "given_name": given_name,
        "family_name": family_name,
        "birth_date": f"19{50 + len(email)}-0{1 + len(given_name)}-1{len(family_name) % 10}",
        "postcode": f"24{len(email)}{len(family_name) % 10}",
        "identifiers": (identifier("email", email),),
    }
    return customer(source, external_id, **(known | changes))


def write_person(graph: Graph, source: str, external_id: str, name: str, **changes: Any) -> None:
    write_batch(graph, batch(source, customers=(person(source, external_id, name, **changes),)))


def write_everybody(graph: Graph) -> None:
    """All of them in the CRM and in the shop, under their number."""
    for number, name in enumerate(NAMES):
        write_person(graph, "crm", str(number), name)
        write_person(graph, "shop", str(number), name)
