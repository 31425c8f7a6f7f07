"""Seen: whose data an answer shows, and how much of it in clear or masked.

The executor tells it every object that it completes (``ObjectsSeen``), so no resolver can forget to. Whose an object is
stands in fields of the names ``profile_id``, ``customer``, ``left`` and ``right``; which fields hold personal data is
read from the rules of their masks.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache, partial
from itertools import groupby
from operator import attrgetter
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema
from strawberry.schema.schema_converter import GraphQLCoreConverter

from api.access.field_classes import FIELD_CLASSES
from api.access.field_rules import (
    FieldClass,
    Hidden,
    Rule,
    by_kind,
    by_name,
    fields_by_name,
    free,
    free_text,
    others_by_name,
    page,
    with_its_field,
)
from graph.profile_ids import profile_id
from graph.profiles import Profile, SourceCustomer
from graph.survivorship import ProfileField, SourcedValue

PROFILES_NAMED = 200

_DEMOGRAPHIC = frozenset({FieldClass.DEMOGRAPHIC})
_EITHER = frozenset({FieldClass.CONTACT, FieldClass.DEMOGRAPHIC})
_CLASSES: Mapping[Rule, frozenset[FieldClass]] = {
    by_kind: frozenset({FieldClass.CONTACT}),
    **dict.fromkeys((by_name, others_by_name, with_its_field, fields_by_name), _DEMOGRAPHIC),
    **dict.fromkeys((free, free_text, page), _EITHER),
}


class Seen:
    """What one answer shows. One for each request."""

    __slots__ = ("_profiles", "in_clear", "masked")

    def __init__(self) -> None:
        self._profiles: set[str] = set()
        self.in_clear: Counter[str] = Counter()
        self.masked: Counter[str] = Counter()

    @property
    def profiles(self) -> list[str]:
        """Ids of the profiles, at most ``PROFILES_NAMED``."""
        return sorted(self._profiles)[:PROFILES_NAMED]

    @property
    def profile_count(self) -> int:
        """How many profiles there were."""
        return len(self._profiles)

    def profile(self, profile: str) -> None:
        """Something of the profile with this id is shown."""
        self._profiles.add(profile)

    def customer(self, key: str) -> None:
        """Something of this customer is shown, whatever profile it is part of."""
        self._profiles.add(profile_id(key))

    def clear(self, kind: str, count: int = 1) -> None:
        """So many objects with personal data of a class, such as ``contact``, are shown in clear."""
        self.in_clear[kind] += count

    def hidden(self, kind: str, count: int = 1) -> None:
        """So many objects with personal data of a class are shown masked."""
        self.masked[kind] += count

    def forget(self) -> None:
        """Begin anew, for the next event of a subscription: its executor goes on with this object."""
        self._profiles.clear()
        self.in_clear.clear()
        self.masked.clear()


_PROFILES, _CUSTOMERS = ("profile_id", "profile_ids"), ("customer", "left", "right")
# Fields of read models that say whose they are, where their names do not, or where a profile has said it before.
_WHOSE: Mapping[type, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Profile: (("id",), ()),
    SourceCustomer: ((), ("key",)),
    ProfileField: ((), ()),
    SourcedValue: ((), ()),
}


@cache
def _whose(kind: type) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Fields of a type that hold ids of profiles, and those that hold keys of customers."""
    if kind in _WHOSE or not is_dataclass(kind):
        return _WHOSE.get(kind, ((), ()))
    names = {field.name for field in fields(kind)}
    return tuple(name for name in _PROFILES if name in names), tuple(name for name in _CUSTOMERS if name in names)


Known = Callable[[object, Mapping[str, Any], Callable[[], tuple[FieldClass, ...]]], tuple[FieldClass, ...]]


class ObjectsSeen:
    """Tells ``Seen`` of the objects of one operation.

    ``hidden``: the classes that the viewer does not see. ``known``: remembers what was found out about a selection.
    """

    def __init__(self, schema: GraphQLSchema, seen: Seen, hidden: Hidden, known: Known) -> None:
        self._schema, self._seen, self._hidden, self._known = schema, seen, hidden, known

    def see(self, parent_type: GraphQLObjectType, source: object, selection: Mapping[str, Any]) -> None:
        """An object is shown, with these fields of it."""
        self.see_all(parent_type, (source,), selection)

    def see_all(self, parent_type: GraphQLObjectType, sources: Iterable[object], selection: Mapping[str, Any]) -> None:
        """Objects are shown, with these fields of each."""
        for kind, same in groupby(sources, type):
            found = list(same)
            self._see_whose(kind, found)
            if kind in FIELD_CLASSES:
                for told in self._known(kind, selection, partial(self._classes, parent_type, kind, selection)):
                    counts = self._seen.masked if told in self._hidden else self._seen.in_clear
                    counts[told.value] += len(found)

    def _see_whose(self, kind: type, sources: Sequence[object]) -> None:
        profiles, customers = _whose(kind)
        for name in profiles:
            for found in map(attrgetter(name), sources):
                for profile in (found,) if isinstance(found, str) else found or ():
                    self._seen.profile(profile)
        for name in customers:
            for customer in map(attrgetter(name), sources):
                if isinstance(customer, str):
                    self._seen.customer(customer)

    def _classes(
        self, parent_type: GraphQLObjectType, kind: type, selection: Mapping[str, Any]
    ) -> tuple[FieldClass, ...]:
        """The classes of personal data that the selected fields of a type hold."""
        rules, found = FIELD_CLASSES[kind], set[FieldClass]()
        for nodes in selection.values():
            field = self._schema.get_field(parent_type, nodes[0].node.name.value)
            declared = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF) if field else None
            rule = rules.get(getattr(declared, "python_name", ""))
            found |= _CLASSES.get(rule, frozenset()) if rule else set()
        return tuple(sorted(found))
