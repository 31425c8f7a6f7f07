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
    spread = set[str]()
    for node in info.field_nodes:
        for field in _fields(node.selection_set, info, spread):
            if field.arguments:
                yield field.name.value, _given(field, info)


def _fields(selected: SelectionSetNode | None, info: GraphQLResolveInfo[Any], spread: set[str]) -> Iterator[FieldNode]:
    """Each fragment once: they may name each other twice, twenty levels deep."""
    for node in selected.selections if selected else ():
        if isinstance(node, FragmentSpreadNode):
            if node.name.value not in spread:
                spread.add(node.name.value)
                yield from _fields(info.fragments[node.name.value].selection_set, info, spread)
            continue
        if isinstance(node, FieldNode):
            yield node
        yield from _fields(cast("FieldNode | InlineFragmentNode", node).selection_set, info, spread)


def _given(field: FieldNode, info: GraphQLResolveInfo[Any]) -> Arguments:
    # Strawberry gives its resolvers the plain values.
    variables = cast("dict[str, Any]", info.variable_values)
    given = ((each.name.value, value_from_ast_untyped(each.value, variables)) for each in field.arguments or ())
    return {name: value for name, value in given if value is not None and value is not Undefined}
