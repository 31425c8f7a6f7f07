"""User agents of browsers and apps: which browser, on which system, on what kind of device.

Rules of the ua-parser project (uap-core), which has no kinds of devices; these are read from what it finds.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from ua_parser import Result, parse

from loaders.standardise.texts import clean

_CACHED = 20_000
_LONGEST = 1_000
_BOT = re.compile(
    r"bot\b|bot[/;_-]|crawl|spider|slurp|headless|lighthouse|preview|monitor|facebookexternalhit|curl/|wget/"
    r"|python-|python/|okhttp|java/|go-http-client|axios/|node-fetch|libwww|httpclient|scrapy|phantomjs",
    re.IGNORECASE,
)
_TELEVISION = re.compile(r"smart-?tv|tizen.*tv|webos|web0s|netcast|hbbtv|appletv|apple tv|googletv|bravia|aft[a-z]", re.I)
_TABLET = re.compile(r"ipad|tablet|kindle|silk/|playbook", re.IGNORECASE)
_PHONE = re.compile(r"mobi|iphone|ipod|windows phone|blackberry|bb10", re.IGNORECASE)
_CONSOLE = re.compile(r"playstation|xbox|nintendo", re.IGNORECASE)
_DESKTOP = re.compile(r"windows nt|macintosh|x11|cros ", re.IGNORECASE)

DeviceFamily: TypeAlias = Literal["desktop", "phone", "tablet", "television", "console", "bot", "unknown"]


@dataclass(frozen=True, slots=True)
class UserAgent:
    """What a user agent says. ``browser`` and ``os`` with the main version, such as ``Firefox 128``, where there is one.

    Texts are none where the user agent says nothing that is known. ``model``: of the device, such as ``iPhone``.
    """

    browser: str | None = None
    os: str | None = None
    device: DeviceFamily = "unknown"
    model: str | None = None
    is_bot: bool = False


_NOTHING = UserAgent()


@lru_cache(_CACHED)
def read_user_agent(text: str) -> UserAgent:
    """What a user agent says; one that says nothing known is as good as none. Never raises."""
    kept = clean(text[:_LONGEST])
    if not kept:
        return _NOTHING
    found = parse(kept)
    model = found.device.family if found.device else None
    is_bot = model == "Spider" or _BOT.search(kept) is not None
    return UserAgent(
        browser=_browser(found),
        os=_system(found),
        device="bot" if is_bot else _device(kept, found),
        model=None if is_bot or model in {"Other", "Spider", "Generic Smartphone"} else model,
        is_bot=is_bot,
    )


def _browser(found: Result) -> str | None:
    return _with_version(found.user_agent.family, found.user_agent.major) if found.user_agent else None


def _system(found: Result) -> str | None:
    return _with_version(found.os.family, found.os.major) if found.os else None


def _with_version(family: str, major: str | None) -> str | None:
    if family == "Other":
        return None
    return f"{family} {major}" if major else family


def _device(text: str, found: Result) -> DeviceFamily:
    is_android = found.os is not None and found.os.family == "Android"
    kinds: tuple[tuple[DeviceFamily, bool], ...] = (
        ("television", _TELEVISION.search(text) is not None),
        ("console", _CONSOLE.search(text) is not None),
        ("tablet", _TABLET.search(text) is not None),
        ("phone", _PHONE.search(text) is not None),
        # Android writes "Mobile" for telephones only.
        ("tablet", is_android),
        ("desktop", _DESKTOP.search(text) is not None),
    )
    return next((kind for kind, holds in kinds if holds), "unknown")
