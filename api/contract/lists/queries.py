"""Lists as they are asked for."""

import strawberry

from api.contract.lists.customers import CustomerQueries
from api.contract.lists.links import LinkQueries
from api.contract.lists.past import PastQueries
from api.contract.lists.review import ReviewQueries
from api.contract.lists.sources import SourceQueries


@strawberry.type
class ListQueries(CustomerQueries, LinkQueries, PastQueries, SourceQueries, ReviewQueries):
    """Root fields that list."""
