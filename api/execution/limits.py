"""Limits: how much one operation may ask for, decided before anything is read.

The shape of a document (levels, aliases, fields, directives) has bounds of its own. How much work its answer is at
most is one number, the cost: 1 for the operation, 1 for each object that the answer can hold, 10 for each field that
asks the database, and lists counted with what they ask for. It is told in the answer as ``extensions.cost``.
"""

from dataclasses import dataclass

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, ValidationContext, ValidationRule

from api.execution.errors import ErrorCode
from api.execution.sizes import DocumentSizes, Size

MAX_TOKENS = 2_000
MAX_COST = 20_000
LARGEST = Size(levels=15, aliases=20, fields=400, directives=20)
_BOUNDED = "levels", "aliases", "fields", "directives"


@dataclass(frozen=True, slots=True)
class Cost:
    """What an operation costs and may cost."""

    requested: int
    limit: int = MAX_COST

    @property
    def is_too_much(self) -> bool:
        """Whether it is beyond its limit."""
        return self.requested > self.limit


class OperationLimits(ValidationRule):
    """Refuses a document in which an operation exceeds one of the ``LARGEST`` sizes."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        sizes = DocumentSizes(context.schema, context.document, {})
        for operation in operations_of(context.document):
            self._judge(sizes.of(operation))

    def _judge(self, size: Size) -> None:
        for name in _BOUNDED:
            allowed = getattr(LARGEST, name)
            if getattr(size, name) > allowed:
                message = f"The operation has too many {name}; the limit is {allowed:,}."
                self.report_error(GraphQLError(message, extensions={"code": ErrorCode.QUERY_TOO_COMPLEX}))
                return


def operations_of(document: DocumentNode) -> list[OperationDefinitionNode]:
    """The operations of a document, in its order."""
    return [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]


def require_affordable(cost: Cost) -> None:
    """Go on only with a cost within its limit. Raises GraphQLError."""
    if cost.is_too_much:
        message = f"The operation costs too much; the limit is {cost.limit:,}. Ask for shorter lists."
        raise GraphQLError(message, extensions={"code": ErrorCode.QUERY_TOO_COMPLEX})
