"""Asking: what an explanation needs before it can begin, or a clear answer what is missing."""

from collections.abc import Collection
from datetime import datetime

from graph.connection import Reader
from graph.errors import NothingResolvedError, UnknownCustomerError
from graph.history import CustomerState, customer_states, forest_at
from graph.runs import ScoringModel, latest_run
from graph.surroundings import StoredLink, stored_clusters


def last_model(graph: Reader) -> ScoringModel:
    """The model that scored last, with its named levels. Raises NothingResolvedError, GraphError."""
    run = latest_run(graph)
    if run is None:
        raise NothingResolvedError
    return run[1]


def known_states(graph: Reader, customers: Collection[str]) -> dict[str, CustomerState]:
    """The states of customers that must all be known. Raises UnknownCustomerError, GraphError."""
    states = customer_states(graph, customers)
    unknown = sorted(set(customers) - states.keys())
    if unknown:
        raise UnknownCustomerError(f"{unknown[0]!r} is not known.", "A customer is named as source:external_id.")
    return states


def forest_of(graph: Reader, customer: str, at: datetime | None) -> list[StoredLink]:
    """The links that hold the loosest cluster of a customer together, now or at a time. Raises GraphError."""
    if at is not None:
        return forest_at(graph, customer, at)
    return [link for cluster in stored_clusters(graph, [customer]) for link in cluster.links]


def two_customers(graph: Reader, left: str, right: str) -> dict[str, CustomerState]:
    """The same for two that must differ. Raises UnknownCustomerError, GraphError."""
    if left == right:
        raise UnknownCustomerError(f"{left!r} is one customer.", "Name two of them, each as source:external_id.")
    return known_states(graph, (left, right))
