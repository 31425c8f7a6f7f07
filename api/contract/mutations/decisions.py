"""Decisions of stewards."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import strawberry

from api.access.field_rules import FieldClass, plain
from api.access.masking import classify, hides
from api.access.viewer import Scope
from api.contract.arguments import AtConfidence
from api.contract.exposure import Exposed, expose
from api.contract.mutations.asked_below import require_usable
from api.contract.mutations.inputs import (
    LinkCustomersInput,
    PairInput,
    SplitClusterInput,
    UnlinkCustomersInput,
    WithdrawDecisionInput,
    named,
    steward,
)
from api.contract.mutations.settling import settled
from api.contract.outcomes import (
    EXPECTED,
    Busy,
    ConflictingDecision,
    MaybeDone,
    NothingResolved,
    UnknownCustomer,
    UnknownDecision,
    UnknownLink,
    outcome_of,
)
from api.contract.profile_parts import resolved_by
from api.execution.context import RequestContext, RequestInfo
from api.operation.sync_work import SyncWork
from graph.decisions import read_decision
from graph.errors import UnknownDecisionError
from graph.identities import profiles_of
from graph.links import NO_CHANGES, LinkChanges
from graph.profiles import Profile
from resolution.incremental import IncrementalResolution
from resolution.stewards.stewardship import Decided, Steward, Stewardship

MAX_SHOWN = 20


@dataclass(frozen=True, slots=True)
class DecisionTaken:
    """What a decision, or taking it back, has changed."""

    client_mutation_id: str | None
    decision: str
    run_id: str | None
    changes: LinkChanges
    profiles_merged: int
    profiles_split: int
    customers: tuple[str, ...]


async def profiles(
    taken: strawberry.Parent[DecisionTaken], info: RequestInfo, confidence: AtConfidence = None
) -> list[Profile]:
    """The profiles of its customers as they are now, each once; of the first 20 customers where it is about more.

    None without `profile:read`.
    """
    # An error would take the whole answer, and say of what was decided that it was not.
    if hides(info.context.viewer, FieldClass.PROFILE):
        return []
    wanted = await info.context.levels.confidence_of(confidence)
    return await profiles_of(info.context.graph, taken.customers[:MAX_SHOWN], wanted)


DecisionResult = Annotated[
    DecisionTaken
    | UnknownCustomer
    | UnknownLink
    | UnknownDecision
    | ConflictingDecision
    | NothingResolved
    | Busy
    | MaybeDone,
    strawberry.union("DecisionResult", description="What a decision has changed, or why it was not taken."),
]

expose(
    LinkChanges,
    Exposed(
        {
            "links_created": "Links that are new.",
            "links_changed": "Links that say something else now.",
            "links_retired": "Links that are history now.",
            "links_unchanged": "Links that were looked at and are the same.",
            "compared_written": "Compared pairs that are new or say something else.",
            "compared_removed": "Compared pairs that are gone.",
        },
        words="What was changed, in edges of the graph.",
    ),
)
classify(DecisionTaken, {"client_mutation_id": plain})
expose(
    DecisionTaken,
    Exposed(
        {
            "client_mutation_id": "The id that was given with it.",
            "decision": "Key of the decision, by which it can be withdrawn.",
            "run_id": "Run that wrote the changes; none where it had been taken before under the same id.",
            "changes": "What it changed, in links.",
            "profiles_merged": "Times that profiles became one.",
            "profiles_split": "Times that one became several.",
            "customers": "Customers that it is about.",
        },
        ids=("decision", "run_id", "customers"),
        resolved=(resolved_by(profiles),),
    ),
)


def _input(words: str) -> object:
    return strawberry.argument(description=words)


@strawberry.type
class DecisionMutations:
    """Decisions. Each needs the scope ``steward``."""

    @strawberry.mutation(description="These customers are one person.")
    async def link_customers(
        self,
        info: RequestInfo,
        input: Annotated[LinkCustomersInput, _input("Who they are, and why.")],  # noqa: A002
    ) -> DecisionResult:
        """Raises ForbiddenError, InputError, GraphError."""
        customers = named(input.customers)
        return await _decide(info, input, lambda desk, who: desk.link_customers(customers, who))

    @strawberry.mutation(description="These customers are not the person whom they are taken for.")
    async def unlink_customers(
        self,
        info: RequestInfo,
        input: Annotated[UnlinkCustomersInput, _input("Who, from whom, and why.")],  # noqa: A002
    ) -> DecisionResult:
        """Raises ForbiddenError, InputError, GraphError."""
        customers, others = named(input.customers), named(input.others)
        return await _decide(info, input, lambda desk, who: desk.unlink_customers(customers, who, others))

    @strawberry.mutation(description="A link, or a pair that was compared, is one person.")
    async def confirm_link(
        self,
        info: RequestInfo,
        input: Annotated[PairInput, _input("Which pair, and why.")],  # noqa: A002
    ) -> DecisionResult:
        """Raises ForbiddenError, InputError, GraphError."""
        named([input.left, input.right])
        return await _decide(info, input, lambda desk, who: desk.confirm_link(input.left, input.right, who))

    @strawberry.mutation(description="A link, or a pair that was compared, is two people.")
    async def reject_link(
        self,
        info: RequestInfo,
        input: Annotated[PairInput, _input("Which pair, and why.")],  # noqa: A002
    ) -> DecisionResult:
        """Raises ForbiddenError, InputError, GraphError."""
        named([input.left, input.right])
        return await _decide(info, input, lambda desk, who: desk.reject_link(input.left, input.right, who))

    @strawberry.mutation(description="Of these sides no two are one person.")
    async def split_cluster(
        self,
        info: RequestInfo,
        input: Annotated[SplitClusterInput, _input("Which sides, and why.")],  # noqa: A002
    ) -> DecisionResult:
        """Raises ForbiddenError, InputError, GraphError."""
        named([customer for side in input.sides for customer in side])
        return await _decide(info, input, lambda desk, who: desk.split_cluster(input.sides, who))

    @strawberry.mutation(description="A decision holds no longer; what it had outranked counts again.")
    async def withdraw_decision(
        self,
        info: RequestInfo,
        input: Annotated[WithdrawDecisionInput, _input("Which decision, and why.")],  # noqa: A002
    ) -> DecisionResult:
        """Raises ForbiddenError, InputError, GraphError."""
        named([input.decision])
        return await _decide(info, input, lambda desk, who: _withdrawn(info.context, desk, input, who))


_Input = LinkCustomersInput | UnlinkCustomersInput | PairInput | SplitClusterInput | WithdrawDecisionInput


async def _decide(
    info: RequestInfo, asked: _Input, decide: Callable[[Stewardship, Steward], Decided]
) -> DecisionResult:
    context = info.context
    context.viewer.require(Scope.STEWARD)
    await require_usable(info)
    who, work = steward(context.viewer, asked.reason, asked.client_mutation_id), context.sync_work
    try:
        return await settled(
            context,
            lambda patience_s: _taken(work, decide(stewardship(work, patience_s), who), asked.client_mutation_id),
        )
    except EXPECTED as error:
        return outcome_of(error)


def stewardship(work: SyncWork, patience_s: float) -> Stewardship:
    """With the model in force. Raises NothingResolvedError, ModelError, GraphError."""
    return Stewardship(work.graph, IncrementalResolution(work.model(work.graph)), patience_s)


def _withdrawn(context: RequestContext, desk: Stewardship, asked: WithdrawDecisionInput, who: Steward) -> Decided:
    """Sent again under an id, what the same steward withdrew for the same reason is withdrawn."""
    try:
        return desk.withdraw(asked.decision, who)
    except UnknownDecisionError:
        known = read_decision(context.sync_work.graph, asked.decision) if asked.client_mutation_id else None
        if known is None or (known.withdrawn_by, known.withdrawn_reason) != (who.actor, who.reason):
            raise
        return Decided(known.key, None, NO_CHANGES, {})


def _taken(work: SyncWork, decided: Decided, mutation_id: str | None) -> DecisionTaken:
    decision = read_decision(work.graph, decided.decision)
    return DecisionTaken(
        client_mutation_id=mutation_id,
        decision=decided.decision,
        run_id=decided.run_id,
        changes=decided.changes,
        profiles_merged=decided.profiles.get("profiles_merged", 0),
        profiles_split=decided.profiles.get("profiles_split", 0),
        customers=decision.customers if decision else (),
    )
