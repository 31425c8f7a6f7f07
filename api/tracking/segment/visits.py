"""Visits: session, page and campaign of a message."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from api.tracking.messages import Visited
from api.tracking.segment.fields import fields_of, text_of
from loaders.standardise.identifiers import standardise_reference

_LONGEST = 500


def visited(raw: Mapping[str, Any], context: Mapping[str, Any], properties: Mapping[str, Any]) -> Visited:
    """What a message shows of its visit."""
    page = fields_of(context, "page") or properties
    url, path = text_of(page, "url"), text_of(page, "path")
    return Visited(
        session_id=_session_id(raw, context),
        page=_cut(path or _path(url) or text_of(raw, "name")),
        campaign=_cut(_campaign(fields_of(context, "campaign"), url, text_of(page, "referrer"))),
    )


def _session_id(raw: Mapping[str, Any], context: Mapping[str, Any]) -> str | None:
    given = text_of(context, "sessionId", "session_id") or text_of(raw, "sessionId")
    return None if given is None else standardise_reference(given[:_LONGEST])


def _campaign(named: Mapping[str, Any], url: str | None, referrer: str | None) -> str | None:
    """The campaign's name, else where the visit comes from: source and medium, or the site that led here."""
    tags = {**_tags(url or ""), **named}
    name = text_of(tags, "name", "campaign")
    if name is not None:
        return name
    source, medium = text_of(tags, "source"), text_of(tags, "medium")
    if source is not None:
        return f"{source} / {medium}" if medium else source
    return _foreign(referrer or "", url or "")


@lru_cache(10_000)
def _tags(url: str) -> Mapping[str, str]:
    """The utm_ parameters of a page's address, without their prefix."""
    if "utm_" not in url:
        return {}
    try:
        query = parse_qs(urlsplit(url).query)
    except ValueError:
        return {}
    return {name.removeprefix("utm_"): values[0] for name, values in query.items() if name.startswith("utm_")}


@lru_cache(10_000)
def _foreign(referrer: str, url: str) -> str | None:
    """The site that a visitor came from, none where it is the same one."""
    there = _host(referrer)
    return None if there is None or there == _host(url) else f"referral: {there}"


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


@lru_cache(10_000)
def _path(url: str | None) -> str | None:
    try:
        return urlsplit(url).path or None if url else None
    except ValueError:
        return None


def _cut(text: str | None) -> str | None:
    return text and text[:_LONGEST]
