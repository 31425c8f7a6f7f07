"""Events of PostHog's clients, in our words.

A ``distinct_id`` is a user's, unless the client says that it is that of somebody who has not been identified: then it
is a device's. Sources: PostHog's capture API, ``posthog-js`` and ``posthog`` for Python.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from api.tracking.messages import NAMES, Message, Times, Visited
from api.tracking.posthog.kept import campaign_tags, initial_traits_of, kept_properties, traits_of
from api.tracking.protocol import Protocol
from api.tracking.reading.fields import fields_of, moment_of, read_moment, text_of
from api.tracking.reading.ids import LONGEST_ID, given_id, id_of, made_id
from api.tracking.reading.refusing import RefusedError
from api.tracking.reading.visits import campaign_of, cut, path_of, session_of
from api.tracking.requests import RequestFacts

_IDENTIFY, _ALIAS, _GROUP = "$identify", "$create_alias", "$groupidentify"
_KINDS = {
    _IDENTIFY: "identify",
    "$set": "identify",
    _ALIAS: "alias",
    _GROUP: "group",
    "$pageview": "page",
    "$screen": "screen",
}
# What a client says of an event by itself, and no person's profile is to be made of it.
_PERSONLESS = ("$is_identified", "$process_person_profile")


@dataclass(frozen=True, slots=True)
class _Ids:
    user: str | None
    anonymous: str | None
    former: str | None = None


def read_event(raw: Mapping[str, Any], request: RequestFacts) -> Message:
    """What an event says. Raises RefusedError."""
    properties = fields_of(raw, "properties")
    event = text_of(raw, "event")
    if event is None:
        raise RefusedError("no_event", "an event has a name in `event`")
    kind = _KINDS.get(event, "track")
    ids = _ids(raw, properties, event)
    times = _times(raw, properties, request)
    return Message(
        message_id=_message_id(raw, properties) or made_id(raw, is_timed=moment_of(raw, "timestamp") is not None),
        type=kind,
        name=NAMES.get(kind, event[:LONGEST_ID]),
        at=times.happened_at,
        times=times,
        user_id=ids.user,
        anonymous_id=ids.anonymous,
        former_id=ids.former,
        visited=_visited(raw, properties),
        traits=traits_of(raw, properties),
        initial_traits=initial_traits_of(raw, properties),
        properties=kept_properties(properties, request),
        consents=request.consents,
        sent=raw,
    )


def _ids(raw: Mapping[str, Any], properties: Mapping[str, Any], event: str) -> _Ids:
    distinct = id_of(raw, "distinct_id", "$distinct_id") or id_of(properties, "distinct_id")
    device = id_of(properties, "$device_id")
    if event == _ALIAS:
        ids = _aliased(properties, distinct)
    elif event == _IDENTIFY:
        ids = _Ids(distinct, id_of(properties, "$anon_distinct_id") or device)
    elif event == _GROUP and distinct == f"${properties.get('$group_type')}_{properties.get('$group_key')}":
        ids = _Ids(None, device)
    elif distinct == device or _is_personless(raw, properties):
        ids = _Ids(None, device or distinct)
    else:
        ids = _Ids(distinct, device)
    if ids.user is None and ids.anonymous is None:
        raise RefusedError("no_identifier", "an event has a distinct_id")
    return ids


def _aliased(properties: Mapping[str, Any], distinct: str | None) -> _Ids:
    user, former = id_of(properties, "alias"), id_of(properties, "distinct_id") or distinct
    if user is None or former is None:
        raise RefusedError("no_identifier", "an alias names a distinct_id and an alias")
    return _Ids(user, None, former)


def _is_personless(raw: Mapping[str, Any], properties: Mapping[str, Any]) -> bool:
    said = [properties.get(name) for name in _PERSONLESS]
    return False in (*said, fields_of(raw, "options").get("process_person_profile"))


def _message_id(raw: Mapping[str, Any], properties: Mapping[str, Any]) -> str | None:
    return given_id(raw, "uuid") or given_id(properties, "$insert_id")


def _times(raw: Mapping[str, Any], properties: Mapping[str, Any], request: RequestFacts) -> Times:
    """``offset``: milliseconds from happening to sending."""
    original = moment_of(raw, "timestamp")
    offset = raw.get("offset")
    if original is None and isinstance(offset, int) and offset >= 0:
        return Times(request.received_at, _before(request.received_at, offset), request.received_at)
    is_right = properties.get("$ignore_sent_at") or fields_of(raw, "options").get("disable_skew_correction")
    return Times(request.received_at, original, None if is_right else read_moment(request.sent_at))


def _before(at: datetime, milliseconds: int) -> datetime | None:
    try:
        return at - timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None


def _visited(raw: Mapping[str, Any], properties: Mapping[str, Any]) -> Visited:
    url = text_of(properties, "$current_url")
    return Visited(
        session_id=session_of(text_of(properties, "$session_id") or text_of(raw, "session_id")),
        page=cut(text_of(properties, "$pathname") or path_of(url) or text_of(properties, "$screen_name")),
        campaign=cut(campaign_of(campaign_tags(properties), url, text_of(properties, "$referrer"))),
    )


PROTOCOL = Protocol("posthog", "uuid", read_event)
