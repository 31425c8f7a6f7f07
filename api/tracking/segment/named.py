"""Whom a message names besides its user id: ``context.externalIds``, and the pairs of a merge.

Sources: Segment's specification of external ids, RudderStack's of the merge call.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from api.tracking.reading.fields import text_of
from api.tracking.reading.ids import id_of
from api.tracking.reading.refusing import RefusedError
from graph.kinds import HASHED_EMAIL, IDENTIFIER_KINDS

_USER, _DEVICE, _INSTALLATION = "user_id", "anonymous_id", "app_installation"

_OTHER_NAMES = {
    "mobile": "phone",
    "phonenumber": "phone",
    "androididfa": "advertising_id",
    "iosidfa": "advertising_id",
    "idfa": "advertising_id",
    "androidid": _INSTALLATION,
    "iosid": _INSTALLATION,
}
_KINDS = {kind.replace("_", ""): kind for kind in (*IDENTIFIER_KINDS, _DEVICE)} | _OTHER_NAMES
_PLAIN = frozenset({"", "none"})
_HASHED = "sha256"


@dataclass(frozen=True, slots=True)
class Named:
    """``identifiers``: kinds and values; ``others``: what was sent that says nothing of a person here."""

    identifiers: tuple[tuple[str, str], ...] = ()
    anonymous: str | None = None
    installation: str | None = None
    others: tuple[Any, ...] = ()

    @property
    def user(self) -> str | None:
        """A user id among them."""
        return next((text for kind, text in self.identifiers if kind == _USER), None)

    def besides(self, user_id: str | None) -> tuple[tuple[str, str], ...]:
        """The identifiers without the user id by which the customer is known."""
        if not self.identifiers:
            return ()
        return tuple(pair for pair in self.identifiers if pair != (_USER, user_id))


NOBODY = Named()


def external_ids(context: Mapping[str, Any]) -> Named:
    """The external ids of a message. Raises RefusedError."""
    sent = context.get("externalIds") or context.get("external_ids")
    return _named((one, _external(one)) for one in sent) if isinstance(sent, list) else NOBODY


def merged_ids(raw: Mapping[str, Any]) -> Named:
    """The pairs of a merge. Raises RefusedError."""
    sent = raw.get("mergeProperties") or raw.get("merge_properties")
    pairs = sent if isinstance(sent, list) else []
    named = _named((pair, _kind_of(pair)) for pair in pairs)
    if not (named.identifiers or named.anonymous or named.installation):
        raise RefusedError("no_identifier", "a merge names identifiers, each with type and value, in mergeProperties")
    return named


def _kind_of(sent: object) -> str | None:
    text = text_of(sent, "type") if isinstance(sent, dict) else None
    return _KINDS.get((text or "").casefold().replace("_", "").replace(".", "").replace(" ", ""))


def _external(sent: object) -> str | None:
    """The kind of an external id of a user; other collections are not of people."""
    kind = _kind_of(sent)
    if not isinstance(sent, dict) or (text_of(sent, "collection") or "users").casefold() != "users":
        return None
    encoding = (text_of(sent, "encoding") or "").casefold()
    if kind == "email" and encoding == _HASHED:
        return HASHED_EMAIL
    return kind if encoding in _PLAIN else None


def _named(sent: Iterable[tuple[Any, str | None]]) -> Named:
    identifiers: list[tuple[str, str]] = []
    ids: dict[str, str] = {}
    others: list[Any] = []
    for one, kind in sent:
        value = None if kind is None else id_of(one, "id", "value")
        if kind is None or value is None:
            others.append(one)
        elif kind in IDENTIFIER_KINDS:
            identifiers.append((kind, value))
        else:
            ids.setdefault(kind, value)
    return Named(tuple(identifiers), ids.get(_DEVICE), ids.get(_INSTALLATION), tuple(others))
