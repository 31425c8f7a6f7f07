"""Recording: the name of the operation and who asked it, for logs, metrics and traces."""

from collections.abc import Iterator

from graphql import OperationDefinitionNode
from strawberry.extensions import SchemaExtension

from api.execution.context import RequestContext
from api.operation.record import current_record


class Recording(SchemaExtension):
    """One step per operation: a step per field would make every field a coroutine."""

    def on_operation(self) -> Iterator[None]:
        """Tell the record of the request when the document is known."""
        yield
        record, context = current_record(), self.execution_context.context
        if record is not None and isinstance(context, RequestContext):
            record.name_operation(self._name(), context.viewer.subject)

    def _name(self) -> str | None:
        """As the document has it: what the client calls it beside the document may be anything, and stands in logs."""
        asked, document = self.execution_context.operation_name, self.execution_context.graphql_document
        definitions = document.definitions if document else ()
        named = (node.name.value for node in definitions if isinstance(node, OperationDefinitionNode) and node.name)
        return next((name for name in named if name == asked), None)
