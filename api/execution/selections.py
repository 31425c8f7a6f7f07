"""Selections: what the executor finds out about the selections of a document, remembered with it.

graphql-core collects the fields of every selection anew for each execution. Without directives they are always the
same, so a document that is kept keeps them.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from graphql import DirectiveNode, DocumentNode, GraphQLObjectType, Visitor, visit
from graphql.execution.collect_fields import CollectedFields

Found = TypeVar("Found")


class Selections:
    """Fields of the selections of one document, and what else is known of each. For documents without directives.

    Keys are identities; whatever has one is held here, so that no other object gets it.
    """

    def __init__(self) -> None:
        self._roots: dict[int, tuple[object, dict[str, Any]]] = {}
        self._collected: dict[tuple[str, int], tuple[object, CollectedFields]] = {}
        self._known: dict[tuple[object, int], tuple[object, Any]] = {}

    def root(self, operation: object, collected: dict[str, Any]) -> dict[str, Any]:
        """The fields of an operation: those that were collected first."""
        return self._roots.setdefault(id(operation), (operation, collected))[1]

    def below(
        self, kind: GraphQLObjectType, nodes: list[Any], collect: Callable[[GraphQLObjectType, list[Any]], Any]
    ) -> CollectedFields:
        """The fields below some nodes on a type."""
        asked = kind.name, id(nodes)
        known = self._collected.get(asked)
        if known is None:
            known = self._collected[asked] = nodes, collect(kind, nodes)
        return known[1]

    def known(self, about: object, selection: Mapping[str, Any], find_out: Callable[[], Found]) -> Found:
        """What was found out about a selection on a type, or whatever else it was asked about."""
        asked = about, id(selection)
        known = self._known.get(asked)
        if known is None:
            known = self._known[asked] = selection, find_out()
        return known[1]


def has_directives(document: DocumentNode) -> bool:
    """Whether a document may select other fields with other variables."""
    found = False

    class _Looking(Visitor):
        def enter_directive(self, _node: DirectiveNode, *_: object) -> None:
            nonlocal found
            found = True

    visit(document, _Looking())
    return found
