"""Whose a session was at any time: what is read of the past is what was read then."""

import random
from asyncio import gather
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from graph.connection import AsyncGraph, Graph
from graph.identities import Identity, IdentityKind, UnknownIdentity, find_profile
from graph.links import Link
from graph.profiles import Profile
from graph.recognition import Recognition, RecognitionLevel, recognise_device, recognise_session
from graph.records import ConsentRecord
from graph.resolutions import Resolution, write_resolution
from graph.runs import ScoringModel, ScoringRun
from graph.visitors import KnownVisitor, get_visitor
from graph.writing import write_batch
from tests.factories import NOON, batch, customer, days, device, interaction, minutes, session, shop

STEPS = 30
PEOPLE, DEVICES = ("0", "1", "2", "3"), ("d0", "d1", "d2")
LEVELS = (0.2, 0.8)
Answers = dict[tuple[str, str], Any]


def resolution(number: int, at: datetime, *links: Link) -> Resolution:
    model = ScoringModel("v1", NOON, "{}", ((-10.0, 0.1), (7.0, 0.9)), {"exact": 1.0, "default": 0.8})
    return Resolution(links, (), model, ScoringRun(f"run-{number}", "v1", "full", {}, at, at, {"links": len(links)}))


def link(left: str, right: str, confidence: float) -> Link:
    return Link(left, right, 0.99, 7.0, "splink", cohesion=7.0, confidence=confidence)


class Shop:
    """Four customers and three devices, to which one thing after another happens."""

    def __init__(self, graph: Graph, seed: int) -> None:
        self.graph, self.dice, self.at, self.number = graph, random.Random(seed), NOON, 0
        # Session -> its device, and its first and last sign.
        self.sessions: dict[str, tuple[str, datetime, datetime]] = {}
        write_batch(graph, batch("shop", customers=tuple(customer("shop", number) for number in PEOPLE)))

    def happen(self) -> None:
        self.at += timedelta(hours=self.dice.choice((1, 30, 400)))
        self.number += 1
        steps: tuple[Callable[[], None], ...] = (
            self.visit, self.visit, self.visit, self.log_in_later, self.resolve, self.resolve, self.look, self.consent
        )  # fmt: skip
        self.dice.choice(steps)()

    def visit(self) -> None:
        name, place = f"s{self.number}", self.dice.choice(DEVICES)
        who = self.dice.choice((None, *PEOPLE))
        self._seen(name, place, who)

    def log_in_later(self) -> None:
        """Somebody logs in, in a session that has been going on."""
        if self.sessions:
            name = self.dice.choice(list(self.sessions))
            self._seen(name, self.sessions[name][0], self.dice.choice(PEOPLE))

    def _seen(self, name: str, place: str, who: str | None) -> None:
        sign = session(name, started_at=self.at, device=device(place), customer=shop(who) if who else None)
        write_batch(self.graph, batch("web", sessions=(sign,)))
        self.sessions[name] = place, self.sessions.get(name, (place, self.at, self.at))[1], self.at

    def crowd(self, place: str) -> None:
        """So many log in that the device tells nothing any more."""
        self.at += timedelta(hours=1)
        logins = [session(f"c{n}", started_at=self.at, device=device(place), customer=shop(f"c{n}")) for n in range(60)]
        write_batch(self.graph, batch("web", sessions=tuple(logins)))

    def resolve(self) -> None:
        pairs = [(f"shop:{left}", f"shop:{right}") for left, right in (("0", "1"), ("1", "2"), ("2", "3"))]
        links = [link(*pair, self.dice.choice((0.3, 0.9))) for pair in pairs if self.dice.random() < 0.5]
        write_resolution(self.graph, resolution(self.number, self.at, *links))

    def look(self) -> None:
        page = interaction(f"m{self.number}", at=self.at, device=device(self.dice.choice(DEVICES)))
        write_batch(self.graph, batch("web", interactions=(page,)))

    def consent(self) -> None:
        state: Any = self.dice.choice(("granted", "denied", "withdrawn"))
        subject: dict[str, Any] = {"customer": shop(self.dice.choice(PEOPLE))}
        said = ConsentRecord("shop", f"f{self.number}", "marketing", state, self.at, self.at, **subject)
        write_batch(self.graph, batch("shop", consents=(said,)))

    def quiet(self, at: datetime) -> tuple[str, ...]:
        """The devices on which no session was going on at a time: of such a session the end then is not known now."""
        going = {place for place, start, end in self.sessions.values() if start <= at < end}
        return tuple(place for place in DEVICES if place not in going)


