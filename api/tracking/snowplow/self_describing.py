"""Self-describing JSON: data beside the name of its schema, plain or in base64url, as Snowplow's trackers send it.

An event is one of them in an envelope, what it is about (its entities, once called contexts) are a list of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.tracking.reading.encoded import decoded
from api.tracking.reading.fields import fields_of, text_of
from api.tracking.reading.refusing import RefusedError
from loaders.sources.json_values import json_value

_EVENT, _ENTITIES = ("ue_pr", "ue_px"), ("co", "cx")
_INVALID = ("invalid_json", "ue_pr, ue_px, co and cx hold self-describing JSON, the last of each pair in base64url")
_SCHEMA_PARTS = 4


@dataclass(frozen=True, slots=True)
class SelfDescribing:
    """``name``: of the schema, without vendor and version."""

    name: str
    data: dict[str, Any]


def event_of(raw: Mapping[str, Any]) -> SelfDescribing:
    """The self-describing event that was sent. Raises RefusedError."""
    return _described(fields_of(_decoded(raw, *_EVENT), "data"))


def entities_of(raw: Mapping[str, Any]) -> list[SelfDescribing]:
    """What the event is about. Raises RefusedError."""
    entities = _decoded(raw, *_ENTITIES).get("data") or []
    if not isinstance(entities, list):
        raise RefusedError(*_INVALID)
    return [_described(entity) for entity in entities]


def _described(document: object) -> SelfDescribing:
    schema = text_of(document, "schema") if isinstance(document, dict) else None
    parts = (schema or "").removeprefix("iglu:").split("/")
    if not isinstance(document, dict) or len(parts) != _SCHEMA_PARTS or not parts[1]:
        raise RefusedError(*_INVALID)
    data = document.get("data")
    return SelfDescribing(parts[1], data if isinstance(data, dict) else {"data": data})


def _decoded(raw: Mapping[str, Any], plain: str, packed: str) -> dict[str, Any]:
    text = text_of(raw, plain)
    encoded = None if text is not None else text_of(raw, packed)
    if text is None and encoded is None:
        return {}
    try:
        document = json_value(text if text is not None else decoded(encoded or ""))
    except ValueError:
        raise RefusedError(*_INVALID) from None
    if not isinstance(document, dict):
        raise RefusedError(*_INVALID)
    return document
