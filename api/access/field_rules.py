"""Rules: from a value and the classes that are hidden from the viewer to what is shown of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast

from api.access.masks import (
    STARS,
    hidden,
    initial,
    masked_email,
    masked_json,
    masked_phone,
    page_only,
    without_contacts,
)
from graph.errors import ForbiddenError
from graph.survivorship import ProfileField, ProfileTrait, SourcedTrait, SourcedValue

Model = TypeVar("Model")
Sourced = TypeVar("Sourced", SourcedValue, SourcedTrait)


class FieldClass(StrEnum):
    """What is told of a person."""

    PROFILE = "profile"
    EVENTS = "events"
    EXPLAIN = "explain"
    CONTACT = "contact"
    DEMOGRAPHIC = "demographic"


EITHER = frozenset({FieldClass.CONTACT, FieldClass.DEMOGRAPHIC})
"""What a text tells that may be anything."""

Hidden = frozenset[FieldClass]
Rule = Callable[[Any, Any, Hidden], Any]
"""What is shown of (value, the object that holds it, the classes that are hidden)."""

_IDENTIFIERS: Mapping[str, tuple[FieldClass, Callable[[str], str]]] = {
    "email": (FieldClass.CONTACT, masked_email),
    "hashed_email": (FieldClass.CONTACT, hidden),
    "phone": (FieldClass.CONTACT, masked_phone),
    "social_handle": (FieldClass.CONTACT, initial),
    "advertising_id": (FieldClass.CONTACT, hidden),
    "push_token": (FieldClass.CONTACT, hidden),
    "national_id": (FieldClass.DEMOGRAPHIC, hidden),
    # Numbers that a company gives; where somebody's address serves as one, it is masked.
    "user_id": (FieldClass.CONTACT, without_contacts),
    "customer_number": (FieldClass.CONTACT, without_contacts),
    "loyalty_card": (FieldClass.CONTACT, without_contacts),
}
_PERSON_FIELDS: Mapping[str, Callable[[str], str] | None] = {
    "given_name": initial,
    "middle_name": initial,
    "family_name": initial,
    "birth_date": hidden,
    "gender": hidden,
    "street": hidden,
    "postcode": hidden,
    # An address is shown to the town.
    "city": None,
    "state": None,
    "country": None,
    "company": initial,
}


def masked_copy(model: Model, changes: Mapping[str, Any]) -> Model:
    """A read model with other values, whose field ``masked`` is true.

    The models of the graph know nothing of masks, so the copy is of a class of its own, made once for each.
    """
    held = [field.name for field in fields(model) if field.init]  # pyright: ignore[reportArgumentType]
    values = {name: getattr(model, name) for name in held}
    marked = {"masked": True} if "masked" in values else {}
    return cast("Model", _masked_type(type(model))(**values | dict(changes) | marked))


@cache
def _masked_type(model: type) -> type:
    return type(f"Masked{model.__name__}", (model,), {"__slots__": (), "masked": True})


def plain(value: Any, _holder: Any, _hidden: Hidden) -> Any:  # noqa: ANN401
    """Tells nothing of a person."""
    return value


def key(value: str | None, _holder: object, hidden_classes: Hidden) -> str | None:
    """A key or a sentence of ours, in which a source's id may be somebody's address."""
    return without_contacts(value) if value and FieldClass.CONTACT in hidden_classes else value


def free(value: Any, holder: Any, hidden_classes: Hidden) -> Any:  # noqa: ANN401
    """Whatever a source sent; where the holder has a name, it is the value of that name."""
    if hidden_classes.isdisjoint(EITHER):
        return value
    return masked_json(value, getattr(holder, "name", None))


def free_text(value: str | None, _holder: object, hidden_classes: Hidden) -> str | None:
    """A text that somebody wrote or a source composed."""
    is_seen = hidden_classes.isdisjoint(EITHER)
    return value if value is None or is_seen else hidden(value)


def sentence(value: str, _holder: object, hidden_classes: Hidden) -> str:
    """A sentence of ours that may name a key; that it does not is not worth a mark."""
    return without_contacts(value) if FieldClass.CONTACT in hidden_classes else value


def page(value: str | None, _holder: object, hidden_classes: Hidden) -> str | None:
    """The address of a page."""
    is_seen = hidden_classes.isdisjoint(EITHER)
    return value if value is None or is_seen else page_only(value)


def classes_of_kind(kind: str) -> frozenset[FieldClass]:
    """What a value of a kind of identifier or of a person field tells; of a kind that is not known it may be either."""
    if kind in _PERSON_FIELDS:
        return frozenset({FieldClass.DEMOGRAPHIC})
    return frozenset({_IDENTIFIERS[kind][0]}) if kind in _IDENTIFIERS else EITHER


def classes_of_key(value: str | None) -> frozenset[FieldClass]:
    """What a ``kind:value`` tells; the key of a customer tells nothing."""
    kind = (value or "").partition(":")[0]
    return classes_of_kind(kind) if kind in _IDENTIFIERS else frozenset()


def of_kind(kind: str, value: str, hidden_classes: Hidden) -> str:
    """A value of a kind of identifier or of a person field; of a kind that is not known nothing is shown."""
    if kind in _PERSON_FIELDS:
        mask = _PERSON_FIELDS[kind]
        return mask(value) if mask is not None and FieldClass.DEMOGRAPHIC in hidden_classes else value
    if kind in _IDENTIFIERS:
        field_class, mask = _IDENTIFIERS[kind]
        return mask(value) if field_class in hidden_classes else value
    return free_text(value, None, hidden_classes) or value


def by_kind(value: str | None, holder: Any, hidden_classes: Hidden) -> str | None:  # noqa: ANN401
    """The value of an identifier; its holder has the ``kind``."""
    return of_kind(holder.kind, value, hidden_classes) if value else value


def by_name(value: str, holder: ProfileField, hidden_classes: Hidden) -> str:
    """The value of a unified field."""
    return of_kind(holder.name, value, hidden_classes)


def with_its_field(value: str, _holder: object, _hidden: Hidden) -> str:
    """A value whose class only the field knows that holds it: it was masked there."""
    return value


def others_by_name(
    value: Sequence[SourcedValue], holder: ProfileField, hidden_classes: Hidden
) -> tuple[SourcedValue, ...]:
    """The values of a unified field that lost."""
    shown = ((other, of_kind(holder.name, other.value, hidden_classes)) for other in value)
    return tuple(_with_value(other, text, hidden_classes) for other, text in shown)


def other_traits(
    value: Sequence[SourcedTrait], holder: ProfileTrait, hidden_classes: Hidden
) -> tuple[SourcedTrait, ...]:
    """The values of a unified trait that lost."""
    shown = ((other, free(other.value, holder, hidden_classes)) for other in value)
    return tuple(_with_value(other, left, hidden_classes) for other, left in shown)


def _with_value(other: Sourced, shown: object, hidden_classes: Hidden) -> Sourced:
    """A value that lost, as it is shown. What is masked here is not looked at again, so its customer is masked too."""
    if shown == other.value:
        return other
    return masked_copy(other, {"value": shown, "customer": key(other.customer, other, hidden_classes)})


def customer_of_profile(value: str, holder: object, hidden_classes: Hidden) -> str | None:
    """Key of a customer, for whoever may see profiles."""
    return STARS if FieldClass.PROFILE in hidden_classes else key(value, holder, hidden_classes)


def ids(value: Any, holder: object, hidden_classes: Hidden) -> Any:  # noqa: ANN401
    """An id, or lists of ids; as with sentences, a mask is not worth a mark."""
    if value is None or isinstance(value, str):
        return kind_and_id(value, holder, hidden_classes)
    return type(value)(ids(part, holder, hidden_classes) for part in value)


def fields_by_name(value: Mapping[str, str], _holder: object, hidden_classes: Hidden) -> dict[str, str]:
    """Person fields by name."""
    return {name: of_kind(name, text, hidden_classes) for name, text in value.items()}


def kind_and_id(value: str | None, holder: object, hidden_classes: Hidden) -> str | None:
    """``kind:value`` of an identifier or a device, or ``source:external id`` of a customer."""
    kind, colon, text = (value or "").partition(":")
    if kind in _IDENTIFIERS:
        return f"{kind}{colon}{of_kind(kind, text, hidden_classes)}"
    return key(value, holder, hidden_classes)


def explained(value: Any, _holder: Any, hidden_classes: Hidden) -> Any:  # noqa: ANN401
    """A list that says why."""
    return () if FieldClass.EXPLAIN in hidden_classes else value


def only_with(field_class: FieldClass, scope: str, rule: Rule) -> Rule:
    """A rule for an object that is never shown without a scope.

    Resolvers leave such objects out before; this is for the one that forgot. Raises ForbiddenError.
    """

    def checked(value: Any, holder: Any, hidden_classes: Hidden) -> Any:  # noqa: ANN401
        if field_class in hidden_classes:
            raise ForbiddenError(f"This needs the scope {scope}.", "Ask with a key that has it.")
        return rule(value, holder, hidden_classes)

    return checked
