"""The mobile app's tracking. ``app/events.jsonl``, the last twelve months, in order of arrival.

The shape of the website's messages with type screen, track or identify, and with context {sessionId, device {id, type
(ios, android), model}, app {name, version}, locale}. context.device.id is the installation; userId is the shop's
customer_id once somebody has logged in during the session. Phones are often offline: messages come late.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loaders.sample.catalogue import COMPANY
from loaders.sample.dice import Dice, Weighted
from loaders.sample.people import Installation, Person
from loaders.sample.sightings import Sighting
from loaders.sample.sources.tracking import Sender, Step, identify
from loaders.sample.timeline import WORLD_END
from loaders.sample.visits import LONGEST_VISIT
from loaders.sample.writing import JsonLinesFile

SOURCE = "app"
PATH = "app/events.jsonl"
ID_FIELD = "messageId"
DATE_FIELD = "timestamp"

_OFFLINE = 0.08
_SCREENS = Weighted({"Usage": 40.0, "Invoices": 22.0, "Contract": 12.0, "Offers": 16.0, "Support": 10.0})


@dataclass(frozen=True, slots=True)
class AppSession:
    """One session in the app. ``account``: the shop customer who is logged in, none in an anonymous one."""

    person: Person
    installation: Installation
    at: datetime
    session_id: str
    account: str | None
    is_first: bool


def plan_sessions(person: Person, account: Sighting | None, dice: Dice) -> list[AppSession]:
    """All sessions of a person in the app, oldest first."""
    installation = person.installation
    if installation is None:
        return []
    last = WORLD_END - LONGEST_VISIT
    times = sorted({installation.since, *(dice.moment(installation.since, last) for _ in range(dice.count(1.8)))})
    sessions: list[AppSession] = []
    for nth, at in enumerate(times):
        known = account is not None and account.created_at <= at and dice.chance(0.45)
        user = account.external_id if account is not None and known else None
        sessions.append(AppSession(person, installation, at, dice.uuid(), user, is_first=nth == 0))
    return sessions


def write(session: AppSession, account: Sighting | None, file: JsonLinesFile, dice: Dice) -> None:
    """All messages of one session."""
    sender = Sender(file, dice, _OFFLINE)
    frame = _frame(session)
    at = session.at
    for step in _script(session, account, dice):
        if step.kind == "identify":
            sender.user_id = session.account
        sender.send(step, at, frame)
        at += dice.lasting(1, 40)


def _script(session: AppSession, account: Sighting | None, dice: Dice) -> Iterator[Step]:
    version = session.installation.version
    if session.is_first:
        yield Step("track", "Application Installed", properties={"version": version})
    yield Step("track", "Application Opened", properties={"version": version, "from_background": False})
    yield Step("screen", "Home")
    if account is not None and session.account:
        yield identify(account)
        yield Step("track", "Signed In", properties={"method": "biometric"})
    leaving = session.person.leaving_at
    if leaving is not None and session.at > leaving:
        yield Step("screen", "Contract")
    for _ in range(dice.count(1.0)):
        yield Step("screen", dice.weighted(_SCREENS))


def _frame(session: AppSession) -> dict[str, Any]:
    installation = session.installation
    context = {
        "sessionId": session.session_id,
        "device": {"id": installation.installation_id, "type": installation.system, "model": installation.model},
        "app": {"name": COMPANY, "version": installation.version},
        "locale": "de-DE",
    }
    return {"anonymousId": installation.anonymous_id, "context": context}
