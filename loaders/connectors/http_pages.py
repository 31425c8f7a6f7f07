"""The pages of a REST source: asked for one after the other, again where it is busy, never from another host."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from itertools import count
from time import sleep
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import orjson
import requests
import urllib3

from graph.errors import SourceReadError
from loaders.connectors.environment import from_environment
from loaders.connectors.nested import inside
from loaders.mappings.places import HttpPlace, Pages
from loaders.sources.json_values import json_value

_TRIES = 5
_LONGEST_PAUSE_S = 120.0
_TIMEOUT_S = (10, 60)
_LARGEST_BYTES = 64 << 20
_MOST_PAGES = 100_000
_BUSY = frozenset({408, 429, 500, 502, 503, 504})
_REFUSED = frozenset({401, 403})
_OK, _UNAVAILABLE = 200, 503


@dataclass(frozen=True, slots=True)
class Page:
    """The JSON of one answer. ``token``: of the next page; ``next_url``: its address, where a header names it."""

    body: Any
    token: str | None = None
    next_url: str | None = None


class _BrokenOffError(Exception):
    """An answer that did not come to its end."""


class Asker:
    """A connection to one source. A context manager; asking raises SourceReadError, which quotes no parameter."""

    def __init__(self, place: HttpPlace) -> None:
        self._place, self._name = place, place.url.partition("?")[0]
        self._session = requests.Session()

    def __enter__(self) -> Self:
        """The asker itself."""
        self._session.headers.update({name: _in_header(variable) for name, variable in self._place.headers.items()})
        if self._place.token is not None:
            self._session.headers["Authorization"] = f"Bearer {_in_header(self._place.token)}"
        self._session.headers["Accept"] = "application/json"
        self._session.trust_env = False  # no credentials of a .netrc, no proxy that nobody named
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._session.close()

    def ask(self, url: str, parameters: Mapping[str, str]) -> Page:
        """One page; a source that is busy is asked again after the time that it names, one that breaks off as well."""
        failure = ""
        for tried in range(1, _TRIES + 1):
            with closing(self._answer(url, parameters, is_last=tried == _TRIES)) as answer:
                failure, pause = f"answered {answer.status_code}", _pause(answer, tried)
                if answer.status_code not in _BUSY:
                    try:
                        return self._page(url, answer)
                    except _BrokenOffError as broken:
                        failure = str(broken)
            if tried < _TRIES:
                sleep(pause)
        raise self._error(f"is busy, or cannot be reached ({failure})", "Try again later.")

    def _answer(self, url: str, parameters: Mapping[str, str], *, is_last: bool) -> requests.Response:
        """One answer; a connection that fails counts as one that is busy, but for the last time."""
        try:
            # Redirects are not followed: our headers would go along, to whatever host.
            return self._session.get(
                url, params=dict(parameters), timeout=_TIMEOUT_S, allow_redirects=False, stream=True
            )
        except requests.RequestException as error:
            if is_last:
                raise self._error(
                    f"cannot be reached ({type(error).__name__})", "Check `url` and the network."
                ) from None
            return _unreached()

    def _page(self, url: str, answer: requests.Response) -> Page:
        if answer.status_code in _REFUSED:
            variable = self._place.token or ", ".join(self._place.headers.values()) or "none given"
            raise self._error("refused the credentials", f"Check the environment variable: {variable}.")
        if answer.status_code != _OK:
            raise self._error(f"answered {answer.status_code}", "Check `url` and parameters.")
        link = answer.links.get("next", {}).get("url")
        body = self._json(answer)
        pages = self._place.pages
        token = inside(body, pages.next) if pages is not None and pages.next else None
        return Page(body, str(token) if token else None, link and self._same_host(url, link))

    def _json(self, answer: requests.Response) -> Any:  # noqa: ANN401 -- whatever it is
        try:
            content = answer.raw.read(_LARGEST_BYTES + 1, decode_content=True)
            if len(content) > _LARGEST_BYTES:
                raise self._error(f"sends pages of more than {_LARGEST_BYTES >> 20} MiB", "Ask for fewer rows a page.")
            return json_value(content)
        except orjson.JSONDecodeError:
            raise self._error("did not answer with JSON", "Check `url`.") from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _BrokenOffError(f"broke off: {type(error).__name__}") from None

    def _same_host(self, url: str, link: str) -> str:
        target = urljoin(url, link)
        if urlsplit(target)[:2] != urlsplit(self._place.url)[:2]:
            raise self._error("leads to another host", "Its pages are followed on its own host only.")
        return target

    def _error(self, what: str, advice: str) -> SourceReadError:
        return SourceReadError(f"{self._name} {what}.", advice)


def pages_of(asker: Asker, place: HttpPlace, stored: Mapping[str, str]) -> Iterator[Page]:
    """All pages. ``stored``: parameters that go on from the last load. Raises SourceReadError."""
    numbered = place.pages is not None and place.pages.number is not None
    for number, page in enumerate(_numbered(asker, place, stored) if numbered else _linked(asker, place, stored)):
        if number == _MOST_PAGES:
            # What was read so far is not all: whoever took it for that would go on after it, or retire the rest.
            raise _endless(place, f"has more than {_MOST_PAGES:,} pages")
        yield page


def _numbered(asker: Asker, place: HttpPlace, stored: Mapping[str, str]) -> Iterator[Page]:
    """Up to the first page without rows."""
    pages, before = place.pages or Pages(), None
    for number in count(pages.first):
        page = asker.ask(place.url, {**place.parameters, **stored, pages.number or "": str(number)})
        rows = inside(page.body, place.rows)
        if rows and rows == before:
            raise _endless(place, "gives one page again and again")
        yield page
        if not rows:
            return
        before = rows


def _linked(asker: Asker, place: HttpPlace, stored: Mapping[str, str]) -> Iterator[Page]:
    """Up to the page that names no next one, or that is empty and names itself."""
    pages = place.pages or Pages()
    url, parameters, seen = place.url, {**place.parameters, **stored}, set[str]()
    while True:
        page = asker.ask(url, parameters)
        yield page
        following = page.next_url if pages.link else page.token
        names_itself = pages.parameter is not None and following == parameters.get(pages.parameter)
        if following is None or (names_itself and not inside(page.body, place.rows)):
            return
        if following in seen:
            raise _endless(place, "leads in a circle")
        seen.add(following)
        if pages.link:
            url, parameters = following, {}
        elif pages.parameter is not None:
            parameters[pages.parameter] = following


def _endless(place: HttpPlace, what: str) -> SourceReadError:
    return SourceReadError(f"{place.url.partition('?')[0]} {what}.", "Check `pages` of the mapping.")


def _in_header(variable: str) -> str:
    """The value of a variable without the line end that files give it. Raises SourceReadError."""
    value = from_environment(variable).strip()
    if not value.isascii() or not value.isprintable():
        problem = f"The environment variable {variable} holds what cannot stand in a header."
        raise SourceReadError(problem, "Set it to printable ASCII characters.")
    return value


def _unreached() -> requests.Response:
    answer = requests.Response()
    answer.status_code, answer.raw = _UNAVAILABLE, BytesIO()
    return answer


def _pause(answer: requests.Response, tried: int) -> float:
    given = answer.headers.get("Retry-After")
    return min(_seconds(given) if given else 2.0 ** (tried - 1), _LONGEST_PAUSE_S)


def _seconds(given: str) -> float:
    """Of Retry-After: a number of seconds, or a time."""
    if given.isdecimal():
        return float(given)
    try:
        return max((parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return 1.0
