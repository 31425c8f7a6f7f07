"""Another customer data platform, with profiles and ids of its own. ``cdp/profiles.jsonl``.

One JSON object a profile, as its export writes it, in order of the last change: profile_id; external_ids (a list of
{type, id} with the types email, crm_customer_no, shop_user_id and anonymous_id); traits {first_name, last_name,
birthday, city, lifetime_value, churn_risk (low, medium, high), preferred_channel}; audiences (a list of names);
created_at; updated_at (ISO 8601, UTC, ``Z``). It knows what one of its sources told it when the profile was made.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from loaders.sample.dice import Dice, scattered
from loaders.sample.observations import Observed
from loaders.sample.sightings import Sighting
from loaders.sample.sorting import Runs
from loaders.sample.timeline import WORLD_END, iso_seconds
from loaders.sample.writing import JsonLinesFile, WrittenFile

SOURCE = "cdp"
PATH = "cdp/profiles.jsonl"

_PROFILES = 1 << 40
_AUDIENCES = ("newsletter", "app users", "big spenders", "contract ends soon", "young families", "travellers")
_DEVICES = 3


class CdpFiles:
    """The file while it is written."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self._file = JsonLinesFile(folder, PATH, ("profile_id", "updated_at"), runs)

    def add(self, observed: Observed, dice: Dice) -> list[Sighting]:
        """The profile of a person, where the other platform has one."""
        known = [customer.sighting for customer in (*observed.crm, *observed.shop)]
        known += [observed.contact.sighting] if observed.contact else []
        if not known or not (observed.person.in_story or dice.chance(0.45)):
            return []
        sighting = _copy(dice.pick(known), dice)
        self._file.add(_profile(sighting, observed, dice), sighting.updated_at, dice)
        return [sighting]

    def finish(self) -> list[WrittenFile]:
        """Write the file."""
        return self._file.finish()


def _copy(origin: Sighting, dice: Dice) -> Sighting:
    """The record that one of its sources had, under an id of its own."""
    first = min(origin.created_at, WORLD_END - timedelta(days=30))
    return Sighting(
        source=SOURCE,
        external_id=f"prof_{scattered(origin.person.number, 1_099_087_573, _PROFILES):010x}",
        person=origin.person,
        given=origin.given,
        family=origin.family,
        created_at=first,
        updated_at=dice.moment(max(first, origin.updated_at), WORLD_END - timedelta(days=1)),
        can_hold=frozenset({"birth_date", "email", "address"}),
        birth_date=origin.birth_date,
        email=origin.email,
        address=origin.address,
        cases=set(origin.cases),
    )


def _profile(sighting: Sighting, observed: Observed, dice: Dice) -> dict[str, Any]:
    leaving = observed.person.leaving_at is not None
    return {
        "profile_id": sighting.external_id,
        "external_ids": [{"type": kind, "id": value} for kind, value in _external_ids(sighting, observed, dice)],
        "traits": {
            "first_name": sighting.given,
            "last_name": sighting.family,
            "birthday": sighting.birth_date.isoformat() if sighting.birth_date else None,
            "city": sighting.address.city if sighting.address else None,
            "lifetime_value": round(dice.share() ** 3 * 2_400, 2),
            "churn_risk": "high" if leaving else dice.pick(("low", "low", "medium")),
            "preferred_channel": dice.pick(("email", "email", "app", "phone")),
        },
        "audiences": [name for name in _AUDIENCES if dice.chance(0.25)],
        "created_at": iso_seconds(sighting.created_at),
        "updated_at": iso_seconds(sighting.updated_at),
    }


def _external_ids(sighting: Sighting, observed: Observed, dice: Dice) -> list[tuple[str, str]]:
    """At least the address, or else a number, by which the profile can be told."""
    account = observed.account
    found = [("email", sighting.email)] if sighting.email else []
    if observed.crm and (not found or dice.chance(0.5)):
        found.append(("crm_customer_no", observed.crm[-1].sighting.external_id))
    if account is not None and (not found or dice.chance(0.7)):
        found.append(("shop_user_id", account.external_id))
    cookies = dict.fromkeys(visit.anonymous_id for visit in observed.visits if visit.account)
    return [*found, *(("anonymous_id", cookie) for cookie in list(cookies)[:_DEVICES])]
