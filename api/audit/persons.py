"""Persons of the audit log: every profile id under which somebody may have been looked at."""

from graph.clusters import get_clusters
from graph.confidence import get_levels
from graph.connection import AsyncGraph
from graph.profile_ids import profile_id


async def profile_ids_of(graph: AsyncGraph, customer: str, confidence: str | float | None = None) -> frozenset[str]:
    """Ids of the profiles that are named after a customer of this person. Raises ConfigurationError, GraphError.

    A profile is named after one of its customers, and records name the others as well, so whoever looked at the person
    named one of these, also before a link was made or undone. A customer that was deleted stands alone.
    """
    wanted = (await get_levels(graph)).confidence_of(confidence)
    members = (await get_clusters(graph, [customer], wanted))[customer]
    return frozenset(map(profile_id, members))
