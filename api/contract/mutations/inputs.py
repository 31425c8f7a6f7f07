"""Inputs of mutations, and their bounds."""

from collections.abc import Sequence
from hashlib import blake2b

import strawberry

from api.access.viewer import Viewer
from api.contract.inputs import MAX_KEY
from graph.errors import InputError
from resolution.stewards.stewardship import Steward

MAX_CUSTOMERS, MAX_REASON, MAX_MUTATION_ID = 100, 1_000, 200

_REASON = f"Why, in words, at most {MAX_REASON:,} characters; kept with the decision."
_MUTATION_ID = (
    f"An id of yours, at most {MAX_MUTATION_ID} characters. However often the same viewer sends it, the decision is "
    "taken once."
)


@strawberry.input(description="Customers that are one person.")
class LinkCustomersInput:
    """Customers that are one person."""

    customers: list[strawberry.ID] = strawberry.field(description="Two customers or more, `source:external id`.")
    reason: str = strawberry.field(description=_REASON)
    client_mutation_id: str | None = strawberry.field(default=None, description=_MUTATION_ID)


@strawberry.input(description="Customers that are not the person whom they are taken for.")
class UnlinkCustomersInput:
    """Customers that are not the person whom they are taken for."""

    customers: list[strawberry.ID] = strawberry.field(description="Customers that are one person by themselves.")
    others: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Whom they are not; else everybody else in their profile."
    )
    reason: str = strawberry.field(description=_REASON)
    client_mutation_id: str | None = strawberry.field(default=None, description=_MUTATION_ID)


@strawberry.input(description="A link, or a pair that was compared.")
class PairInput:
    """A link, or a pair that was compared."""

    left: strawberry.ID = strawberry.field(description="The one customer.")
    right: strawberry.ID = strawberry.field(description="The other customer.")
    reason: str = strawberry.field(description=_REASON)
    client_mutation_id: str | None = strawberry.field(default=None, description=_MUTATION_ID)


@strawberry.input(description="Sides of which no two are one person.")
class SplitClusterInput:
    """Sides of which no two are one person."""

    sides: list[list[strawberry.ID]] = strawberry.field(description="Two sides or more, each of customers.")
    reason: str = strawberry.field(description=_REASON)
    client_mutation_id: str | None = strawberry.field(default=None, description=_MUTATION_ID)


@strawberry.input(description="A decision that holds no longer.")
class WithdrawDecisionInput:
    """A decision that holds no longer."""

    decision: strawberry.ID = strawberry.field(description="Key of the decision.")
    reason: str = strawberry.field(description=_REASON)
    client_mutation_id: str | None = strawberry.field(default=None, description=_MUTATION_ID)


@strawberry.input(description="Customers that are deleted.")
class EraseCustomersInput:
    """Customers that are deleted."""

    customers: list[strawberry.ID] = strawberry.field(description=f"At most {MAX_CUSTOMERS} customers.")
    client_mutation_id: str | None = strawberry.field(
        default=None, description="An id of yours, given back. Who was erased is not known any more."
    )


@strawberry.input(description="Customers that are resolved now.")
class ResolveCustomersInput:
    """Customers that are resolved now."""

    customers: list[strawberry.ID] = strawberry.field(description="At most 20 customers.")
    client_mutation_id: str | None = strawberry.field(default=None, description="An id of yours, given back.")


def named(customers: Sequence[str] | None, most: int = MAX_CUSTOMERS) -> tuple[str, ...]:
    """Customers in their order, each once. Raises InputError where they are too many, or a key cannot be one."""
    found = tuple(dict.fromkeys(customers or ()))
    if len(found) > most or not all(0 < len(key) <= MAX_KEY for key in found):
        raise InputError("These customers cannot be used.", f"Name at most {most}, each as `source:external id`.")
    return found


def steward(viewer: Viewer, reason: str, mutation_id: str | None) -> Steward:
    """Who decides, and why. Raises InputError."""
    if not reason.strip() or len(reason) > MAX_REASON:
        raise InputError("The reason cannot be used.", f"Say why, in at most {MAX_REASON:,} characters.")
    return Steward(viewer.subject, reason.strip(), decision_key(viewer, mutation_id))


def decision_key(viewer: Viewer, mutation_id: str | None) -> str | None:
    """The key of the decision that a viewer takes under an id; none without an id. Raises InputError."""
    if mutation_id is None:
        return None
    if not 0 < len(mutation_id) <= MAX_MUTATION_ID:
        raise InputError("`clientMutationId` cannot be used.", f"It has 1 to {MAX_MUTATION_ID} characters.")
    named_by = f"{viewer.subject}\n{mutation_id}".encode("utf-8", "surrogatepass")
    return f"decision-{blake2b(named_by, digest_size=16).hexdigest()}"
