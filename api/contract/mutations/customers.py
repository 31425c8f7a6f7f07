"""Erasure, and resolution of single customers at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import strawberry

from api.access.field_rules import plain
from api.access.masking import classify
from api.access.viewer import Scope
from api.contract.exposure import Exposed, expose
from api.contract.mutations.decisions import stewardship
from api.contract.mutations.inputs import EraseCustomersInput, ResolveCustomersInput, named
from api.contract.mutations.settling import settled
from api.contract.outcomes import Busy, MaybeDone, NothingResolved, UnknownCustomer
from api.execution.context import RequestContext, RequestInfo
from api.operation.sync_work import SyncWork
from graph.connection import Graph, Transaction
from graph.deletion import delete_customers
from graph.errors import InputError, NothingResolvedError, UnknownCustomerError
from graph.links import NO_CHANGES, LinkChanges
from graph.surroundings import known_customers

MAX_RESOLVED = 20


@dataclass(frozen=True, slots=True)
class CustomersErased:
    """Customers are gone, with everything that only they had, from the past as well."""

    client_mutation_id: str | None
    erased: int
    changes: LinkChanges


@dataclass(frozen=True, slots=True)
class CustomersResolved:
    """Customers are linked with whom they are, as far as that can be done at once."""

    client_mutation_id: str | None
    changes: LinkChanges
    waiting: str | None


EraseResult = Annotated[
    CustomersErased | UnknownCustomer | Busy | MaybeDone,
    strawberry.union("EraseResult", description="What was erased, or why nothing was."),
]
ResolveResult = Annotated[
    CustomersResolved | UnknownCustomer | NothingResolved | Busy | MaybeDone,
    strawberry.union("ResolveResult", description="What was resolved, or why nothing was."),
]

classify(CustomersErased, {"client_mutation_id": plain})
classify(CustomersResolved, {"client_mutation_id": plain, "waiting": plain})
expose(
    CustomersErased,
    Exposed(
        {
            "client_mutation_id": "The id that was given with it.",
            "erased": "Number of customers.",
            "changes": "What that changed in links of others.",
        }
    ),
)
expose(
    CustomersResolved,
    Exposed(
        {
            "client_mutation_id": "The id that was given with it.",
            "changes": "What that changed, in links.",
            "waiting": "Why some wait for the next `cdp resolve`; none where nobody has to.",
        }
    ),
)

EraseInput = Annotated[EraseCustomersInput, strawberry.argument(description="Who is erased.")]
ResolveInput = Annotated[ResolveCustomersInput, strawberry.argument(description="Who is resolved.")]


@strawberry.type
class CustomerMutations:
    """What is done to customers."""

    @strawberry.mutation(
        description="Delete customers with everything that only they have: their interactions, consents, identifiers "
        "and history. It cannot be taken back; a source that sends them again brings them again."
    )
    async def erase_customers(self, info: RequestInfo, input: EraseInput) -> EraseResult:  # noqa: A002
        """Raises ForbiddenError, InputError, GraphError."""
        context = info.context
        context.viewer.require(Scope.PRIVACY_ERASE)
        keys = _some(input.customers)
        _note(context, keys)
        try:
            changes = await settled(context, lambda patience_s: _erased(context.sync_work, keys, patience_s))
        except UnknownCustomerError:
            return UnknownCustomer()
        if isinstance(changes, LinkChanges):
            return CustomersErased(input.client_mutation_id, len(keys), changes)
        return changes

    @strawberry.mutation(
        description="Link those of some customers that wait for a resolution with whom they are, now, with the model "
        "in force; who does not wait is resolved already. A run over everybody takes `cdp resolve`: it needs the "
        "machine for minutes, so no request starts it."
    )
    async def resolve_customers(self, info: RequestInfo, input: ResolveInput) -> ResolveResult:  # noqa: A002
        """Raises ForbiddenError, InputError, GraphError."""
        context = info.context
        context.viewer.require(Scope.STEWARD)
        keys = _some(input.customers, MAX_RESOLVED)
        _note(context, keys)
        try:
            found = await settled(context, lambda _: _resolved(context.sync_work, keys))
        except UnknownCustomerError:
            return UnknownCustomer()
        except NothingResolvedError:
            return NothingResolved()
        return CustomersResolved(input.client_mutation_id, *found) if isinstance(found, tuple) else found


def _note(context: RequestContext, customers: Sequence[str]) -> None:
    """Whoever asks later who did something to them finds this."""
    for customer in customers:
        context.seen.customer(customer)


def _some(customers: Sequence[str], most: int = 100) -> tuple[str, ...]:
    keys = named(customers, most)
    if not keys:
        raise InputError("There are no customers.", "Name one at least, as `source:external id`.")
    return keys


def _erased(work: SyncWork, keys: Sequence[str], patience_s: float) -> LinkChanges:
    try:
        return stewardship(work, patience_s).delete_customers(keys)
    except NothingResolvedError:
        return _erased_unresolved(work.graph, keys, patience_s)


def _erased_unresolved(graph: Graph, keys: Sequence[str], patience_s: float) -> LinkChanges:
    """Before the first resolution nothing hangs together, and there is no model to look at anything anew with."""

    def erased(transaction: Transaction) -> LinkChanges:
        _require(transaction, keys)
        delete_customers(transaction, keys)
        return NO_CHANGES

    return graph.write(erased, patience_s)


def _resolved(work: SyncWork, keys: Sequence[str]) -> tuple[LinkChanges, str | None]:
    _require(work.graph, keys)
    work.model(work.graph)
    return work.online.resolve(keys)


def _require(graph: Graph | Transaction, keys: Sequence[str]) -> None:
    if len(known_customers(graph, keys)) < len(keys):
        raise UnknownCustomerError("A customer is not known.", "A customer is named as source:external_id.")
