"""Listing: pages of what the graph holds, each read from an index in the order of its key.

A filter that few fit makes a page read on until it is full; the database ends that after its time limit.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from graph.connection import AsyncGraph, Row
from graph.decisions import Decision, decision_of
from graph.evidence import LinkEvidence, link_of
from graph.runs import ScoringRun, run_of
from graph.source_customers import SourceCustomer, source_customer_of
from graph.times import milliseconds, moment

# After every key that there is; and ';' follows ':', so a source's keys lie between "crm:" and "crm;".
_LAST = "\U0010ffff"
_END = datetime(9999, 1, 1, tzinfo=UTC)

# Where a page begins that goes on from the newest: its time, and the key of what was shown last.
NEWEST = (_END, "")


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Which customers: none of a kind means all. ``unresolved``: those that wait for a resolution, or the others."""

    source: str | None = None
    unresolved: bool | None = None


@dataclass(frozen=True, slots=True)
class LinkFilter:
    """Which links: none of a kind means all. ``least`` and ``most``: bounds of the probability, included."""

    method: str | None = None
    rule: str | None = None
    model_version: str | None = None
    run_id: str | None = None
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class ListedSource:
    """A source as lists show it. ``tracked``: it was given a key for tracking calls."""

    name: str
    kind: str
    channel: str | None
    trust: int
    tracked: bool
    disabled_at: datetime | None


async def get_customer(graph: AsyncGraph, key: str) -> SourceCustomer | None:
    """One customer; none where it is not known. Raises GraphError."""
    rows = await graph.read("get_customer", key=key)
    return _customer(rows[0]) if rows else None


async def list_customers(graph: AsyncGraph, wanted: CustomerFilter, after: str, limit: int) -> list[SourceCustomer]:
    """Customers after a key. Raises GraphError."""
    first, last = ("", _LAST) if wanted.source is None else (f"{wanted.source}:", f"{wanted.source};")
    rows = await graph.read(
        "list_customers_after", after=max(after, first), below=last, unresolved=wanted.unresolved, limit=limit
    )
    return [_customer(row) for row in rows]


def _customer(row: Row) -> SourceCustomer:
    return source_customer_of(row, {row["key"]} if row["verified"] else ())


async def list_links(graph: AsyncGraph, wanted: LinkFilter, after: str, limit: int) -> list[LinkEvidence]:
    """Live links after a key. Raises GraphError."""
    rows = await graph.read(
        "list_links_after",
        after=after,
        method=wanted.method,
        rule=wanted.rule,
        model_version=wanted.model_version,
        run_id=wanted.run_id,
        least=wanted.least,
        most=wanted.most,
        limit=limit,
    )
    return [link_of(row) for row in rows]


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which resolutions: none of a kind means all."""

    scope: str | None = None
    model_version: str | None = None


async def list_runs(graph: AsyncGraph, wanted: RunFilter, before: tuple[datetime, str], limit: int) -> list[ScoringRun]:
    """Resolutions that began before one, the newest first. Raises GraphError."""
    at, run_id = before
    rows = await graph.read(
        "list_runs_before",
        before=milliseconds(at),
        before_id=run_id,
        scope=wanted.scope,
        model_version=wanted.model_version,
        limit=limit,
    )
    return [run_of(row) for row in rows]


async def list_decisions_before(
    graph: AsyncGraph, before: tuple[datetime, str], limit: int, *, in_force: bool | None = None
) -> list[Decision]:
    """Decisions before one, the newest first. ``in_force``: those that are, or those withdrawn. Raises GraphError."""
    at, key = before
    rows = await graph.read(
        "list_decisions_before", before=milliseconds(at), before_key=key, in_force=in_force, limit=limit
    )
    return [decision_of(row) for row in rows]


async def list_sources(graph: AsyncGraph, after: str, limit: int) -> list[ListedSource]:
    """Sources after a name. Raises GraphError."""
    rows = await graph.read("list_sources_after", after=after, limit=limit)
    return [ListedSource(**{**row, "disabled_at": moment(row["disabled_at"])}) for row in rows]
