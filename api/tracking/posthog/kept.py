"""What is kept of an event: what it says of its user, and the properties of what happened."""

from collections.abc import Mapping
from typing import Any

from api.tracking.reading.fields import fields_of, present, text_of
from api.tracking.requests import RequestFacts

_NAMES = {"$current_url": "url", "$pathname": "path", "$referrer": "referrer", "$screen_name": "name"}
_READ_ELSEWHERE = frozenset(
    {"token", "api_key", "distinct_id", "$set", "$set_once", "$ip", "$raw_user_agent", "$device_id", "$session_id"}
)
_TAG = "utm_"


def traits_of(raw: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """What an event says of its user."""
    return present(fields_of(raw, "$set") or fields_of(properties, "$set"))


def initial_traits_of(raw: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """What it says in case that nothing else is known: where the user first came from, mostly."""
    return present(fields_of(raw, "$set_once") or fields_of(properties, "$set_once"))


def kept_properties(properties: Mapping[str, Any], request: RequestFacts) -> dict[str, Any]:
    """Every property that says something else than whose event it is; pages under the names that all protocols have."""
    kept = {_NAMES.get(name, name): value for name, value in present(properties).items() if name not in _READ_ELSEWHERE}
    ip = text_of(properties, "$ip") or request.ip
    agent = text_of(properties, "$raw_user_agent") or request.user_agent
    return kept | present({"ip": ip, "userAgent": agent})


def campaign_tags(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The utm_ parameters without their prefix."""
    return {name.removeprefix(_TAG): value for name, value in properties.items() if name.startswith(_TAG)}
