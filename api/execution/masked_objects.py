"""Execution: every object is masked for the viewer before any of its fields is read."""

from typing import Any

from graphql import GraphQLObjectType
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.access.masking import hidden_from, mask
from api.audit.seen import ObjectsSeen, Seen


class MaskingExecution(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, with masks. A context without a viewer sees nothing in clear."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._hidden = hidden_from(getattr(self.context_value, "viewer", None))
        seen = getattr(self.context_value, "seen", None)
        self._watch = ObjectsSeen(self.schema, seen if seen is not None else Seen(), self._hidden)

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,  # noqa: ANN401
        path: Path | None,
        grouped_field_set: dict[str, Any],
        position_context: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """The fields of one object: a dict, or an awaitable of one where a field has to be awaited."""
        self._watch.see(parent_type, source_value, grouped_field_set)
        shown = mask(source_value, self._hidden) if self._hidden else source_value
        return self.fields_of(parent_type, shown, path, grouped_field_set, position_context)

    def fields_of(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,  # noqa: ANN401
        path: Path | None,
        grouped_field_set: dict[str, Any],
        position_context: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """The fields of an object as it is shown."""
        return super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
