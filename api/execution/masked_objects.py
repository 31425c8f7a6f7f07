"""Execution: every object is masked for the viewer before any of its fields is read."""

from collections.abc import Awaitable, Sequence
from functools import partial
from typing import Any

from graphql import GraphQLObjectType
from graphql.execution.collect_fields import CollectedFields
from graphql.pyutils import Path, gather_with_cancel
from graphql.type.definition import GraphQLResolveInfoHelpers
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.access.masking import hidden_from, mask
from api.audit.seen import ObjectsSeen, Seen
from api.execution.selections import Selections


def _gather(waiting: Sequence[Awaitable[Any]]) -> Awaitable[list[Any]]:
    return gather_with_cancel(*waiting)


def _track(waiting: Sequence[Any]) -> None:
    """Nothing waits for it."""


# graphql-core's helpers for resolvers, which no resolver of ours asks for, are methods of their executor. That cycle
# keeps all objects of an answer until Python looks for cycles, which took a seventh of the processor time.
_HELPERS = GraphQLResolveInfoHelpers(gather=_gather, track=_track)


class MaskingExecution(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, with masks. A context without a viewer sees nothing in clear."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.async_helpers = _HELPERS
        self._hidden = hidden_from(getattr(self.context_value, "viewer", None))
        seen = getattr(self.context_value, "seen", None)
        # Those of the document, else of this operation alone.
        self.selections: Selections = getattr(self.context_value, "selections", None) or Selections()
        known = self.selections.known
        self._watch = ObjectsSeen(self.schema, seen if seen is not None else Seen(), self._hidden, known)

    def execute_collected_root_fields(
        self,
        root_type: GraphQLObjectType,
        root_value: Any,  # noqa: ANN401
        grouped_field_set: dict[str, Any],
        serially: bool,  # noqa: FBT001
        new_defer_usages: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """The fields of the operation."""
        remembered = self.selections.known("fields", self.operation, lambda: grouped_field_set)
        return super().execute_collected_root_fields(root_type, root_value, remembered, serially, new_defer_usages)

    def collect_subfields(self, return_type: GraphQLObjectType, field_details_list: list[Any]) -> CollectedFields:
        """The fields below a field, on a type."""
        find_out = partial(super().collect_subfields, return_type, field_details_list)
        return self.selections.known(("fields", return_type.name), field_details_list, find_out)

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
