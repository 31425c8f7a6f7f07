"""Messages of Segment and RudderStack clients, in our words. Sources: both vendors' specifications."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from uuid import uuid4

import orjson

from api.tracking.messages import Message, Refusal, Times
from api.tracking.problems import TOO_MANY, ProblemError
from api.tracking.requests import RequestFacts
from api.tracking.segment.consents import consents_of
from api.tracking.segment.envelopes import Envelope
from api.tracking.segment.fields import fields_of, moment_of, read_moment, text_of
from api.tracking.segment.kept import kept_properties, traits_of
from api.tracking.segment.visits import visited
from loaders.standardise.identifiers import standardise_id, standardise_reference

NAMES = {
    "identify": "User Identified",
    "page": "Page Viewed",
    "screen": "Screen Viewed",
    "group": "Group Joined",
    "alias": "User Aliased",
}
"""What happened, where a message has no name of its own."""

KINDS = frozenset({*NAMES, "track"})
_LONGEST_ID = 200
# Clients that know no time say the year 1 or 1970.
_BEGINNING = datetime(1971, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Ids:
    user: str | None
    anonymous: str | None
    installation: str | None
    former: str | None

    @property
    def owner(self) -> str | None:
        return self.user or self.anonymous or self.installation


class _RefusedError(Exception):
    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code)
        self.code, self.reason = code, reason


def check_count(envelope: Envelope, most: int) -> None:
    """Raises ProblemError where there are more messages than are taken at once."""
    if len(envelope.messages) > most:
        raise ProblemError(TOO_MANY)


def read_messages(envelope: Envelope, request: RequestFacts, max_bytes: int) -> Iterator[Message | Refusal]:
    """What the messages of an envelope say, and which of them cannot be used, in order."""
    for index, raw in enumerate(envelope.messages):
        yield _read(raw, index, envelope, request, max_bytes)


def _read(raw: object, index: int, envelope: Envelope, request: RequestFacts, max_bytes: int) -> Message | Refusal:
    if not isinstance(raw, dict):
        return Refusal(index, "not_an_object", "a message is a JSON object", raw)
    try:
        text = orjson.dumps(raw)
    except TypeError:
        # It reads more levels than it writes, 254; what is kept of the message must be written as well.
        flat = {name: value for name, value in raw.items() if not isinstance(value, dict | list)}
        return Refusal(index, "too_deep", "a message has at most 250 objects and lists within each other", flat)
    if len(text) > max_bytes:
        return Refusal(index, "too_large", f"a message has at most {max_bytes:,} bytes", raw)
    try:
        return _message(raw, text, envelope, request)
    except _RefusedError as error:
        return Refusal(index, error.code, error.reason, raw)


def _message(raw: Mapping[str, Any], text: bytes, envelope: Envelope, request: RequestFacts) -> Message:
    kind = envelope.kind or (text_of(raw, "type") or "").lower()
    if kind not in KINDS:
        raise _RefusedError("unknown_type", f"type is one of {', '.join(sorted(KINDS))}")
    context = {**envelope.context, **fields_of(raw, "context")} if envelope.context else fields_of(raw, "context")
    ids = _ids(raw, context, kind)
    times = _times(raw, envelope, request)
    properties = fields_of(raw, "properties")
    return Message(
        message_id=_message_id(raw, text),
        type=kind,
        name=_name(raw, kind),
        at=_happened_at(raw, times),
        times=times,
        user_id=ids.user,
        anonymous_id=ids.anonymous,
        installation_id=ids.installation,
        former_id=ids.former,
        channel=text_of(raw, "channel"),
        visited=visited(raw, context, properties),
        traits=traits_of(raw, context, kind),
        properties=kept_properties(raw, context, request),
        consents=consents_of(raw, context, request),
    )


def _ids(raw: Mapping[str, Any], context: Mapping[str, Any], kind: str) -> _Ids:
    ids = _Ids(
        user=_id(raw, "userId", "user_id"),
        anonymous=_id(raw, "anonymousId", "anonymous_id"),
        installation=_id(fields_of(context, "device"), "id"),
        former=_id(raw, "previousId", "previous_id") if kind == "alias" else None,
    )
    if kind == "alias" and (ids.user is None or ids.former is None):
        raise _RefusedError("no_identifier", "an alias names a userId and a previousId")
    if ids.owner is None:
        raise _RefusedError("no_identifier", "a message names a userId or an anonymousId")
    return ids


def _id(fields: Mapping[str, Any], *names: str) -> str | None:
    text = text_of(fields, *names)
    if text is None:
        return None
    if len(text) > _LONGEST_ID:
        raise _RefusedError("id_too_long", f"{names[0]} has at most {_LONGEST_ID} characters")
    return standardise_reference(text)


def _message_id(raw: Mapping[str, Any], text: bytes) -> str:
    """The client's own id; without one, one that a repetition would have as well, if the message tells its time."""
    given = text_of(raw, "messageId", "message_id")
    kept = standardise_id(given) if given else None
    if kept is not None and len(kept) > _LONGEST_ID:
        raise _RefusedError("id_too_long", f"messageId has at most {_LONGEST_ID} characters")
    if kept is not None:
        return kept
    if moment_of(raw, "originalTimestamp", "timestamp") is None:
        return uuid4().hex
    return f"content-{blake2b(text, digest_size=16).hexdigest()}"


def _name(raw: Mapping[str, Any], kind: str) -> str:
    if kind != "track":
        return NAMES[kind]
    event = text_of(raw, "event")
    if event is None:
        raise _RefusedError("no_event", "a track call names its event")
    return event[:_LONGEST_ID]


def _times(raw: Mapping[str, Any], envelope: Envelope, request: RequestFacts) -> Times:
    original = moment_of(raw, "originalTimestamp", "original_timestamp", "timestamp")
    sent = moment_of(raw, "sentAt", "sent_at") or envelope.sent_at or read_moment(request.sent_at)
    return Times(request.received_at, original, sent)


def _happened_at(raw: Mapping[str, Any], times: Times) -> datetime:
    """When it happened by our clock. A moment to come is none that has happened, nor is a clock's beginning one."""
    found = _stated_at(raw, times) or _corrected(times)
    return found if _BEGINNING < found < times.received_at else times.received_at


def _stated_at(raw: Mapping[str, Any], times: Times) -> datetime | None:
    """A time that the caller gave beside the client's own, such as of an import. Source: rudder-server takes it so."""
    if not raw.get("timestamp") or not (raw.get("originalTimestamp") or raw.get("original_timestamp")):
        return None
    stated = moment_of(raw, "timestamp")
    return None if stated == times.original_at else stated


def _corrected(times: Times) -> datetime:
    """What lies between happening and sending is right, however wrong the client's clock is."""
    if times.original_at is None:
        return times.received_at
    if times.sent_at is None:
        return times.original_at
    try:
        return times.received_at - (times.sent_at - times.original_at)
    except OverflowError:
        return times.received_at
