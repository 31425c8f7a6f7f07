"""The data management platform: advertising cookies. ``dmp/cookies.csv.gz``.

Utf-8, commas, one row a cookie, sorted by it: cookie_id (its own); hashed_email (SHA-256 of the address in lower case,
empty for most); partner_uid (the website's anonymous id that the cookie was matched with); segments (names with ``|``
between); country; first_seen_at; last_seen_at (ISO 8601, UTC, ``Z``). A hash is there where somebody logged in on the
cookie's browser. It knows no names.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loaders.sample.dice import Dice
from loaders.sample.observations import Observed
from loaders.sample.people import HardCase
from loaders.sample.sightings import Sighting
from loaders.sample.sorting import Runs
from loaders.sample.timeline import iso_seconds
from loaders.sample.visits import WebVisit
from loaders.sample.writing import CsvFile, CsvFormat, WrittenFile

SOURCE = "dmp"
PATH = "dmp/cookies.csv.gz"
FORMAT = CsvFormat(
    columns=(
        "cookie_id",
        "hashed_email",
        "partner_uid",
        "segments",
        "country",
        "first_seen_at",
        "last_seen_at",
    ),
    id_column="cookie_id",
    date_column="last_seen_at",
)

_SEGMENTS = ("autos", "travel", "football", "parents", "gaming", "home and garden", "bargain hunters", "new phone soon")


@dataclass(frozen=True, slots=True)
class _Cookie:
    cookie_id: str
    partner_uid: str
    visits: list[WebVisit]
    email: str | None


class DmpFiles:
    """The file while it is written."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self._file = CsvFile(folder, PATH, FORMAT, runs)

    def add(self, observed: Observed, dice: Dice) -> list[Sighting]:
        """The cookies of a person; a record of them is only one that has a hashed address."""
        cookies = [*_cookies(observed, dice)]
        for cookie in cookies:
            cells = (
                cookie.cookie_id,
                hashed(cookie.email) if cookie.email else "",
                cookie.partner_uid,
                "|".join(segment for segment in _SEGMENTS if dice.chance(0.3)),
                "DE",
                iso_seconds(cookie.visits[0].at),
                iso_seconds(cookie.visits[-1].at),
            )
            self._file.add(cookie.cookie_id, cells, dice)
        return [_sighting(cookie) for cookie in cookies if cookie.email]

    def finish(self) -> list[WrittenFile]:
        """Write the file."""
        return self._file.finish()


def hashed(email: str) -> str:
    """SHA-256 of an address in lower case, in hexadecimal."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()


def _cookies(observed: Observed, dice: Dice) -> Iterator[_Cookie]:
    by_device: dict[str, list[WebVisit]] = {}
    for visit in observed.visits:
        if visit.browser.kind != "kiosk":
            by_device.setdefault(visit.anonymous_id, []).append(visit)
    for anonymous_id, visits in by_device.items():
        if not (observed.person.in_story or dice.chance(0.6)):
            continue
        logged_in = observed.account is not None and any(visit.account for visit in visits)
        email = observed.account.email if observed.account and logged_in else None
        yield _Cookie(dice.uuid().replace("-", "")[:24], anonymous_id, visits, email)


def _sighting(cookie: _Cookie) -> Sighting:
    person = cookie.visits[0].person
    return Sighting(
        source=SOURCE,
        external_id=cookie.cookie_id,
        person=person,
        given=person.given,
        family=person.family.last,
        created_at=cookie.visits[0].at,
        updated_at=cookie.visits[-1].at,
        can_hold=frozenset({"email"}),
        email=cookie.email,
        cases={HardCase.HASHED_ONLY},
    )
