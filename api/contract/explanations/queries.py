"""Explanations as they are asked for."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

import strawberry

from api.access.viewer import Scope
from api.contract.arguments import AtConfidence, By
from api.contract.explanations.as_of import as_known
from api.contract.explanations.how import HowBuilt, how_built
from api.contract.explanations.why import WhyTogether, why_together
from api.contract.explanations.why_not import WhyApart, why_apart
from api.contract.guesses import found_profile
from api.contract.inputs import MAX_KEY, identity_of
from api.contract.outcomes import NothingResolved, NotTogether, UnknownCustomer
from api.execution.context import RequestContext, RequestInfo
from graph.connection import Reader
from graph.errors import InputError, NothingResolvedError, NotTogetherError, UnknownCustomerError
from graph.identities import AmbiguousIdentity, MergedProfile, UnknownIdentity
from resolution.explanation.as_of import AsOf, as_of
from resolution.explanation.how import how
from resolution.explanation.why import Why, why, why_at
from resolution.explanation.why_not import WhyNot, why_not, why_not_at

Answer = TypeVar("Answer")

CustomerKey = Annotated[strawberry.ID, strawberry.argument(description="Key of a customer, `source:external id`.")]
AtTime = Annotated[datetime, strawberry.argument(description="A past moment.")]
AsOfLinks = Annotated[
    datetime | None,
    strawberry.argument(
        description="A past moment: the links of that time and the levels of the model of that time; now if left out."
    ),
]
WhyResult = Annotated[
    WhyTogether | NotTogether | UnknownCustomer | NothingResolved,
    strawberry.union("WhyResult", description="Why two customers are one person, or why that cannot be said."),
]
WhyNotResult = Annotated[
    WhyApart | UnknownCustomer | NothingResolved,
    strawberry.union("WhyNotResult", description="Why two customers are not one person, or why that cannot be said."),
]
HowResult = Annotated[
    HowBuilt | AmbiguousIdentity | UnknownIdentity | UnknownCustomer | NothingResolved,
    strawberry.union("HowResult", description="How a cluster came together, or why that cannot be said."),
]
AsOfResult = Annotated[
    AsOf | UnknownCustomer | NothingResolved,
    strawberry.union("AsOfResult", description="Who a customer was at a time, or why that cannot be said."),
]


@strawberry.type
class ExplanationQueries:
    """Root fields that explain. Each needs the scopes ``profile:read`` and ``identity:explain``."""

    @strawberry.field(description="Why two customers are one person: the links between them, weakest first.")
    async def why(
        self,
        info: RequestInfo,
        left: CustomerKey,
        right: CustomerKey,
        confidence: AtConfidence = None,
        as_of: AsOfLinks = None,
    ) -> WhyResult:
        """Raises ForbiddenError, InputError, ModelError, GraphError."""
        context = info.context
        _two(context, left, right)
        wanted = await context.levels.confidence_of(confidence, as_of)
        model = context.sync_work.model

        def found(graph: Reader) -> Why:
            if as_of is not None:
                return why_at(graph, left, right, wanted, as_of)
            return why(graph, model(graph), left, right, wanted)

        try:
            return await _explained(context, lambda graph: why_together(found(graph), context.viewer))
        except NotTogetherError:
            return NotTogether()

    @strawberry.field(description="Why two customers are not one person: one reason with its facts.")
    async def why_not(
        self,
        info: RequestInfo,
        left: CustomerKey,
        right: CustomerKey,
        confidence: AtConfidence = None,
        as_of: AsOfLinks = None,
    ) -> WhyNotResult:
        """Raises ForbiddenError, InputError, ModelError, GraphError."""
        context = info.context
        _two(context, left, right)
        wanted = await context.levels.confidence_of(confidence, as_of)
        model = context.sync_work.model

        def found(graph: Reader) -> WhyNot:
            if as_of is not None:
                return why_not_at(graph, left, right, wanted, as_of)
            return why_not(graph, model(graph), left, right, wanted)

        return await _explained(context, lambda graph: why_apart(found(graph), context.viewer))

    @strawberry.field(description="How a profile came together: its links from the strongest to the weakest.")
    async def how(
        self, info: RequestInfo, by: By, confidence: AtConfidence = None, as_of: AsOfLinks = None
    ) -> HowResult:
        """Raises ForbiddenError, InputError, GraphError."""
        context = info.context
        _allowed(context)
        wanted = await context.levels.confidence_of(confidence, as_of)
        identity = identity_of(by, context.country)
        if isinstance(identity, UnknownIdentity):
            return identity
        found = await found_profile(context, identity, wanted, as_of)
        if isinstance(found, UnknownIdentity | AmbiguousIdentity):
            return found
        customer = (found.profile if isinstance(found, MergedProfile) else found).members[0]
        context.seen.customer(customer)
        return await _explained(context, lambda graph: how_built(how(graph, customer, wanted, as_of), context.viewer))

    @strawberry.field(description="Who a customer was at a time, as the graph knew it then, and what changed since.")
    async def as_of(
        self, info: RequestInfo, customer: CustomerKey, at: AtTime, confidence: AtConfidence = None
    ) -> AsOfResult:
        """Raises ForbiddenError, InputError, GraphError."""
        _allowed(info.context)
        _bounded(customer)
        info.context.seen.customer(customer)
        return await _explained(info.context, lambda graph: as_known(as_of(graph, customer, at, confidence)))


async def _explained(
    context: RequestContext, work: Callable[[Reader], Answer]
) -> Answer | UnknownCustomer | NothingResolved:
    """What ``work`` reads in a thread, or what is expected in its place. Raises NotTogetherError, GraphError."""
    try:
        return await context.sync_work.read(work, context.seconds_left)
    except NotTogetherError:
        raise
    except UnknownCustomerError:
        return UnknownCustomer()
    except NothingResolvedError:
        return NothingResolved()


def _allowed(context: RequestContext) -> None:
    """Explanations name the customers of profiles. Raises ForbiddenError."""
    context.viewer.require(Scope.PROFILE_READ)
    context.viewer.require(Scope.IDENTITY_EXPLAIN)


def _two(context: RequestContext, left: str, right: str) -> None:
    """Raises ForbiddenError, and InputError where these are not two customers."""
    _allowed(context)
    _bounded(left)
    _bounded(right)
    if left == right:
        raise InputError("This is one customer.", "Name two of them, each as `source:external id`.")
    context.seen.customer(left)
    context.seen.customer(right)


def _bounded(customer: str) -> None:
    if len(customer) > MAX_KEY:
        raise InputError("A key is too long.", f"A key has at most {MAX_KEY:,} characters.")
