"""Selections: what the executor finds out about the selections of a document, remembered with it.

graphql-core collects the fields of every selection anew for each execution. Without directives they are always the
same, so a document that is kept keeps them.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from graphql import DirectiveNode, DocumentNode, Visitor, visit

Found = TypeVar("Found")


class Selections:
    """What is known of the selections of one document. For documents without directives, or for one execution."""

    def __init__(self) -> None:
        # Keyed by identity; what has it is held here, so that no other object gets it.
        self._known: dict[tuple[object, int], tuple[object, Any]] = {}

    def known(self, about: object, of: object, find_out: Callable[[], Found]) -> Found:
        """What was found out first about an operation, some nodes or a selection, in one respect."""
        asked = about, id(of)
        known = self._known.get(asked)
        if known is None:
            known = self._known[asked] = of, find_out()
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
