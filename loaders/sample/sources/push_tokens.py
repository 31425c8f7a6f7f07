"""The push tokens of the mobile app. ``app/push_tokens.jsonl``, in the extended sample.

One JSON object a registration, in order of arrival: event_id; installation_id (context.device.id of the events);
anonymous_id; user_id (the shop's customer_id, null while nobody has logged in); platform (apns, fcm); push_token;
permission (granted, or denied where pushes were switched off later); registered_at (ISO 8601, UTC, ``Z``). The app
registers its token at the first start, again at the first login, and when the permission changes.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from loaders.sample.dice import Dice
from loaders.sample.observations import Observed
from loaders.sample.sightings import Sighting
from loaders.sample.sorting import Runs
from loaders.sample.sources.app import AppSession
from loaders.sample.timeline import WORLD_END, iso_seconds
from loaders.sample.writing import JsonLinesFile, WrittenFile

PATH = "app/push_tokens.jsonl"
ID_FIELD = "event_id"
DATE_FIELD = "registered_at"

_PLATFORMS = {"ios": "apns", "android": "fcm"}


class PushTokenFiles:
    """The file while it is written."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self._file = JsonLinesFile(folder, PATH, (ID_FIELD, DATE_FIELD), runs)

    def add(self, observed: Observed, dice: Dice) -> list[Sighting]:
        """The registrations of a person's app; no record of them."""
        installation = observed.person.installation
        if installation is None or not dice.chance(0.85):
            return []
        token = f"{dice.uuid()}{dice.uuid()}".replace("-", "")
        for at, user_id, permission in _registrations(observed.app_sessions, dice):
            document = {
                "event_id": dice.uuid(),
                "installation_id": installation.installation_id,
                "anonymous_id": installation.anonymous_id,
                "user_id": user_id,
                "platform": _PLATFORMS[installation.system],
                "push_token": token,
                "permission": permission,
                "registered_at": iso_seconds(at),
            }
            self._file.add(document, at, dice)
        return []

    def finish(self) -> list[WrittenFile]:
        """Write the file."""
        return self._file.finish()


def _registrations(sessions: list[AppSession], dice: Dice) -> Iterator[tuple[datetime, str | None, str]]:
    login = next((session for session in sessions if session.account), None)
    yield sessions[0].at, None, "granted"
    if login is not None:
        yield login.at + dice.lasting(1, 30), login.account, "granted"
    if dice.chance(0.12):
        last = sessions[-1].at
        yield dice.moment(last, WORLD_END), login.account if login else None, "denied"
