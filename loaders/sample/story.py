"""The story of the sample: somebody says on the phone that they want to leave, and then comes back unrecognised."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loaders.sample.manifest import Hero
from loaders.sample.notes import TERMINATE
from loaders.sample.observations import Observed
from loaders.sample.sources import web
from loaders.sample.sources.call_centre import Call
from loaders.sample.timeline import iso_seconds
from loaders.sample.visits import Purpose, WebVisit


@dataclass(slots=True)
class Stories:
    """The stories of a sample: how many there are, and who could be the hero."""

    count: int = 0
    first: Hero | None = None
    best: Hero | None = None

    @property
    def hero(self) -> Hero | None:
        """Whom to look at: the first one with an order whom the systems know differently, else the first one."""
        return self.best or self.first

    def hear(self, observed: Observed) -> None:
        """One more person, later in the world than those before, who may have a story."""
        story = _tell(observed)
        if story is None:
            return
        self.count += 1
        self.first = self.first or story
        if self.best is None and _is_known_differently(observed):
            self.best = story


def join_stories(parts: Sequence[Stories]) -> Stories:
    """The stories of all parts of a sample."""
    first, best = _earliest(part.first for part in parts), _earliest(part.best for part in parts)
    return Stories(sum(part.count for part in parts), first, best)


def _earliest(heroes: Iterable[Hero | None]) -> Hero | None:
    return min((hero for hero in heroes if hero), key=lambda hero: int(hero.person_id[1:]), default=None)


def _is_known_differently(observed: Observed) -> bool:
    names = {(sighting.given, sighting.family) for sighting in observed.sightings}
    return len(names) > 1 and any(customer.orders for customer in observed.shop)


def _tell(observed: Observed) -> Hero | None:
    person = observed.person
    if not person.in_story or person.leaving_at is None:
        return None
    call = _terminating_call(observed)
    back = next(visit for visit in observed.visits if visit.purpose is Purpose.LEAVE and visit.at > call.at)
    login = _last_login(observed, back)
    return Hero(
        person_id=person.id,
        customers={sighting.source: f"{sighting.source}:{sighting.external_id}" for sighting in observed.sightings},
        device=f"anonymous_id:{back.anonymous_id}",
        login_session=f"{web.SOURCE}:{login.session_id}",
        logged_in_at=iso_seconds(login.at),
        call_id=call.call_id,
        called_at=iso_seconds(call.at),
        anonymous_session=f"{web.SOURCE}:{back.session_id}",
        visited_at=iso_seconds(back.at),
    )


def _terminating_call(observed: Observed) -> Call:
    return next(call for card in observed.cards for call in card.calls if call.intent is TERMINATE)


def _last_login(observed: Observed, back: WebVisit) -> WebVisit:
    """The latest login on the same device on a day before the call."""
    called = _terminating_call(observed).at
    before = [
        visit
        for visit in observed.visits
        if visit.account and visit.anonymous_id == back.anonymous_id and visit.at.date() < called.date()
    ]
    return before[-1]
