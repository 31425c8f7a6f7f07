"""Seen: whose data an answer shows, and how much of it in clear or masked.

The executor tells it every object that it completes (``ObjectsSeen``), so no resolver can forget to. Whose an object is
stands in fields of the names ``profile_id``, ``customer``, ``left`` and ``right``; which fields hold personal data is
read from the rules of their masks.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, partial
from itertools import groupby
from operator import attrgetter
from typing import Any, cast

from graphql import GraphQLObjectType, GraphQLSchema
from strawberry.schema.schema_converter import GraphQLCoreConverter

from api.access.field_classes import FIELD_CLASSES
from api.access.field_rules import (
    EITHER,
    FieldClass,
    Hidden,
    Rule,
    by_kind,
    by_name,
    classes_of_key,
    classes_of_kind,
    fields_by_name,
    free,
    free_text,
    kind_and_id,
    other_traits,
    others_by_name,
    page,
)
from graph.profile_ids import profile_id
from graph.profiles import Profile, SourceCustomer
from graph.survivorship import ProfileField, SourcedValue

PROFILES_NAMED = 200

Classes = frozenset[FieldClass]
# What fields of a rule tell, whatever their values are.
CLASSES: Mapping[Rule, Classes] = {
    fields_by_name: frozenset({FieldClass.DEMOGRAPHIC}),
    **dict.fromkeys((free, free_text, page, other_traits), EITHER),
}
# What the field of a name of an object tells, by its value or by that of the field beside it. Values that lost are told
# with the field that holds them.
CLASSES_OF_VALUE: Mapping[Rule, Callable[[Any, str], Classes]] = {
    by_kind: lambda source, _: classes_of_kind(source.kind),
    **dict.fromkeys((by_name, others_by_name), lambda source, _: classes_of_kind(source.name)),
    kind_and_id: lambda source, name: classes_of_key(getattr(source, name)),
}


class Seen:
    """What one answer shows. One for each request."""

    __slots__ = ("_members", "_profiles", "in_clear", "masked")

    def __init__(self) -> None:
        self._profiles: set[str] = set()
        self._members: set[str] = set()
        self.in_clear: Counter[str] = Counter()
        self.masked: Counter[str] = Counter()

    @property
    def profiles(self) -> list[str]:
        """Ids of the profiles, at most ``PROFILES_NAMED``."""
        return sorted(self._profiles)[:PROFILES_NAMED]

    @property
    def members(self) -> list[str]:
        """Customers of these profiles under whom they may be asked for once they are no longer one, as many again."""
        return sorted(map(profile_id, self._members))[:PROFILES_NAMED]

    @property
    def profile_count(self) -> int:
        """How many profiles there were."""
        return len(self._profiles)

    def profile(self, profile: str) -> None:
        """Something of the profile with this id is shown."""
        self._profiles.add(profile)

    def all_of(self, profile: Profile) -> None:
        """Something of all customers of a profile is shown."""
        if len(profile.members) > 1:
            self._members.update(profile.members)

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
        self._members.clear()
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


@dataclass(frozen=True, slots=True)
class Told:
    """What the selected fields of a type tell: ``always``, and by the values of an object."""

    always: Classes
    by_value: tuple[tuple[str, Callable[[Any, str], Classes]], ...]

    def of(self, source: object) -> Classes:
        """What an object tells."""
        return self.always.union(*(classes(source, name) for name, classes in self.by_value))


Known = Callable[[object, Mapping[str, Any], Callable[[], Told]], Told]


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
            if kind is Profile:
                self._see_members(cast("list[Profile]", found))
            if kind in FIELD_CLASSES:
                self._see_classes(
                    self._known(kind, selection, partial(self._told, parent_type, kind, selection)), found
                )

    def _see_members(self, profiles: Iterable[Profile]) -> None:
        for profile in profiles:
            self._seen.all_of(profile)

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

    def _see_classes(self, told: Told, sources: Sequence[object]) -> None:
        if not told.by_value:
            self._count(told.always, len(sources))
            return
        for source in sources:
            self._count(told.of(source), 1)

    def _count(self, classes: Classes, objects: int) -> None:
        for found in classes:
            counts = self._seen.masked if found in self._hidden else self._seen.in_clear
            counts[found.value] += objects

    def _told(self, parent_type: GraphQLObjectType, kind: type, selection: Mapping[str, Any]) -> Told:
        """What the selected fields of a type tell."""
        rules = FIELD_CLASSES[kind]
        selected = [(name, rules[name]) for name in self._names(parent_type, selection) if name in rules]
        always = frozenset[FieldClass]().union(*(CLASSES.get(rule, ()) for _, rule in selected))
        by_value = ((name, CLASSES_OF_VALUE[rule]) for name, rule in selected if rule in CLASSES_OF_VALUE)
        return Told(always, tuple(by_value))

    def _names(self, parent_type: GraphQLObjectType, selection: Mapping[str, Any]) -> Iterator[str]:
        """The names that the selected fields have in the read model."""
        for nodes in selection.values():
            field = self._schema.get_field(parent_type, nodes[0].node.name.value)
            declared = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF) if field else None
            yield getattr(declared, "python_name", "")
