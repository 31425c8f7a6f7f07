"""Prepared documents: parsed, validated and measured once, however often they are sent.

Strawberry's own cache of validations asks for the hash of the document, which graphql-core computes by walking it: 68
us a request for a profile with its parts. Here the text is the key.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache, partial
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    parse,
)
from strawberry.schema.schema import validate_document

from api.contract.paging import MAX_PART
from api.execution.limits import MAX_TOKENS, Cost, operations_of
from api.execution.selections import Selections, has_directives
from api.execution.sizes import DocumentSizes
from graph.errors import UntrustedDocumentError

DOCUMENTS_KEPT = 128
# A page size may be any number, so the costs of an operation are forgotten when there are so many of them.
_COSTS_KEPT = 100

Rules = tuple[type[ASTValidationRule], ...]


class PreparedDocument:
    """A document with what was found out about it. Raises GraphQLError for a text that is none.

    ``selections``: for the executor; none where they depend on variables.
    """

    def __init__(self, schema: GraphQLSchema, text: str) -> None:
        self.document = parse(text, max_tokens=MAX_TOKENS)
        self._schema = schema
        self._errors: dict[Rules, list[GraphQLError]] = {}
        self._operations: dict[str | None, PreparedOperation] = {}
        self.selections = None if has_directives(self.document) else Selections()

    def errors(self, rules: Rules) -> list[GraphQLError]:
        """What is wrong with it by these rules."""
        if rules not in self._errors:
            self._errors[rules] = validate_document(self._schema, self.document, rules)
        return self._errors[rules]

    def cost(self, name: str | None, variables: Mapping[str, Any]) -> Cost:
        """The cost of the operation of that name with these variables."""
        if name not in self._operations:
            operation = next(node for node in operations_of(self.document) if _name_of(node) == name)
            self._operations[name] = PreparedOperation(self._schema, self.document, operation)
        return self._operations[name].cost(variables)


class PreparedOperation:
    """An operation with its costs, each measured once for a set of page sizes."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._schema, self._document, self._operation = schema, document, operation
        self._costs: dict[tuple[int | None, ...], Cost] = {}
        sizes = self._sizes({})
        sizes.of(operation)
        self._pages = {name: _default_of(operation, name) for name in sorted(sizes.page_variables)}

    def cost(self, variables: Mapping[str, Any]) -> Cost:
        """The cost with these variables."""
        given = {name: variables.get(name, default) for name, default in self._pages.items()}
        pages = {name: _page_of(page) for name, page in given.items()}
        asked = tuple(pages.values())
        if asked not in self._costs:
            if len(self._costs) >= _COSTS_KEPT:
                self._costs.clear()
            known = {name: page for name, page in pages.items() if page is not None}
            self._costs[asked] = Cost(self._sizes(known).of(self._operation).cost)
        return self._costs[asked]

    def _sizes(self, pages: Mapping[str, int]) -> DocumentSizes:
        return DocumentSizes(self._schema, self._document, pages)


class PreparedDocuments:
    """The documents that were asked for last, at least ``DOCUMENTS_KEPT``. ``trusted``: the only ones there are."""

    def __init__(self, schema: GraphQLSchema, trusted: Collection[str] | None = None) -> None:
        self._trusted = None if trusted is None else frozenset(trusted)
        kept = max(DOCUMENTS_KEPT, len(self._trusted or ()))
        self._prepared = lru_cache(kept)(partial(PreparedDocument, schema))

    def get(self, text: str) -> PreparedDocument:
        """The prepared document of a text. Raises GraphQLError, UntrustedDocumentError."""
        if self._trusted is not None and text not in self._trusted:
            raise UntrustedDocumentError("This is not a trusted document.", "Send one of these, word for word.")
        return self._prepared(text)


def _name_of(operation: OperationDefinitionNode) -> str | None:
    return operation.name.value if operation.name else None


def _default_of(operation: OperationDefinitionNode, variable: str) -> int | None:
    for definition in operation.variable_definitions or ():
        if definition.variable.name.value == variable and isinstance(definition.default_value, IntValueNode):
            return int(definition.default_value.value)
    return None


def _page_of(given: object) -> int | None:
    """The page size that a variable gives; none where it gives none."""
    if given is None or (isinstance(given, int) and not isinstance(given, bool)):
        return given
    # JSON has one kind of number: 100.0 is an Int too. What is none is refused later, so it may count as the dearest.
    return int(given) if isinstance(given, float) and given.is_integer() else MAX_PART
