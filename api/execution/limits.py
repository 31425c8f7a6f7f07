"""Limits: how much one operation may ask for, decided before anything is read.

One memoised pass over the document. Strawberry's own limiters walk every spread of a fragment again, so twenty
fragments that name each other twice cost them 3.5 s; here each is measured once, and a million fields cost 6 ms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    Undefined,
    ValidationContext,
    ValidationRule,
)

from api.contract.paging import DEFAULT_PAGE, MAX_PAGE, MAX_PART
from api.execution.errors import ErrorCode

MAX_TOKENS = 2_000
_UNMEASURED = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class Measure:
    """Size of a selection. ``objects``: how many objects it can give, lists counted with what they ask for."""

    levels: int = 0
    aliases: int = 0
    fields: int = 0
    directives: int = 0
    objects: int = 0

    def __add__(self, other: "Measure") -> "Measure":
        """Both beside each other."""
        return Measure(
            max(self.levels, other.levels),
            self.aliases + other.aliases,
            self.fields + other.fields,
            self.directives + other.directives,
            self.objects + other.objects,
        )


LARGEST = Measure(levels=15, aliases=20, fields=500, directives=20, objects=20_000)


class OperationLimits(ValidationRule):
    """Refuses an operation that exceeds one of the ``LARGEST`` measures."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        sizes = _DocumentSizes(context.document, page_sizes(context.schema))
        for definition in context.document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                self._judge(sizes.of(definition.selection_set))

    def _judge(self, measure: Measure) -> None:
        for name in Measure.__slots__:
            asked, allowed = getattr(measure, name), getattr(LARGEST, name)
            if asked > allowed:
                message = f"The operation has too many {name}; the limit is {allowed:,}."
                self.report_error(GraphQLError(message, extensions={"code": ErrorCode.QUERY_TOO_COMPLEX}))
                return


class _DocumentSizes:
    """Measures selections of one document; each fragment once."""

    def __init__(self, document: DocumentNode, pages: Mapping[str, int]) -> None:
        self._pages = pages
        found = (node for node in document.definitions if isinstance(node, FragmentDefinitionNode))
        self._fragments = {node.name.value: node for node in found}
        self._measured: dict[str, Measure] = {}

    def of(self, selection_set: SelectionSetNode | None) -> Measure:
        total = Measure()
        for node in selection_set.selections if selection_set else ():
            total += self._of_node(node)
        return total

    def _of_node(self, node: SelectionNode) -> Measure:
        directives = Measure(directives=len(node.directives or ()))
        if isinstance(node, FieldNode):
            return directives + self._of_field(node)
        if isinstance(node, InlineFragmentNode):
            return directives + self.of(node.selection_set)
        assert isinstance(node, FragmentSpreadNode)
        return directives + self._of_fragment(node.name.value)

    def _of_field(self, node: FieldNode) -> Measure:
        here = Measure(aliases=1 if node.alias else 0, fields=1)
        name = node.name.value
        # Introspection is measured by its own rules, or tools that ask for the schema would not work.
        if name in _UNMEASURED or node.selection_set is None:
            return here + Measure(levels=1)
        inside = self.of(node.selection_set)
        objects = self._times(node, name) * (1 + inside.objects)
        return here + Measure(inside.levels + 1, inside.aliases, inside.fields, inside.directives, objects)

    def _of_fragment(self, name: str) -> Measure:
        if name not in self._measured:
            # A fragment that names itself is refused by another rule; until then it adds nothing to itself.
            self._measured[name] = Measure()
            fragment = self._fragments.get(name)
            self._measured[name] = self.of(fragment.selection_set) if fragment else Measure()
        return self._measured[name]

    def _times(self, node: FieldNode, name: str) -> int:
        """How many objects a list can give: its literal ``first``, its default, or for a variable the largest."""
        for argument in node.arguments or ():
            if argument.name.value == "first":
                value = argument.value
                if isinstance(value, IntValueNode) and len(value.value) <= len(str(MAX_PART)):
                    return min(max(int(value.value), 1), MAX_PART)
                return MAX_PAGE if self._pages.get(name, 1) <= DEFAULT_PAGE else MAX_PART
        return self._pages.get(name, 1)


@cache
def page_sizes(schema: GraphQLSchema) -> dict[str, int]:
    """Field -> default of its ``first``, for every list that is paged."""
    found: dict[str, int] = {}
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            for name, field in kind.fields.items():
                first = field.args.get("first")
                if first is not None and first.default_value is not Undefined:
                    found[name] = max(first.default_value, found.get(name, 1))
    return found
