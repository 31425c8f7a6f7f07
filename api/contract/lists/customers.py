"""Customers: one by its key, and all of them page by page."""

from typing import Annotated

import strawberry

from api.access.viewer import Scope
from api.contract.explanations.queries import CustomerKey
from api.contract.outcomes import UnknownCustomer
from api.contract.paging import DEFAULT_PAGE, After, Connection, First, Paging
from api.execution.context import RequestInfo
from graph.listing import CustomerFilter, get_customer, list_customers
from graph.source_customers import SourceCustomer

CustomerResult = Annotated[
    SourceCustomer | UnknownCustomer,
    strawberry.union("CustomerResult", description="The customer that was asked for, or that there is none."),
]


@strawberry.input(
    name="CustomerFilter", description="Which customers are listed. A part that is left out lets everything through."
)
class CustomerFilterInput:
    """Which customers are listed."""

    source: str | None = strawberry.field(default=None, description="Customers of this source.")
    unresolved: bool | None = strawberry.field(
        default=None,
        description="Those that wait for a resolution, or those that do not. Where few fit, a page takes long.",
    )


Wanted = Annotated[CustomerFilterInput | None, strawberry.argument(name="filter", description="Which customers.")]


@strawberry.type
class CustomerQueries:
    """Root fields for customers. Each needs the scope ``profile:read``."""

    @strawberry.field(description="One customer, as its source knows it.")
    async def customer(self, info: RequestInfo, key: CustomerKey) -> CustomerResult:
        """Raises ForbiddenError, GraphError."""
        info.context.viewer.require(Scope.PROFILE_READ)
        return await get_customer(info.context.graph, key) or UnknownCustomer()

    @strawberry.field(description="Customers as their sources know them, by key.")
    async def customers(
        self, info: RequestInfo, first: First = DEFAULT_PAGE, after: After = None, wanted: Wanted = None
    ) -> Connection[SourceCustomer]:
        """Raises ForbiddenError, InputError, GraphError."""
        info.context.viewer.require(Scope.PROFILE_READ)
        paging = Paging.of("customers", first, after, (str,))
        chosen = CustomerFilter(wanted.source, wanted.unresolved) if wanted else CustomerFilter()
        position = str(paging.position[0]) if paging.position else ""
        found = await list_customers(info.context.graph, chosen, position, first + 1)
        return paging.page(found, lambda customer: (customer.key,))
