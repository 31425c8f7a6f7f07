"""Readiness: whether requests can be answered now. Asked as often as one likes, the database is asked once a second."""

from dataclasses import dataclass

from api.operation.remembered import Remembered
from graph.connection import AsyncGraph
from graph.constraints import declared_guards
from graph.errors import GraphError

KEPT_S = 1.0


@dataclass(frozen=True, slots=True)
class ReadinessReport:
    """What is ready, each in words."""

    ready: bool
    database: str
    schema: str


class Readiness:
    """Whether the database answers and has the constraints and indexes that the queries need."""

    def __init__(self, graph: AsyncGraph) -> None:
        self._graph = graph
        self._report = Remembered(self._check)

    async def report(self) -> ReadinessReport:
        """The state, at most ``KEPT_S`` old."""
        return await self._report.get(KEPT_S)

    async def _check(self) -> ReadinessReport:
        try:
            await self._graph.ping()
            missing = await self._missing_guards()
        except GraphError:
            return ReadinessReport(ready=False, database="does not answer", schema="unknown")
        if missing:
            words = f"{missing} constraints or indexes are missing; `cdp load` installs them"
            return ReadinessReport(ready=False, database="answers", schema=words)
        return ReadinessReport(ready=True, database="answers", schema="complete")

    async def _missing_guards(self) -> int:
        present = {(row["label"], tuple(row["properties"])) for row in await self._graph.read("list_constraints")}
        present |= {(row["label"], tuple(row["properties"])) for row in await self._graph.read("list_indexes")}
        return len(set(declared_guards()) - present)
