"""The consent management platform: what was clicked in the banner. ``cmp/consents.jsonl``.

One JSON object a click, in order of time: consent_id; cookie_id (the website's anonymous id); domain; action
(accept_all, reject_all, custom, withdraw); purposes (a list of {id, status} with the ids analytics, marketing and
personalisation and the status CONFIRMED, NOT_GIVEN or WITHDRAWN); tc_string (IAB TCF 2.3); cmp {id, version};
notice_version; country; recorded_at (ISO 8601, UTC, ``Z``). Nobody is named: a consent belongs to a cookie.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from loaders.sample.consent_string import CMP_ID, CMP_VERSION, consent_string
from loaders.sample.dice import Dice, Weighted
from loaders.sample.observations import Observed
from loaders.sample.sightings import Sighting
from loaders.sample.sorting import Runs
from loaders.sample.timeline import WORLD_END, iso_seconds
from loaders.sample.writing import JsonLinesFile, WrittenFile

PATH = "cmp/consents.jsonl"

_DOMAIN = "www.lindenfunk.example"
PURPOSES = {"analytics": (7, 8, 9), "marketing": (1, 2, 3, 4), "personalisation": (5, 6, 10)}
"""Each with the purposes of the TCF that it stands for."""
_ACTIONS = Weighted({"accept_all": 52.0, "reject_all": 30.0, "custom": 18.0})


class CmpFiles:
    """The file while it is written."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self._file = JsonLinesFile(folder, PATH, ("consent_id", "recorded_at"), runs)

    def add(self, observed: Observed, dice: Dice) -> list[Sighting]:
        """What was clicked on a person's devices; no record of them."""
        first: dict[str, datetime] = {}
        for visit in observed.visits:
            if visit.browser.kind != "kiosk":
                first.setdefault(visit.anonymous_id, visit.at)
        for cookie, at in first.items():
            for clicked, document in _clicks(cookie, at + timedelta(seconds=3), dice):
                self._file.add(document, clicked, dice)
        return []

    def finish(self) -> list[WrittenFile]:
        """Write the file."""
        return self._file.finish()


def _clicks(cookie: str, at: datetime, dice: Dice) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """The first click, and now and then a later withdrawal of what was agreed to."""
    action = dice.weighted(_ACTIONS)
    agreed = {purpose: action == "accept_all" or (action == "custom" and dice.chance(0.5)) for purpose in PURPOSES}
    status = {purpose: "CONFIRMED" if given else "NOT_GIVEN" for purpose, given in agreed.items()}
    yield at, _document(cookie, at, (action, status), dice)
    if any(agreed.values()) and dice.chance(0.12):
        later = dice.moment(at + timedelta(seconds=60), WORLD_END)
        status = {purpose: "WITHDRAWN" if given else "NOT_GIVEN" for purpose, given in agreed.items()}
        yield later, _document(cookie, later, ("withdraw", status), dice)


def _document(cookie: str, at: datetime, said: tuple[str, dict[str, str]], dice: Dice) -> dict[str, Any]:
    action, status = said
    granted = [number for purpose, numbers in PURPOSES.items() if status[purpose] == "CONFIRMED" for number in numbers]
    return {
        "consent_id": dice.uuid(),
        "cookie_id": cookie,
        "domain": _DOMAIN,
        "action": action,
        "purposes": [{"id": purpose, "status": stated} for purpose, stated in status.items()],
        "tc_string": consent_string(granted, at),
        "cmp": {"id": CMP_ID, "version": CMP_VERSION},
        "notice_version": "2025-06",
        "country": "DE",
        "recorded_at": iso_seconds(at),
    }
