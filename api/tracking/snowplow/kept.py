"""What is kept of an event besides what happened: parameters under names that can be read, and its entities."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.tracking.reading.fields import present, text_of
from api.tracking.requests import RequestFacts
from api.tracking.snowplow.self_describing import SelfDescribing

_USER = "user"

_NAMES = {
    "aid": "app_id",
    "p": "platform",
    "tna": "tracker_namespace",
    "tv": "tracker",
    "vid": "visit",
    "nuid": "network_userid",
    "tnuid": "network_userid",
    "refr": "referrer",
    "page": "title",
    "lang": "locale",
    "tz": "timezone",
    "res": "screen_resolution",
    "vp": "viewport",
    "ds": "document_size",
    "se_ca": "se_category",
    "se_ac": "se_action",
    "se_la": "se_label",
    "se_pr": "se_property",
    "se_va": "se_value",
    "tr_id": "order_id",
    "tr_af": "affiliation",
    "tr_tt": "total",
    "tr_tx": "tax",
    "tr_sh": "shipping",
    "tr_ci": "city",
    "tr_st": "state",
    "tr_co": "country",
    "tr_cu": "currency",
    "ti_id": "order_id",
    "ti_sk": "sku",
    "ti_nm": "name",
    "ti_ca": "category",
    "ti_pr": "price",
    "ti_qu": "quantity",
    "ti_cu": "currency",
}
_READ_ELSEWHERE = frozenset(
    {"e", "eid", "uid", "duid", "sid", "dtm", "stm", "ttm", "ue_pr", "ue_px", "co", "cx", "ip", "ua"}
)


def kept_properties(
    raw: Mapping[str, Any], entities: Iterable[SelfDescribing], request: RequestFacts
) -> dict[str, Any]:
    """Every parameter that says something else than whose event it is, when and what."""
    kept = {_NAMES.get(name, name): value for name, value in present(raw).items() if name not in _READ_ELSEWHERE}
    ip, agent = text_of(raw, "ip") or request.ip, text_of(raw, "ua") or request.user_agent
    kept |= present({"ip": ip, "userAgent": agent, "entities": _by_name(entities) or None})
    return kept


def traits_of(entities: Iterable[SelfDescribing]) -> dict[str, Any]:
    """What entities called ``user``, of Snowplow's shop or of somebody's own schema, say of the user."""
    traits: dict[str, Any] = {}
    for entity in entities:
        if entity.name == _USER:
            traits |= present(entity.data)
    return traits


def _by_name(entities: Iterable[SelfDescribing]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for entity in entities:
        found.setdefault(entity.name, []).append(entity.data)
    return found
