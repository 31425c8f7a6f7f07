"""Sizes: how much a selection asks for, measured before anything is read.

One memoised pass over the document. Strawberry's own limiters walk every spread of a fragment again, so twenty
fragments that name each other twice cost them 3.5 s; here each is measured once, and a million fields cost 6 ms.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NamedTypeNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from api.contract.paging import MAX_PART

# A field that asks the database costs so much, an object of the answer 1: an object of ten fields takes 5 us, a
# statement that finds a few rows some hundreds.
READ_COST = 10
# The whole schema is 30 ms of work, whatever is selected of it.
INTROSPECTION_COST = 1_000
_INTROSPECTION = frozenset({"__schema", "__type"})

Kind = object
"""A type of the schema; none where the document names one that does not exist."""


@dataclass(frozen=True, slots=True)
class Size:
    """Size of a selection. ``cost``: objects that it can give and the reads they take, lists counted with ``first``."""

    levels: int = 0
    aliases: int = 0
    fields: int = 0
    directives: int = 0
    cost: int = 0

    def __add__(self, other: "Size") -> "Size":
        """Both beside each other."""
        return Size(
            max(self.levels, other.levels),
            self.aliases + other.aliases,
            self.fields + other.fields,
            self.directives + other.directives,
            self.cost + other.cost,
        )


class DocumentSizes:
    """Measures operations of one document; each fragment once.

    ``variables``: values of the variables that stand as a ``first``; where one is missing, the default of the field.
    """

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, object]) -> None:
        self.page_variables: set[str] = set()
        self._schema = schema
        self._variables = variables
        found = (node for node in document.definitions if isinstance(node, FragmentDefinitionNode))
        self._fragments = {node.name.value: node for node in found}
        self._measured: dict[str, Size] = {}

    def of(self, operation: OperationDefinitionNode) -> Size:
        """The size of an operation; every operation costs 1."""
        return Size(cost=1) + self._of(operation.selection_set, self._schema.get_root_type(operation.operation))

    def _of(self, selection_set: SelectionSetNode | None, kind: Kind) -> Size:
        total = Size()
        for node in selection_set.selections if selection_set else ():
            total += self._of_node(node, kind)
        return total

    def _of_node(self, node: SelectionNode, kind: Kind) -> Size:
        directives = Size(directives=len(node.directives or ()))
        if isinstance(node, FieldNode):
            return directives + self._of_field(node, kind)
        if isinstance(node, InlineFragmentNode):
            return directives + self._of(node.selection_set, self._narrowed(node.type_condition, kind))
        assert isinstance(node, FragmentSpreadNode)
        return directives + self._of_fragment(node.name.value)

    def _of_field(self, node: FieldNode, kind: Kind) -> Size:
        name = node.name.value
        here = Size(aliases=1 if node.alias else 0, fields=1)
        # Introspection is measured by its own rules, or tools that ask for the schema would not work.
        if name in _INTROSPECTION:
            return here + Size(levels=1, cost=INTROSPECTION_COST)
        field = kind.fields.get(name) if isinstance(kind, GraphQLObjectType) else None
        reads = READ_COST if field and asks_the_database(field) else 0
        if node.selection_set is None:
            return here + Size(levels=1, cost=reads)
        inside = self._of(node.selection_set, get_named_type(field.type) if field else None)
        cost = reads + self._page(node, field) * (1 + inside.cost)
        return here + Size(inside.levels + 1, inside.aliases, inside.fields, inside.directives, cost)

    def _of_fragment(self, name: str) -> Size:
        if name not in self._measured:
            # A fragment that names itself is refused by another rule; until then it adds nothing to itself.
            self._measured[name] = Size()
            fragment = self._fragments.get(name)
            if fragment:
                kind = self._narrowed(fragment.type_condition, None)
                self._measured[name] = self._of(fragment.selection_set, kind)
        return self._measured[name]

    def _narrowed(self, condition: NamedTypeNode | None, kind: Kind) -> Kind:
        return self._schema.get_type(condition.name.value) if condition else kind

    def _page(self, node: FieldNode, field: GraphQLField | None) -> int:
        """How many objects a list gives at most: its ``first``, or its default. One without is part of its owner."""
        declared = field.args.get("first") if field else None
        default = declared.default_value if declared else 1
        given = next((found.value for found in node.arguments or () if found.name.value == "first"), None)
        if isinstance(given, VariableNode):
            self.page_variables.add(given.name.value)
            asked = self._variables.get(given.name.value, default)
        elif isinstance(given, IntValueNode) and len(given.value) <= len(str(MAX_PART)):
            asked = int(given.value)
        else:
            asked = MAX_PART if isinstance(given, IntValueNode) else default
        return min(max(asked, 1), MAX_PART) if isinstance(asked, int) else 1


def asks_the_database(field: GraphQLField) -> bool:
    """Whether a field has a resolver that waits for something."""
    declared = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return isinstance(declared, StrawberryField) and declared.is_async
