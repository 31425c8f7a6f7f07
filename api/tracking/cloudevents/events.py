"""CloudEvents, in our words. Source: the specification of CloudEvents 1.0.2, and its JSON format."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from api.tracking.cloudevents.modes import is_json
from api.tracking.messages import NAMES, Message, Times, Visited
from api.tracking.protocol import Protocol
from api.tracking.reading.fields import fields_of, moment_of, present, text_of
from api.tracking.reading.ids import LONGEST_ID, id_of
from api.tracking.reading.refusing import RefusedError
from api.tracking.reading.visits import LONGEST, campaign_of, cut, path_of, session_of
from api.tracking.records.interactions import NAMES_OF_TYPES
from api.tracking.requests import RequestFacts
from loaders.sources.json_values import json_value

_REQUIRED = ("id", "source", "type", "specversion")
_VERSION = "1."
_READ_ELSEWHERE = frozenset({"id", "specversion", "time", "subject", "data", "data_base64", "datacontenttype"})
_OF_TYPES = {NAMES[kind]: kind for kind in ("identify", "page", "screen")}
_KNOWN = {name.casefold(): name for names in (_OF_TYPES, *NAMES_OF_TYPES.values()) for name in names}
_SEPARATORS = re.compile(r"[./_:-]+")
_RELEASE = re.compile(r"[./_:-]v\d+$")


def sender_of(event: object) -> str | None:
    """The system that an event comes from."""
    return text_of(event, "source") if isinstance(event, dict) else None


def read_event(raw: Mapping[str, Any], request: RequestFacts) -> Message:
    """What an event says. The subject is a user's id. Raises RefusedError."""
    _check(raw)
    data = _data(raw)
    name = _name(text_of(raw, "type") or "")
    user_id, anonymous_id = id_of(raw, "userid", "subject"), id_of({**data, **raw}, "anonymousid", "anonymousId")
    if user_id is None and anonymous_id is None:
        raise RefusedError("no_identifier", "an event has a subject, or the attribute userid or anonymousid")
    times = Times(request.received_at, moment_of(raw, "time"))
    kind = _OF_TYPES.get(name, "track")
    return Message(
        message_id=_message_id(raw),
        type=kind,
        name=name,
        at=times.happened_at,
        times=times,
        user_id=user_id,
        anonymous_id=anonymous_id,
        visited=_visited(raw, data),
        traits=present(fields_of(data, "traits") or (data if kind == "identify" else {})),
        properties={**_attributes(raw, request), **present(data)},
        consents=request.consents,
        sent=raw,
    )


def _check(raw: Mapping[str, Any]) -> None:
    missing = [name for name in _REQUIRED if text_of(raw, name) is None]
    if missing:
        raise RefusedError("missing_attribute", f"an event has {', '.join(_REQUIRED)}")
    if not (text_of(raw, "specversion") or "").startswith(_VERSION):
        raise RefusedError("unknown_version", "the specversion of an event is 1.0")


def _message_id(raw: Mapping[str, Any]) -> str:
    """An id is one only together with the source, in which there can be no blank."""
    found = f"{text_of(raw, 'source')} {text_of(raw, 'id')}"
    if len(found) > LONGEST:
        raise RefusedError("id_too_long", f"source and id have at most {LONGEST} characters")
    return found


def _name(kind: str) -> str:
    """What happened in Segment's words where it ends in such: ``com.example.order.completed`` is Order Completed."""
    parts = _SEPARATORS.split(_RELEASE.sub("", kind).casefold())
    ends = (" ".join(parts[start:]) for start in range(len(parts)))
    return next((_KNOWN[end] for end in ends if end in _KNOWN), kind[:LONGEST_ID])


def _data(raw: Mapping[str, Any]) -> dict[str, Any]:
    data = raw.get("data")
    encoded = text_of(raw, "data_base64")
    if encoded is not None:
        data = _unpacked(encoded, text_of(raw, "datacontenttype") or "")
    if data is None:
        return {}
    return data if isinstance(data, dict) else {"data": data}


def _unpacked(encoded: str, media_type: str) -> object:
    if not is_json(media_type):
        return encoded
    try:
        return json_value(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        raise RefusedError("invalid_json", "data_base64 is JSON in base64 where datacontenttype says so") from None


def _attributes(raw: Mapping[str, Any], request: RequestFacts) -> dict[str, Any]:
    """Type, source and whatever a sender has added; and where from, if a browser sends."""
    kept = {name: value for name, value in present(raw).items() if name not in _READ_ELSEWHERE}
    return present({"cloudevent": kept, "ip": request.ip, "userAgent": request.user_agent})


def _visited(raw: Mapping[str, Any], data: Mapping[str, Any]) -> Visited:
    url = text_of(data, "url")
    return Visited(
        session_id=session_of(text_of({**data, **raw}, "sessionid", "sessionId")),
        page=cut(path_of(url)),
        campaign=cut(campaign_of({}, url, text_of(data, "referrer"))),
    )


PROTOCOL = Protocol("cloudevents", "id", read_event, sender_of)
