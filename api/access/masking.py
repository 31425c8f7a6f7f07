"""Masking: every object is masked where it enters the answer, so no resolver can forget it.

The executor (``api/execution/masked_objects.py``) passes each object that it completes through ``mask`` before it looks
at a single field: profiles, search hits, sessions, links, whatever a query reached them by. What a field may tell is in
one table, ``api/access/field_classes.py``. Nothing is done per field, and nothing at all for a viewer from whom nothing
is hidden.

A new type: declare it with ``expose`` as ever, and give each of its text and JSON fields a rule with ``classify`` (for
read models of the graph: a row in the table); then it gets a field ``masked`` by itself. Names of kinds and of sources
are ``plain``; keys of customers, devices and identifiers ``kind_and_id``; words of ours that name keys ``sentence``;
whatever a source or a person wrote ``free`` (JSON) or ``free_text``. Lists and objects that a viewer may not see at all
are left out by their resolvers: ``if hides(viewer, FieldClass.EVENTS): ...``.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TypeVar

from api.access.field_classes import FIELD_CLASSES, QUIET
from api.access.field_rules import FieldClass, Hidden, Rule, ids, masked_copy
from api.access.viewer import Scope, Viewer

Model = TypeVar("Model")

SCOPE_OF: Mapping[FieldClass, Scope] = {
    FieldClass.PROFILE: Scope.PROFILE_READ,
    FieldClass.EVENTS: Scope.EVENTS_READ,
    FieldClass.EXPLAIN: Scope.IDENTITY_EXPLAIN,
    FieldClass.CONTACT: Scope.PII_CONTACT,
    FieldClass.DEMOGRAPHIC: Scope.PII_DEMOGRAPHIC,
}

_PERSONAL = frozenset({FieldClass.CONTACT, FieldClass.DEMOGRAPHIC})


def hidden_from(viewer: Viewer | None) -> Hidden:
    """The classes that a viewer does not see; all of them from nobody."""
    return _hidden_without(viewer.scopes if viewer else frozenset())


def hides(viewer: Viewer, field_class: FieldClass) -> bool:
    """Whether a class is hidden from a viewer."""
    return field_class in hidden_from(viewer)


def mask(model: Model, hidden: Hidden) -> Model:
    """A model as it is shown: itself, or a copy with ``masked`` true. Raises ForbiddenError where not even that."""
    rules = FIELD_CLASSES.get(type(model))
    if not rules:
        return model
    changes: dict[str, object] = {}
    for name, rule in rules.items():
        value = getattr(model, name)
        shown = rule(value, model, hidden)
        if shown != value:
            changes[name] = shown
    return masked_copy(model, changes) if changes else model


def classify(model: type, rules: Mapping[str, Rule]) -> None:
    """Say what the text and JSON fields of a type may tell. Before ``expose``, which adds the field ``masked``."""
    FIELD_CLASSES[model] = rules


def classify_ids(model: type, names: Iterable[str]) -> None:
    """Ids are keys, unless something else was said of them."""
    FIELD_CLASSES[model] = dict.fromkeys(names, ids) | dict(FIELD_CLASSES.get(model, {}))


def is_marked(model: type) -> bool:
    """Whether a type says that something of it is masked."""
    return any(rule not in QUIET for rule in FIELD_CLASSES.get(model, {}).values())


@cache
def _hidden_without(scopes: frozenset[Scope]) -> Hidden:
    hidden = frozenset(field_class for field_class, scope in SCOPE_OF.items() if scope not in scopes)
    # Personal data is of profiles, wherever it stands.
    return hidden | _PERSONAL if FieldClass.PROFILE in hidden else hidden
