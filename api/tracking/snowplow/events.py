"""Events of Snowplow's trackers, in our words. Source: Snowplow's tracker protocol."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.tracking.messages import Message, Times, Visited
from api.tracking.protocol import Protocol
from api.tracking.reading.fields import fields_of, moment_of, text_of
from api.tracking.reading.ids import given_id, id_of, made_id
from api.tracking.reading.refusing import RefusedError
from api.tracking.reading.visits import campaign_of, cut, path_of, session_of
from api.tracking.requests import RequestFacts
from api.tracking.snowplow.consents import consents_of
from api.tracking.snowplow.happenings import happening_of
from api.tracking.snowplow.kept import kept_properties, traits_of
from api.tracking.snowplow.self_describing import SelfDescribing, entities_of

_SESSION_OF_APP = "client_session"


def app_of(event: object) -> str | None:
    """The app id of an event."""
    return text_of(event, "aid") if isinstance(event, dict) else None


def read_event(raw: Mapping[str, Any], request: RequestFacts) -> Message:
    """What an event says. Raises RefusedError."""
    entities = entities_of(raw)
    happening = happening_of(raw, entities)
    times = _times(raw, request)
    in_app = _data_of(entities, _SESSION_OF_APP)
    session_id = session_of(text_of(raw, "sid") or text_of(in_app, "sessionId"))
    user_id, installation_id = id_of(raw, "uid"), id_of(in_app, "userId")
    # Who is tracked without cookies is known for one visit only.
    anonymous_id = id_of(raw, "duid") or id_of(raw, "tnuid", "nuid") or (None if installation_id else session_id)
    if user_id is None and anonymous_id is None and installation_id is None:
        raise RefusedError("no_identifier", "an event names a uid, duid, nuid or sid")
    properties = {**kept_properties(raw, entities, request), **happening.properties}
    return Message(
        message_id=given_id(raw, "eid") or made_id(raw, is_timed=times.original_at is not None),
        type=happening.type,
        name=happening.name,
        at=times.happened_at,
        times=times,
        user_id=user_id,
        anonymous_id=anonymous_id,
        installation_id=installation_id,
        visited=_visited(raw, session_id, happening.properties),
        traits=traits_of(entities),
        properties=properties,
        consents=(*request.consents, *consents_of(raw, entities)),
        sent=raw,
    )


def _times(raw: Mapping[str, Any], request: RequestFacts) -> Times:
    """``ttm`` is the true time, whatever the clocks say."""
    return Times(request.received_at, moment_of(raw, "dtm"), moment_of(raw, "stm"), moment_of(raw, "ttm"))


def _visited(raw: Mapping[str, Any], session_id: str | None, properties: Mapping[str, Any]) -> Visited:
    url = text_of(raw, "url")
    return Visited(
        session_id=session_id,
        page=cut(path_of(url) or text_of(raw, "page") or text_of(properties, "name")),
        campaign=cut(campaign_of({}, url, text_of(raw, "refr"))),
    )


def _data_of(entities: Iterable[SelfDescribing], name: str) -> dict[str, Any]:
    return next((fields_of({name: entity.data}, name) for entity in entities if entity.name == name), {})


PROTOCOL = Protocol("snowplow", "eid", read_event, app_of)