async def answers(graph: AsyncGraph, shop: Shop, level: float, at: datetime | None) -> Answers:
    """Whose every session and every device is, or was, and who every customer."""

    async def of_session(name: str) -> tuple[datetime, Recognition] | None:
        found = await recognise_session(graph, f"web:{name}", level, at)
        assert found is None or (found.as_of == at and (at is None or found.session.ended_at <= at))
        return (found.session.started_at, found.recognition) if found else None

    async def of_device(name: str) -> Recognition | None:
        return await recognise_device(graph, f"anonymous_id:{name}", level, at)

    async def of_customer(name: str) -> KnownVisitor | None:
        return await get_visitor(graph, f"shop:{name}", level, at)

    asked = [
        *((of_session, name) for name in shop.sessions),
        *((of_device, name) for name in DEVICES),
        *((of_customer, name) for name in PEOPLE),
    ]
    found = await gather(*(ask(name) for ask, name in asked))
    return {(ask.__name__, name): answer for (ask, name), answer in zip(asked, found, strict=True)}


async def test_any_time_is_read_as_it_was(graph: Graph, async_graph: AsyncGraph) -> None:
    world, then = Shop(graph, seed=3), dict[datetime, tuple[float, Answers]]()
    for step in range(STEPS):
        world.happen()
        if step == STEPS - 8:
            world.crowd("d1")
        level = LEVELS[step % 2]
        then[world.at] = level, await answers(async_graph, world, level, None)

    assert {found[1].level for _, known in then.values() for found in known.values() if isinstance(found, tuple)} == {
        *RecognitionLevel
    }
    for at, (level, known) in then.items():
        quiet = world.quiet(at)
        for (asked, name), answer in (await answers(async_graph, world, level, at)).items():
            if asked != "of_device" or name in quiet:
                assert answer == known.get((asked, name)), (at, asked, name)
    assert await answers(async_graph, world, 0.8, world.at) == await answers(async_graph, world, 0.8, None)


async def test_a_login_counts_from_its_moment_on(graph: Graph, async_graph: AsyncGraph) -> None:
    start = session("s1", started_at=NOON, ended_at=minutes(30), device=device())
    login = session("s1", started_at=minutes(20), device=device(), customer=shop("7"))
    write_batch(graph, batch("web", sessions=(start, login)))

    found: dict[float, Any] = {}
    for minute in (-0.001, 0, 19.999, 20, 40):
        then = await recognise_session(async_graph, "web:s1", 0.8, minutes(minute))
        found[minute] = then and (then.recognition.level.value, then.session.ended_at)
    assert found == {
        -0.001: None,
        0: ("unknown", NOON),
        19.999: ("unknown", minutes(19.999)),
        20: ("authenticated", minutes(20)),
        40: ("authenticated", minutes(30)),
    }


async def test_a_profile_is_found_by_who_used_the_device_then(graph: Graph, async_graph: AsyncGraph) -> None:
    logins = [
        session(f"s{who}", started_at=days(day), device=device(), customer=shop(who))
        for day, who in ((0, "1"), (5, "2"))
    ]
    visit = session("x", started_at=days(1), device=device())
    write_batch(graph, batch("shop", customers=tuple(customer("shop", who) for who in ("1", "2", "3"))))
    write_batch(graph, batch("web", sessions=(*logins, visit)))
    write_resolution(graph, resolution(1, NOON, link("shop:1", "shop:3", 0.9)))
    write_resolution(graph, resolution(2, days(9), link("shop:2", "shop:3", 0.9)))

    async def found(kind: IdentityKind, key: str, day: float) -> str | tuple[str, ...]:
        profile = await find_profile(async_graph, Identity(kind, key), 0.8, days(day))
        assert isinstance(profile, Profile | UnknownIdentity)
        return profile.reason if isinstance(profile, UnknownIdentity) else profile.members

    by_session = {day: await found(IdentityKind.SESSION, "web:x", day) for day in (0.5, 1, 6)}
    by_device = {day: await found(IdentityKind.DEVICE, "anonymous_id:d1", day) for day in (-1, 0, 6, 9)}
    assert by_session == {
        0.5: "This session was not known at that time.",
        1: ("shop:1", "shop:3"),
        6: ("shop:1", "shop:3"),
    }
    assert by_device == {
        -1: "This device was not known at that time.",
        0: ("shop:1", "shop:3"),
        6: "No customer that is known by this device had been resolved at that time.",
        9: ("shop:2", "shop:3"),
    }
