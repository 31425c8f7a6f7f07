"""As of: who a customer was at a time, as the graph knew it then."""

from dataclasses import dataclass
from datetime import UTC, datetime

from graph.clusters import MEMBERS_LIMIT
from graph.confidence import Levels
from graph.connection import Reader
from graph.history import clusters_at, levels_at, require_past
from resolution.explanation.asking import known_states, last_model


@dataclass(frozen=True, slots=True)
class AsOf:
    """The cluster of a customer at a time, with the confidence and the model that were in force.

    ``known``: the customer had been resolved by then; else there are no ``members``. ``cut``: there were more than are
    shown. ``joined_since`` and ``left_since``: what is different now, at today's level of the same name.
    """

    customer: str
    at: datetime
    confidence: float
    model_version: str | None
    known: bool
    members: tuple[str, ...]
    cut: bool
    first_resolved_at: datetime | None
    joined_since: tuple[str, ...]
    left_since: tuple[str, ...]


def as_of(graph: Reader, customer: str, at: datetime, confidence: str | float | None = None) -> AsOf:
    """The cluster that held a customer at an aware time. ``confidence``: a number or a level of the model of that time.

    The answer comes from the links that held then, so it equals what was read at that moment, with one exception that
    privacy asks for: deleting a customer removes its history too, so deleted customers are missing in every past, and
    customers that only they held together are shown apart. A bulk run takes effect at one moment, though it writes in
    several transactions. Raises UnknownCustomerError, ConfigurationError (a time to come, an unknown level),
    ResolutionError before the first resolution, GraphError.
    """
    require_past(at)
    state = known_states(graph, [customer])[customer]
    model, then = last_model(graph), levels_at(graph, at)
    today = Levels(model.version, model.levels)
    wanted = then.confidence_then(confidence)
    members = clusters_at(graph, [customer], at, wanted)[customer]
    known = state.resolved_by(at) or len(members) > 1
    members = members if known else ()
    now = clusters_at(graph, [customer], datetime.now(UTC), today.confidence_of(confidence))[customer]
    return AsOf(
        customer=customer,
        at=at,
        confidence=wanted,
        model_version=then.model_version,
        known=known,
        members=members[:MEMBERS_LIMIT],
        cut=len(members) > MEMBERS_LIMIT,
        first_resolved_at=state.first_resolved_at,
        joined_since=tuple(sorted(set(now) - {*members, customer})),
        left_since=tuple(sorted(set(members) - set(now))),
    )
