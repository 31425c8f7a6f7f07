"""What is kept of a message: the traits of its user, and the properties of what happened."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.tracking.reading.fields import fields_of, present, text_of
from api.tracking.requests import RequestFacts

_CONTEXT = ("app", "campaign", "device", "library", "locale", "network", "os", "referrer", "screen", "timezone")
"""Parts of the context that are kept beside the properties."""

_OF_MESSAGE = {"category": "category", "name": "name", "groupId": "group_id", "previousId": "previous_id"}


def traits_of(raw: Mapping[str, Any], context: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """The traits of the user, wherever the client has put them; those of a group call are of the group.

    Segment puts them on top, RudderStack into the context. An email among the properties of an event is not taken for
    the user's, as Segment does: it may be of a friend who was invited.
    """
    traits = present(fields_of(context, "traits"))
    if kind == "identify":
        traits |= present(fields_of(raw, "traits"))
    device = fields_of(context, "device")
    advertising_id = text_of(device, "advertisingId", "advertising_id")
    if advertising_id and (device.get("adTrackingEnabled") or device.get("ad_tracking_enabled")):
        traits["advertisingId"] = advertising_id
    return traits


def kept_properties(
    raw: Mapping[str, Any], context: Mapping[str, Any], request: RequestFacts, other_ids: Sequence[Any] = ()
) -> dict[str, Any]:
    """Everything that is kept with the interaction. The page's own fields stand among the properties.

    ``other_ids``: external ids that are none of a person here.
    """
    kept = present(fields_of(context, "page"))
    kept |= present({name: context.get(name) for name in _CONTEXT if name in context})
    kept |= present({name: text_of(raw, name, other) for name, other in _OF_MESSAGE.items()})
    if raw.get("groupId") or raw.get("group_id"):
        kept |= {"traits": present(fields_of(raw, "traits"))}
    ip = text_of(context, "ip") or request.ip
    agent = text_of(context, "userAgent", "user_agent") or request.user_agent
    if other_ids:
        kept["externalIds"] = list(other_ids)
    if ip is not None:
        kept["ip"] = ip
    if agent is not None:
        kept["userAgent"] = agent
    return kept | present(fields_of(raw, "properties"))
