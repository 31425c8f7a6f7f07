"""Operations that schemathesis draws from the schema. It knows neither @oneOf nor what is stored, so what it draws is
brought nearer to what can be answered."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

import schemathesis
from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLInputObjectType,
    IntValueNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    Visitor,
    build_schema,
    get_named_type,
    is_union_type,
    parse,
    print_ast,
    visit,
)
from hypothesis import strategies as st
from hypothesis_graphql import nodes

from api.contract.schema_export import SCHEMA_FILE

Named = TypeVar("Named", ArgumentNode, ObjectFieldNode)
# Name of an argument or a field of an input -> values that mean something in the graph.
Known = Mapping[str, Sequence[str]]

# What a client can be told about a document that fits the schema.
REFUSALS = {"BAD_USER_INPUT", "QUERY_TOO_COMPLEX"}
OUTCOME = "outcome"

schemathesis.graphql.scalar("Confidence", st.floats(0, 1).map(nodes.Float) | st.just(nodes.String("loose")))
schemathesis.graphql.scalar("DateTime", st.datetimes().map(lambda at: nodes.String(f"{at.isoformat()}Z")))
SCHEMA = build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))
DRAWN = schemathesis.graphql.from_path(SCHEMA_FILE)


def drawn(root: str, field: str, known: Known, data: st.DataObject) -> str:
    """A document that asks for one field of a root. Its answer tells the type of a union as ``OUTCOME``."""
    types, case = TypeInfo(SCHEMA), data.draw(DRAWN[root][field].as_strategy())
    return print_ast(visit(parse(str(case.body)), TypeInfoVisitor(types, _Plausible(types, known, data))))


class _Plausible(Visitor):
    """Most values are known ones, pages have a size that is allowed, and one field of a @oneOf input is left."""

    def __init__(self, types: TypeInfo, known: Known, data: st.DataObject) -> None:
        super().__init__()
        self._types, self._known, self._data = types, known, data

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> OperationDefinitionNode:
        root = SCHEMA.get_root_type(node.operation)
        asked = [cast("FieldNode", field) for field in node.selection_set.selections]
        assert root is not None
        unions = {name for name, field in root.fields.items() if is_union_type(get_named_type(field.type))}
        told = [_telling(field) if field.name.value in unions else field for field in asked]
        return OperationDefinitionNode(
            operation=node.operation,
            name=node.name,
            variable_definitions=node.variable_definitions,
            directives=node.directives,
            selection_set=SelectionSetNode(selections=tuple(told)),
        )

    def enter_argument(self, node: ArgumentNode, *_: Any) -> ArgumentNode | None:
        return self._named(node)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> ObjectFieldNode | None:
        return self._named(node)

    def enter_object_value(self, node: ObjectValueNode, *_: Any) -> ObjectValueNode | None:
        kind = get_named_type(self._types.get_input_type())
        if not isinstance(kind, GraphQLInputObjectType) or not kind.is_one_of:
            return None
        given = [field for field in node.fields if not isinstance(field.value, NullValueNode)]
        chosen = self._data.draw(st.sampled_from(given)) if given else self._known_field(kind)
        return ObjectValueNode(fields=(chosen,))

    def _named(self, node: Named) -> Named | None:
        name, value = node.name.value, node.value
        if isinstance(value, IntValueNode) and name == "first":
            return type(node)(name=node.name, value=IntValueNode(value=str(abs(int(value.value)) % 60)))
        if name in self._known:
            return type(node)(name=node.name, value=self._known_in(value, self._known[name]))
        return None

    def _known_in(self, value: ValueNode, known: Sequence[str]) -> ValueNode:
        """A value in which most texts and ids are known ones, and most lists are of these alone, each once."""
        if isinstance(value, ListValueNode):
            if self._known_is_taken():
                return ListValueNode(values=tuple(_like(value, one) for one in known))
            return ListValueNode(values=tuple(self._known_in(one, known) for one in value.values))
        if isinstance(value, StringValueNode | IntValueNode) and self._known_is_taken():
            return StringValueNode(value=self._data.draw(st.sampled_from(known)))
        return value

    def _known_is_taken(self) -> bool:
        return self._data.draw(st.integers(0, 3)) > 0

    def _known_field(self, kind: GraphQLInputObjectType) -> ObjectFieldNode:
        name = next(name for name in kind.fields if name in self._known)
        return ObjectFieldNode(name=NameNode(value=name), value=StringValueNode(value=self._known[name][0]))


def _like(value: ListValueNode, known: str) -> ValueNode:
    """A known value as this list holds its values: as they are, or each in a list."""
    one = StringValueNode(value=known)
    return ListValueNode(values=(one,)) if isinstance(next(iter(value.values), None), ListValueNode) else one


def _telling(field: FieldNode) -> FieldNode:
    assert field.selection_set is not None
    outcome = FieldNode(alias=NameNode(value=OUTCOME), name=NameNode(value="__typename"), arguments=(), directives=())
    return FieldNode(
        alias=field.alias,
        name=field.name,
        arguments=field.arguments,
        directives=field.directives,
        selection_set=SelectionSetNode(selections=(outcome, *field.selection_set.selections)),
    )
