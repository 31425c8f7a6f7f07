"""Introspection: the schema is told to viewers with the scope for it.

The rule is added by viewer, from two tuples that are made once, so that validations are remembered for each of both.
"""

from collections.abc import Iterator

from graphql import NoSchemaIntrospectionCustomRule
from strawberry.extensions import SchemaExtension

from api.access.viewer import Scope
from api.execution.context import RequestContext


class IntrospectionByScope(SchemaExtension):
    """Refuses introspection to viewers without the scope."""

    def on_operation(self) -> Iterator[None]:
        """A request without a viewer of ours counts as one without the scope."""
        context = self.execution_context.context
        if not (isinstance(context, RequestContext) and context.viewer.may(Scope.INTROSPECT)):
            rules = self.execution_context.validation_rules
            self.execution_context.validation_rules = (*rules, NoSchemaIntrospectionCustomRule)
        yield
