"""Versions: what runs, for whoever reports a fault or compares two deployments."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from platform import python_version

from graph.connection import AsyncGraph
from graph.errors import GraphError
from graph.release import DISTRIBUTION, release


class Versions:
    """Asked as often as one likes, the database is asked once."""

    def __init__(self, graph: AsyncGraph) -> None:
        self._graph = graph
        self._neo4j: str | None = None

    async def report(self) -> dict[str, str | None]:
        """Each version; that of Neo4j is none while it does not answer. ``schema``: SHA-256 of the GraphQL schema."""
        return {
            "name": DISTRIBUTION,
            "version": release(),
            "schema": schema_hash(),
            "python": python_version(),
            "neo4j": await self._of_neo4j(),
        }

    async def _of_neo4j(self) -> str | None:
        if self._neo4j is None:
            try:
                rows = await self._graph.read("get_server", timeout_s=0.5)
            except GraphError:
                return None
            self._neo4j = f"{rows[0]['version']} {rows[0]['edition']}"
        return self._neo4j


@cache
def schema_hash() -> str:
    """Of the committed schema, which a test keeps equal to what is served."""
    return sha256(files("api.contract").joinpath("schema.graphql").read_bytes()).hexdigest()
