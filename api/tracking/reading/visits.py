"""Where a visit comes from, and where in it a message was sent."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from api.tracking.reading.fields import text_of
from api.tracking.reading.ids import usable_id
from loaders.standardise.identifiers import standardise_reference

LONGEST = 500


def campaign_of(named: Mapping[str, Any], url: str | None, referrer: str | None) -> str | None:
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
def path_of(url: str | None) -> str | None:
    """The path of a page's address, none where there is none."""
    try:
        return urlsplit(url).path or None if url else None
    except ValueError:
        return None


def session_of(given: str | None) -> str | None:
    """The id of a session as it is kept, none where it says that there is none. Raises RefusedError."""
    return None if given is None else usable_id(standardise_reference(given[:LONGEST]), "the id of a session")


def cut(text: str | None) -> str | None:
    """A text as long as one is kept."""
    return text and text[:LONGEST]
