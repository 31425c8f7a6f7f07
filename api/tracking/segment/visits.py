"""Visits: session, page and campaign of a message."""

from collections.abc import Mapping
from typing import Any

from api.tracking.messages import Visited
from api.tracking.reading.fields import fields_of, text_of
from api.tracking.reading.visits import LONGEST, campaign_of, cut, path_of
from loaders.standardise.identifiers import standardise_reference


def visited(raw: Mapping[str, Any], context: Mapping[str, Any], properties: Mapping[str, Any]) -> Visited:
    """What a message shows of its visit."""
    page = fields_of(context, "page") or properties
    url, path = text_of(page, "url"), text_of(page, "path")
    return Visited(
        session_id=_session_id(raw, context),
        page=cut(path or path_of(url) or text_of(raw, "name")),
        campaign=cut(campaign_of(fields_of(context, "campaign"), url, text_of(page, "referrer"))),
    )


def _session_id(raw: Mapping[str, Any], context: Mapping[str, Any]) -> str | None:
    given = text_of(context, "sessionId", "session_id") or text_of(raw, "sessionId")
    return None if given is None else standardise_reference(given[:LONGEST])
