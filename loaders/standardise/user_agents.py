"""User agents of browsers and apps: which browser, on which system, on what kind of device.

Rules of the ua-parser project (uap-core), which has no kinds of devices; these are read from what it finds.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from ua_parser import Result, parse

from loaders.standardise.texts import clean

_CACHED = 20_000
_LONGEST = 1_000
# Words in lower case; looking for each of them is eight times faster than one expression.
_BOT = (
    "crawl",
    "spider",
    "slurp",
    "headless",
    "lighthouse",
    "preview",
    "monitor",
    "facebookexternalhit",
    "curl/",
    "wget/",
    "python-",
    "python/",
    "okhttp",
    "java/",
    "go-http-client",
    "axios/",
    "node-fetch",
    "libwww",
    "httpclient",
    "scrapy",
    "phantomjs",
)
_A_BOT, _NO_BOT = "bot", "cubot"
_TELEVISION = (
    "smart-tv",
    "smarttv",
    "webos",
    "web0s",
    "netcast",
    "hbbtv",
    "apple tv",
    "appletv",
    "googletv",
    "bravia",
    "; aft",
)
_CONSOLE = ("playstation", "xbox", "nintendo")
_TABLET = ("ipad", "tablet", "kindle", "silk/", "playbook")
_PHONE = ("mobi", "iphone", "ipod", "windows phone", "blackberry", "bb10")
_DESKTOP = ("windows nt", "macintosh", "x11", "cros ")

DeviceFamily: TypeAlias = Literal["desktop", "phone", "tablet", "television", "console", "bot", "unknown"]


_KINDS: dict[DeviceFamily, tuple[str, ...]] = {
    "television": _TELEVISION,
    "console": _CONSOLE,
    "tablet": _TABLET,
    "phone": _PHONE,
}


@dataclass(frozen=True, slots=True)
class UserAgent:
    """What a user agent says.

    ``browser`` and ``os`` with the main version, such as ``Firefox 128``, where there is one; ``model``: of the device,
    such as ``iPhone``. Each is none where nothing is known of it.
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
    lower = kept.lower()
    is_bot = model == "Spider" or _names(lower, _BOT) or (_A_BOT in lower and _NO_BOT not in lower)
    return UserAgent(
        browser=_browser(found),
        os=_system(found),
        device="bot" if is_bot else _device(lower, found),
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


def _device(lower: str, found: Result) -> DeviceFamily:
    for kind, words in _KINDS.items():
        if _names(lower, words):
            return kind
    # Android writes "Mobile" for telephones only.
    if found.os is not None and found.os.family == "Android":
        return "tablet"
    return "desktop" if _names(lower, _DESKTOP) else "unknown"


def _names(lower: str, words: tuple[str, ...]) -> bool:
    return any(word in lower for word in words)
