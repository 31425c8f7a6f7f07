"""Releases: the schemas that clients were given, and what of the latest one the schema of today would break.

What was marked ``@deprecated(reason: "Use X. Removed after 2027-01-31.")`` in the release is no promise any more after
that day.

python -m api.contract.releases            tells every change since the last release; exits with 1 where one breaks
python -m api.contract.releases 1.2.0      writes ``api/contract/released/1.2.0.graphql``
"""

import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from graphql import (
    REMOVE,
    ConstDirectiveNode,
    DocumentNode,
    GraphQLSchema,
    Node,
    StringValueNode,
    TypeDefinitionNode,
    Visitor,
    build_ast_schema,
    build_schema,
    parse,
    visit,
)
from graphql.utilities import find_breaking_changes, find_dangerous_changes

from api.contract.schema_export import schema_text

RELEASED = Path(__file__).with_name("released")
_DAY = re.compile(r"Removed after (\d{4}-\d\d-\d\d)\.")


def latest_release() -> Path:
    """The file of the highest version."""
    return max(RELEASED.glob("*.graphql"), key=lambda file: tuple(map(int, file.stem.split("."))))


def write_release(version: str) -> Path:
    """Write the schema of today as the one of a version."""
    RELEASED.mkdir(exist_ok=True)
    file = RELEASED / f"{version}.graphql"
    file.write_text(schema_text(), encoding="utf-8")
    return file


def breaking_changes(released: str, current: str, today: date) -> list[str]:
    """What a client of a released schema could ask and cannot any more, in words; both are texts of schemas."""
    changes = find_breaking_changes(_promised(parse(released), today), build_schema(current))
    return [change.description for change in changes]


def dangerous_changes(released: str, current: str) -> list[str]:
    """What a client of a released schema is not prepared for, such as a new member of a union, in words."""
    return [change.description for change in find_dangerous_changes(build_schema(released), build_schema(current))]


def _promised(released: DocumentNode, today: date) -> GraphQLSchema:
    """A released schema without what may be gone by now, and without the types that nothing but that leads to."""
    kept: DocumentNode = visit(released, _Expiry(today))
    gone = _reachable(build_ast_schema(released)) - _reachable(build_ast_schema(kept))
    definitions = (
        node for node in kept.definitions if not (isinstance(node, TypeDefinitionNode) and node.name.value in gone)
    )
    return build_ast_schema(DocumentNode(definitions=tuple(definitions)))


def _reachable(schema: GraphQLSchema) -> set[str]:
    return set(GraphQLSchema(schema.query_type, schema.mutation_type, schema.subscription_type).type_map)


class _Expiry(Visitor):
    """Removes every field, argument and value of an enum whose announced last day is over."""

    def __init__(self, today: date) -> None:
        super().__init__()
        self._today = today

    def enter(self, node: Node, *_: Any) -> Any:  # noqa: ANN401 -- graphql-core's own answer to a visitor
        directives: tuple[ConstDirectiveNode, ...] = getattr(node, "directives", None) or ()
        return REMOVE if any(self._is_over(directive) for directive in directives) else None

    def _is_over(self, directive: ConstDirectiveNode) -> bool:
        reasons = [part.value.value for part in directive.arguments or () if isinstance(part.value, StringValueNode)]
        days = _DAY.findall(" ".join(reasons)) if directive.name.value == "deprecated" else []
        return any(date.fromisoformat(day) < self._today for day in days)


def _compare() -> int:
    """Print what changed since the last release; 1 where a client would break."""
    released, current = latest_release().read_text(encoding="utf-8"), schema_text()
    breaking = breaking_changes(released, current, datetime.now(UTC).date())
    for kind, changes in (("breaks", breaking), ("surprises", dangerous_changes(released, current))):
        for change in changes:
            sys.stdout.write(f"{kind}: {change}\n")
    return 1 if breaking else 0


if __name__ == "__main__":
    if sys.argv[1:]:
        write_release(sys.argv[1])
    else:
        sys.exit(_compare())
