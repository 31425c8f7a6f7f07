"""The call centre: who called, and what about. ``call_centre/calls.jsonl``.

One JSON object a call, in order of arrival (a few arrive a day late): call_id; contact_id (the call centre's own card
of the caller); started_at, ended_at (ISO 8601, UTC, ``Z``); direction (inbound, outbound); phone (E.164, the line of
this call); caller_name (``Given Family`` as the agent heard it); birth_date (ISO) and postcode, null until the agent
asked for them; customer_no, null unless the caller quoted the CRM's number; reason; intent (terminate, invoice, ...);
note (the agent's words); agent.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from loaders.sample.dice import Dice, scattered
from loaders.sample.notes import OTHER_INTENTS, TERMINATE, Intent, write_note
from loaders.sample.people import HardCase, Person
from loaders.sample.sightings import Care, Observation, Sighting
from loaders.sample.sources.crm import CrmCustomer
from loaders.sample.timeline import WORLD_END, WORLD_START, iso_seconds
from loaders.sample.writing import JsonLinesFile

SOURCE = "call_centre"
PATH = "call_centre/calls.jsonl"
ID_FIELD = "call_id"
DATE_FIELD = "started_at"

_CARE = Care(
    nickname=0.1,
    plain_letters=0.15,
    misspelt=0.12,
    swapped=0.015,
    by_ear=True,
    tells_news=0.9,
    birth_date=0.5,
)
_FIELDS = frozenset({"birth_date", "phone"})
_CONTACTS, _CALLS = 10_000_000, 100_000_000
_AGENTS = 60
_OFFICE_HOURS = (6, 18)


@dataclass(frozen=True, slots=True)
class Call:
    """One call."""

    call_id: str
    at: datetime
    lasted: timedelta
    intent: Intent
    note: str
    agent: str
    outbound: bool
    from_landline: bool


@dataclass(slots=True)
class CallCard:
    """A card of the call centre with its calls, oldest first. ``asked_from``: the call from which on it is complete."""

    sighting: Sighting
    postcode: str | None
    asked_from: int
    calls: list[Call] = field(default_factory=list[Call])


def observe(person: Person, crm: list[CrmCustomer], dice: Dice) -> list[CallCard]:
    """What the call centre knows of a person."""
    if not person.coverage.calls:
        return []
    calls = _calls(person, dice)
    called_from_elsewhere = len(calls) > 1 and not person.in_story and dice.chance(0.06)
    parts = [calls[:1], calls[1:]] if called_from_elsewhere else [calls]
    cards = [_card(person, nth, part, dice) for nth, part in enumerate(parts)]
    for card in cards[1:]:
        card.sighting.cases.add(HardCase.DUPLICATE_IN_SOURCE)
    for card in cards:
        _quote_number(card, crm, dice)
    return cards


def write(card: CallCard, file: JsonLinesFile, dice: Dice) -> None:
    """One row a call."""
    sighting = card.sighting
    born = sighting.birth_date.isoformat() if sighting.birth_date else None
    for nth, call in enumerate(card.calls):
        asked = nth >= card.asked_from
        ended = call.at + call.lasted
        document = {
            "call_id": call.call_id,
            "contact_id": sighting.external_id,
            "started_at": iso_seconds(call.at),
            "ended_at": iso_seconds(ended),
            "direction": "outbound" if call.outbound else "inbound",
            "phone": sighting.person.household.landline if call.from_landline else sighting.phone,
            "caller_name": f"{sighting.given} {sighting.family}",
            "birth_date": born if asked else None,
            "postcode": card.postcode if asked else None,
            "customer_no": sighting.customer_no if asked else None,
            "reason": call.intent.reason,
            "intent": call.intent.name,
            "note": call.note,
            "agent": call.agent,
        }
        late = dice.lasting(3600, 86_400) if dice.chance(0.03) else dice.lasting(5, 60)
        file.add(document, ended + late, dice)


def _calls(person: Person, dice: Dice) -> list[Call]:
    last = WORLD_END - timedelta(days=2)
    wanted = [(dice.at_hours(dice.moment(WORLD_START, last), *_OFFICE_HOURS), dice.weighted(OTHER_INTENTS))]
    wanted += [
        (dice.at_hours(dice.moment(WORLD_START, last), *_OFFICE_HOURS), dice.weighted(OTHER_INTENTS))
        for _ in range(dice.count(0.6))
    ]
    if person.leaving_at is not None:
        wanted = [(at, intent) for at, intent in wanted[1:] if at < person.leaving_at - timedelta(days=1)]
        wanted.append((person.leaving_at, TERMINATE))
    wanted.sort(key=lambda call: call[0])
    return [_call(person, nth, at, intent, dice) for nth, (at, intent) in enumerate(wanted)]


def _call(person: Person, nth: int, at: datetime, intent: Intent, dice: Dice) -> Call:
    tariff = person.contracts[-1].tariff.name if person.contracts else "the tariff"
    landline = person.household.landline is not None and not person.cases and not person.in_story
    return Call(
        call_id=f"CALL-{scattered(person.number * 32 + nth, 23_606_797, _CALLS):08d}",
        at=at,
        lasted=dice.lasting(45, 900),
        intent=intent,
        note=write_note(intent, tariff, dice),
        agent=f"A{dice.between(1, _AGENTS):02d}",
        outbound=intent is not TERMINATE and dice.chance(0.1),
        from_landline=landline and dice.chance(0.12),
    )


def _card(person: Person, nth: int, calls: list[Call], dice: Dice) -> CallCard:
    observation = Observation(person, calls[0].at, calls[-1].at, _CARE, dice)
    number = f"CC{scattered(person.number * 4 + nth, 6_180_339, _CONTACTS):07d}"
    sighting = observation.write_down(SOURCE, number, _FIELDS)
    sighting.phone = person.mobile.at(observation.known_at())
    asked_from = 0 if dice.chance(0.75) else dice.below(len(calls))
    if any(call.from_landline for call in calls):
        sighting.birth_date = person.birth_date
        sighting.cases.add(HardCase.SHARED_LANDLINE)
        asked_from = 0
    postcode = person.address.at(observation.known_at()).postcode if dice.chance(0.5) else None
    return CallCard(sighting, postcode, asked_from, calls)


def _quote_number(card: CallCard, crm: list[CrmCustomer], dice: Dice) -> None:
    known = [customer for customer in crm if customer.sighting.created_at < card.sighting.updated_at]
    if known and dice.chance(0.28):
        card.sighting.customer_no = dice.pick(known).sighting.external_id
