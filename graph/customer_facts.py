"""What sources know of customers, for a person to compare side by side."""

from collections.abc import Collection, Mapping

from graph.batches import batched
from graph.connection import AsyncGraph
from graph.records import PERSON_FIELDS

VALUES = ("emails", "phones", "identifiers")
_KEYS_A_STATEMENT = 2_000


async def get_customer_facts(graph: AsyncGraph, customers: Collection[str]) -> dict[str, Mapping[str, str]]:
    """Customer -> its known fields by name; of ``VALUES`` all, joined by a space. Raises GraphError."""
    found: dict[str, Mapping[str, str]] = {}
    for keys in batched(sorted(customers), _KEYS_A_STATEMENT):
        for row in await graph.read("list_customer_facts", keys=keys):
            texts = {name: row[name] or "" for name in PERSON_FIELDS} | {name: " ".join(row[name]) for name in VALUES}
            found[row["key"]] = {name: text for name, text in texts.items() if text}
    return found
