"""The root of every mutation."""

import strawberry

from api.contract.mutations.customers import CustomerMutations
from api.contract.mutations.decisions import DecisionMutations


@strawberry.type(
    description="What can be done. Each is one transaction, done whole or not at all, and ends before the request "
    "does: `Busy` says that nothing was done, `MaybeDone` and an error TIMEOUT that it may have been."
)
class Mutation(DecisionMutations, CustomerMutations):
    """The root of every mutation."""
