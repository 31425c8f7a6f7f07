"""History: who was one person at a time, as the graph knew it then, and since when it knows a customer at all."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from graph.clusters import MEMBERS_LIMIT
from graph.confidence import Levels, levels_of
from graph.connection import Reader
from graph.errors import ConfigurationError
from graph.surroundings import StoredLink
from graph.times import milliseconds, moment


@dataclass(frozen=True, slots=True)
class CustomerState:
    """How far a customer has come. ``arrived``: its record did, it is not only named by others.

    ``resolved``: it ever was; ``first_resolved_at``: since when, none where an older release did it.
    """

    key: str
    arrived: bool
    unresolved: bool
    resolved: bool
    first_resolved_at: datetime | None

    def resolved_by(self, at: datetime) -> bool:
        """Whether it had been resolved by a time; what an older release resolved counts as always."""
        return self.resolved and (self.first_resolved_at is None or self.first_resolved_at <= at)


def require_past(at: datetime) -> None:
    """Go on only with a moment that has been. Raises ConfigurationError."""
    if at > datetime.now(UTC):
        raise ConfigurationError("This time is still to come.", "Give a time in the past.")


def customer_states(graph: Reader, customers: Collection[str]) -> dict[str, CustomerState]:
    """The states of those of some customers that there are. Raises GraphError."""
    rows = graph.read("list_customer_states", keys=sorted(set(customers)))
    return {row["key"]: CustomerState(**{**row, "first_resolved_at": moment(row["first_resolved_at"])}) for row in rows}


def clusters_at(
    graph: Reader, customers: Collection[str], at: datetime, confidence: float
) -> dict[str, tuple[str, ...]]:
    """Customer -> members of the cluster that held it at a time, sorted; one more than ``MEMBERS_LIMIT`` where cut.

    A customer that was not known yet stands alone. Deleted customers are gone from the past as well: what only they
    held together then falls apart. Times count in milliseconds; a change holds from its millisecond on.
    Raises GraphError.
    """
    rows = graph.read(
        "list_clusters_at",
        customers=sorted(customers),
        at=milliseconds(at),
        confidence=confidence,
        limit=MEMBERS_LIMIT + 1,
    )
    return {row["customer"]: tuple(sorted(row["members"])) for row in rows}


def forest_at(graph: Reader, customer: str, at: datetime) -> list[StoredLink]:
    """The links that held the loosest cluster of a customer together at a time. Raises GraphError."""
    return [StoredLink(**row) for row in graph.read("list_forest_at", key=customer, at=milliseconds(at))]


def links_across(
    graph: Reader, left: Collection[str], right: Collection[str], at: datetime
) -> tuple[int, tuple[str, str] | None]:
    """How many links between two groups of customers held at a time, and whom the strongest joined.

    Raises GraphError.
    """
    (row,) = graph.read("list_links_across_at", left=sorted(left), right=sorted(right), at=milliseconds(at))
    return row["links"], row["strongest"] and tuple(row["strongest"])


def levels_at(graph: Reader, at: datetime) -> Levels:
    """The levels of the model that had scored last at a time. Raises GraphError."""
    return levels_of(graph.read("get_levels_at", at=milliseconds(at)))
