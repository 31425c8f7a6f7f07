"""Search: customers by name, company, town or number, best first."""

import re
from dataclasses import dataclass

from graph.connection import AsyncGraph

# Lucene's operators would let a search term become a query; only words are searched.
_WORDS = re.compile(r"\w+")
MAX_WORDS = 8


@dataclass(frozen=True, slots=True)
class CustomerHit:
    """A customer that matches, with the full-text score."""

    customer: str
    score: float


async def find_customers_by_text(graph: AsyncGraph, text: str, limit: int) -> tuple[CustomerHit, ...]:
    """Customers whose fields hold every word of the text, the last one also as a prefix. Raises GraphError."""
    words = [word.lower() for word in _WORDS.findall(text)[:MAX_WORDS]]
    if not words:
        return ()
    query = " AND ".join([*words[:-1], f"({words[-1]} OR {words[-1]}*)"])
    rows = await graph.read("find_customers_by_text", text=query, limit=limit)
    return tuple(CustomerHit(row["key"], row["score"]) for row in rows)
