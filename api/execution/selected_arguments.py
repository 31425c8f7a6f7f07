"""Selected arguments: what is given to the fields below a field, known before any of them is answered."""

from collections.abc import Iterator
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionSetNode,
    Undefined,
    value_from_ast_untyped,
)

Arguments = dict[str, Any]


def arguments_below(info: GraphQLResolveInfo[Any]) -> Iterator[tuple[str, Arguments]]:
    """Name and given arguments of every field below a field, on whatever type; what is none is left out."""
    for node in info.field_nodes:
        for field in selected_fields(node.selection_set, info):
            yield from _arguments(field, info)


def selected_fields(selected: SelectionSetNode | None, info: GraphQLResolveInfo[Any]) -> Iterator[FieldNode]:
    """The fields of one selection, through its fragments. A document has few: they are counted at every spread."""
    for node in selected.selections if selected else ():
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, FragmentSpreadNode):
            yield from selected_fields(info.fragments[node.name.value].selection_set, info)
        elif isinstance(node, InlineFragmentNode):
            yield from selected_fields(node.selection_set, info)


def _arguments(field: FieldNode, info: GraphQLResolveInfo[Any]) -> Iterator[tuple[str, Arguments]]:
    """Of a field and of those below it."""
    if field.arguments:
        yield field.name.value, _given(field, info)
    for below in selected_fields(field.selection_set, info):
        yield from _arguments(below, info)


def _given(field: FieldNode, info: GraphQLResolveInfo[Any]) -> Arguments:
    # Strawberry gives its resolvers the plain values.
    variables = cast("dict[str, Any]", info.variable_values)
    given = ((each.name.value, value_from_ast_untyped(each.value, variables)) for each in field.arguments or ())
    return {name: value for name, value in given if value is not None and value is not Undefined}
