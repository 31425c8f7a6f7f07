"""Messages of Segment and RudderStack clients, in our words. Sources: both vendors' specifications."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from api.tracking.messages import NAMES, Message, Refusal, Times
from api.tracking.reading.fields import fields_of, moment_of, read_moment, text_of
from api.tracking.reading.ids import LONGEST_ID, given_id, id_of, made_id
from api.tracking.reading.refusing import RefusedError, read_each
from api.tracking.requests import RequestFacts
from api.tracking.segment.consents import consents_of
from api.tracking.segment.envelopes import Envelope
from api.tracking.segment.kept import kept_properties, traits_of
from api.tracking.segment.named import Named, external_ids, merged_ids
from api.tracking.segment.visits import visited

_MERGE = "merge"
KINDS = frozenset({*NAMES, "track", _MERGE})
# Both say that one person was known by several ids.
_TYPES = {_MERGE: "alias"}


@dataclass(frozen=True, slots=True)
class _Ids:
    user: str | None
    anonymous: str | None
    installation: str | None
    former: str | None

    @property
    def owner(self) -> str | None:
        return self.user or self.anonymous or self.installation


def read_messages(envelope: Envelope, request: RequestFacts, max_bytes: int) -> Iterator[Message | Refusal]:
    """What the messages of an envelope say, and which of them cannot be used, in order."""
    read = partial(read_message, envelope=envelope, request=request)
    return read_each(envelope.messages, max_bytes, read)


def read_message(raw: Mapping[str, Any], envelope: Envelope, request: RequestFacts) -> Message:
    """What a message of an envelope says. Raises RefusedError."""
    kind = envelope.kind or (text_of(raw, "type") or "").lower()
    if kind not in KINDS:
        raise RefusedError("unknown_type", f"type is one of {', '.join(sorted(KINDS))}")
    context = {**envelope.context, **fields_of(raw, "context")} if envelope.context else fields_of(raw, "context")
    named = merged_ids(raw) if kind == _MERGE else external_ids(context)
    ids = _ids(raw, context, kind, named)
    times = _times(raw, envelope, request)
    properties = fields_of(raw, "properties")
    return Message(
        message_id=message_id_of(raw),
        type=_TYPES.get(kind, kind),
        name=_name(raw, kind),
        at=times.happened_at,
        times=times,
        user_id=ids.user,
        anonymous_id=ids.anonymous,
        installation_id=ids.installation,
        former_id=ids.former,
        channel=text_of(raw, "channel"),
        visited=visited(raw, context, properties),
        traits=traits_of(raw, context, kind),
        identifiers=named.besides(ids.user),
        properties=kept_properties(raw, context, request, named.others),
        consents=consents_of(raw, context, request),
        sent=raw,
    )


def _ids(raw: Mapping[str, Any], context: Mapping[str, Any], kind: str, named: Named) -> _Ids:
    ids = _Ids(
        user=id_of(raw, "userId", "user_id") or named.user,
        anonymous=id_of(raw, "anonymousId", "anonymous_id") or named.anonymous,
        installation=id_of(fields_of(context, "device"), "id") or named.installation,
        former=id_of(raw, "previousId", "previous_id") if kind == "alias" else None,
    )
    if kind == "alias" and (ids.user is None or ids.former is None):
        raise RefusedError("no_identifier", "an alias names a userId and a previousId")
    if ids.owner is None:
        raise RefusedError("no_identifier", "a message names a userId or an anonymousId")
    return ids


def message_id_of(raw: Mapping[str, Any]) -> str:
    """The client's own id; without one, one that a repetition would have as well, if the message tells its time."""
    given = given_id(raw, "messageId", "message_id")
    return given or made_id(raw, is_timed=moment_of(raw, "originalTimestamp", "timestamp") is not None)


def _name(raw: Mapping[str, Any], kind: str) -> str:
    if kind == _MERGE:
        return "User Merged"
    if kind != "track":
        return NAMES[kind]
    event = text_of(raw, "event")
    if event is None:
        raise RefusedError("no_event", "a track call names its event")
    return event[:LONGEST_ID]


def _times(raw: Mapping[str, Any], envelope: Envelope, request: RequestFacts) -> Times:
    original = moment_of(raw, "originalTimestamp", "original_timestamp", "timestamp")
    sent = moment_of(raw, "sentAt", "sent_at") or envelope.sent_at or read_moment(request.sent_at)
    return Times(request.received_at, original, sent, _stated_at(raw, original))


def _stated_at(raw: Mapping[str, Any], original: datetime | None) -> datetime | None:
    """A time that the caller gave beside the client's own, such as of an import. Source: rudder-server takes it so."""
    if not raw.get("timestamp") or not (raw.get("originalTimestamp") or raw.get("original_timestamp")):
        return None
    stated = moment_of(raw, "timestamp")
    return None if stated == original else stated
