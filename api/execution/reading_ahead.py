"""Reading ahead: a journey whose beginning an operation asks for is read with its profile, by one statement."""

from datetime import datetime
from typing import Any, cast

from graphql import FieldNode, GraphQLResolveInfo, IntValueNode, VariableNode

from api.contract.paging import DEFAULT_PAGE, MAX_PAGE
from api.execution.selected_arguments import selected_fields
from graph.connection import AsyncGraph
from graph.identities import ReadProfile
from graph.journey_starts import StartedProfile, get_started_profile, started_page
from graph.journeys import JourneyOwners, JourneyPage
from graph.profiles import Profile, get_profile

_JOURNEY, _FIRST = "journey", "first"


class ReadingAhead:
    """What was read ahead for one request."""

    def __init__(self) -> None:
        # Members and confidence of a profile -> what was read, and for how many interactions.
        self._started: dict[tuple[tuple[str, ...], float], tuple[StartedProfile, int]] = {}

    def reader(self, first: int) -> ReadProfile:
        """Reads a profile of today with so many interactions."""

        async def read(graph: AsyncGraph, customer: str, confidence: float, at: datetime | None) -> Profile | None:
            if at is not None:
                return await get_profile(graph, customer, confidence, at)
            started = await get_started_profile(graph, customer, confidence, first)
            if started is None:
                return None
            self._started[started.profile.members, confidence] = started, first
            return started.profile

        return read

    def started(self, profile: Profile) -> StartedProfile | None:
        """What was read with a profile."""
        known = self._started.get((profile.members, profile.confidence))
        return known[0] if known else None

    def page(self, profile: Profile, owners: JourneyOwners, first: int) -> JourneyPage | None:
        """The first page of everything, where all of it was read ahead."""
        known = self._started.get((profile.members, profile.confidence))
        return started_page(known[0], owners, first) if known and first <= known[1] else None


def journey_ahead(info: GraphQLResolveInfo[Any]) -> int | None:
    """How long the beginning of the journey is that a field of profiles selects; none where it selects none."""
    fields = (field for parent in info.field_nodes for field in selected_fields(parent.selection_set, info))
    sizes = [_size(field, info) for field in fields if field.name.value == _JOURNEY]
    return max((size for size in sizes if 1 <= size <= MAX_PAGE), default=None)


def _size(node: FieldNode, info: GraphQLResolveInfo[Any]) -> int:
    """0 where it is not the beginning, or not of everything."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    first = given.pop(_FIRST, None)
    if given:
        return 0
    if isinstance(first, VariableNode):
        # Strawberry gives its resolvers the plain values.
        values = cast("dict[str, Any]", info.variable_values)
        value = values.get(first.name.value, DEFAULT_PAGE)
        return value if isinstance(value, int) else 0
    return int(first.value) if isinstance(first, IntValueNode) else DEFAULT_PAGE
