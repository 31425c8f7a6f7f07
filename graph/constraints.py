"""Constraints and indexes: installed from the models, repeatable, drift reported."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from neomodel import StructuredNode, StructuredRel, db
from neomodel.properties import Property
from neomodel.sync_.relationship_manager import RelationshipDefinition

from graph import models
from graph.connection import Graph, translated_errors
from graph.indexes import COMPOSITE_INDEXES, FULLTEXT_INDEXES

# (label or relationship type, properties)
Guard = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SchemaReport:
    """What the database lacks of the declared constraints and indexes, and what it has beyond them."""

    missing: tuple[Guard, ...]
    undeclared: tuple[Guard, ...]

    @property
    def drifted(self) -> bool:
        """True where the database and the models differ."""
        return bool(self.missing or self.undeclared)


def install_schema(graph: Graph) -> SchemaReport:
    """Create what is missing and wait until indexes are online; what the database has beyond it is only reported.

    Raises GraphError.
    """
    if inspect_schema(graph).missing:
        with translated_errors():
            db.set_connection(driver=graph.driver)
            db.install_all_labels(stdout=io.StringIO())
        graph.run_alone("create_interaction_timeline")
        graph.run_alone("create_interaction_arrivals")
        graph.run_alone("create_session_timeline")
        graph.run_alone("create_customer_search")
        graph.run_alone("create_customer_blocking")
        graph.run_alone("get_indexes_online")
    return inspect_schema(graph)


def inspect_schema(graph: Graph) -> SchemaReport:
    """Compare the database with the models. Raises GraphError."""
    declared = set(declared_guards())
    present = {(row["label"], tuple(row["properties"])) for row in graph.read("list_constraints")}
    present |= {(row["label"], tuple(row["properties"])) for row in graph.read("list_indexes")}
    return SchemaReport(tuple(sorted(declared - present)), tuple(sorted(present - declared)))


def declared_guards() -> Iterator[Guard]:
    """Every unique or indexed property of the models, and the indexes that neomodel cannot declare."""
    for label, properties in declared_properties().items():
        for name, definition in properties.items():
            if definition.unique_index or definition.index:
                yield label, (name,)
    yield from COMPOSITE_INDEXES.values()
    yield from FULLTEXT_INDEXES.values()


def declared_properties() -> dict[str, dict[str, Property[Any]]]:
    """Properties of every label and relationship type: the stored vocabulary as data."""
    vocabulary: dict[str, dict[str, Property[Any]]] = {}
    for node in _node_classes():
        vocabulary[node.__label__] = node.defined_properties(rels=False, aliases=False)
        for relation in node.defined_properties(properties=False, aliases=False).values():
            kind, model = _relation(relation)
            vocabulary[kind] = model.defined_properties() if model is not None else {}
    return vocabulary


def _node_classes() -> list[type[StructuredNode]]:
    found = vars(models).values()
    return [
        value
        for value in found
        if isinstance(value, type) and issubclass(value, StructuredNode) and value is not StructuredNode
    ]


def _relation(relation: RelationshipDefinition) -> tuple[str, type[StructuredRel] | None]:
    definition = cast("dict[str, Any]", relation.definition)
    return definition["relation_type"], definition["model"]
