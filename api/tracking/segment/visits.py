"""Visits: session, page and campaign of a message."""

from collections.abc import Mapping
from typing import Any

from api.tracking.messages import Visited
from api.tracking.reading.fields import fields_of, text_of
from api.tracking.reading.visits import campaign_of, cut, path_of, session_of


def visited(raw: Mapping[str, Any], context: Mapping[str, Any], properties: Mapping[str, Any]) -> Visited:
    """What a message shows of its visit."""
    page = fields_of(context, "page") or properties
    url, path = text_of(page, "url"), text_of(page, "path")
    return Visited(
        session_id=session_of(text_of(context, "sessionId", "session_id") or text_of(raw, "sessionId")),
        page=cut(path or path_of(url) or text_of(raw, "name")),
        campaign=cut(campaign_of(fields_of(context, "campaign"), url, text_of(page, "referrer"))),
    )
