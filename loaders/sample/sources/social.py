"""Social media: who writes to us, and what. ``social/profiles.jsonl`` and ``social/messages.jsonl``.

Both in order of time, times ISO 8601 in UTC with ``Z``. Profiles, one JSON object an account: user_id (the network's
number); network (instagram, facebook, x); handle; display_name (whatever they like to be called); name, email and
customer_no (each null unless somebody told us in a chat); followers; first_seen_at; updated_at. Messages: message_id;
network; user_id; kind (direct_message, comment, mention); direction (inbound, outbound); topic (praise, complaint,
question, terminate); text; sent_at.

Of a third of the accounts nobody knows more than the handle.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from loaders.sample.dice import Dice, Weighted, scattered
from loaders.sample.observations import Observed
from loaders.sample.people import HardCase
from loaders.sample.sightings import Sighting
from loaders.sample.slips import without_umlauts
from loaders.sample.sorting import Runs
from loaders.sample.timeline import TRACKING_START, WORLD_END, iso_seconds
from loaders.sample.writing import JsonLinesFile, WrittenFile

SOURCE = "social"
PROFILES_PATH = "social/profiles.jsonl"
MESSAGES_PATH = "social/messages.jsonl"

_NETWORKS = Weighted({"instagram": 50.0, "facebook": 35.0, "x": 15.0})
_USERS = 10_000_000_000
_HANDLES = 10_000_000
_KINDS = Weighted({"direct_message": 55.0, "comment": 35.0, "mention": 10.0})
_TERMINATE = "How do I cancel my contract? I am fed up."
_TEXTS = Weighted(
    {
        ("question", "When is the new Kestrel in the stores?"): 22.0,
        ("question", "Does roaming work on a ship?"): 12.0,
        ("complaint", "No network since this morning, again!"): 24.0,
        ("complaint", "Half an hour in the hotline and nobody answers."): 16.0,
        ("praise", "Great team in the store, thank you."): 14.0,
        ("praise", "Best price for that much data."): 12.0,
    }
)
_ANSWER = "Thank you for writing. We have sent you a direct message."


@dataclass(frozen=True, slots=True)
class _Account:
    user_id: str
    network: str
    handle: str
    sighting: Sighting


class SocialFiles:
    """The files while they are written."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self._profiles = JsonLinesFile(folder, PROFILES_PATH, ("user_id", "updated_at"), runs)
        self._messages = JsonLinesFile(folder, MESSAGES_PATH, ("message_id", "sent_at"), runs)

    def add(self, observed: Observed, dice: Dice) -> list[Sighting]:
        """A person's account, if they write to us."""
        if not (observed.person.in_story or dice.chance(0.16)):
            return []
        account = _account(observed, dice)
        sighting = account.sighting
        self._profiles.add(_profile(account, dice), sighting.updated_at, dice)
        for at, message in _messages(account, dice):
            self._messages.add(message, at, dice)
        return [sighting]

    def finish(self) -> list[WrittenFile]:
        """Write the files."""
        return [*self._profiles.finish(), *self._messages.finish()]


def _account(observed: Observed, dice: Dice) -> _Account:
    person = observed.person
    network = dice.weighted(_NETWORKS)
    user_id = f"{scattered(person.number, 7_071_067_811, _USERS):010d}"
    plain = "".join(filter(str.isalnum, without_umlauts(person.given + person.family.last, long=True).lower()))
    handle = f"{plain}{scattered(person.number, 1_414_213, _HANDLES)}"
    first = person.leaving_at or dice.moment(TRACKING_START, WORLD_END - timedelta(days=30))
    last = dice.moment(first, WORLD_END - timedelta(days=1))
    sighting = Sighting(
        source=SOURCE,
        external_id=f"{network}:{user_id}",
        person=person,
        given=person.given,
        family=person.family.at(last),
        created_at=first,
        updated_at=last,
        can_hold=frozenset({"email"}),
    )
    _tell(sighting, observed, dice)
    return _Account(user_id, network, handle, sighting)


def _tell(sighting: Sighting, observed: Observed, dice: Dice) -> None:
    """What somebody told of themselves: their customer number, or name and address, or nothing."""
    if observed.crm and dice.chance(0.45):
        sighting.customer_no = observed.crm[-1].sighting.external_id
    elif sighting.person.in_story or dice.chance(0.45):
        sighting.email = sighting.person.email.at(sighting.updated_at)
    else:
        sighting.cases.add(HardCase.HANDLE_ONLY)


def _profile(account: _Account, dice: Dice) -> dict[str, Any]:
    sighting = account.sighting
    named = sighting.customer_no or sighting.email
    return {
        "user_id": account.user_id,
        "network": account.network,
        "handle": account.handle,
        "display_name": f"{sighting.given} {sighting.family[0]}." if dice.chance(0.6) else account.handle,
        "name": f"{sighting.given} {sighting.family}" if named else None,
        "email": sighting.email,
        "customer_no": sighting.customer_no,
        "followers": int(20 / (1 - dice.share()) ** 0.8),
        "first_seen_at": iso_seconds(sighting.created_at),
        "updated_at": iso_seconds(sighting.updated_at),
    }


def _messages(account: _Account, dice: Dice) -> Iterator[tuple[datetime, dict[str, Any]]]:
    sighting = account.sighting
    times = [sighting.created_at, *(dice.moment(sighting.created_at, WORLD_END) for _ in range(dice.count(0.8)))]
    nth = 0
    for at in sorted(times):
        leaving = at == sighting.person.leaving_at
        topic, text = ("terminate", _TERMINATE) if leaving else dice.weighted(_TEXTS)
        kind = "direct_message" if leaving else dice.weighted(_KINDS)
        yield at, _message(account, nth, at, (kind, "inbound", topic, text))
        nth += 1
        answered = at + dice.lasting(600, 40_000)
        if answered < WORLD_END and dice.chance(0.6):
            yield answered, _message(account, nth, answered, (kind, "outbound", topic, _ANSWER))
            nth += 1


def _message(account: _Account, nth: int, at: datetime, said: tuple[str, str, str, str]) -> dict[str, Any]:
    kind, direction, topic, text = said
    return {
        "message_id": f"{account.user_id}-{nth}",
        "network": account.network,
        "user_id": account.user_id,
        "kind": kind,
        "direction": direction,
        "topic": topic,
        "text": text,
        "sent_at": iso_seconds(at),
    }
