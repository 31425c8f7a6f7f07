# However many write at the same time, the graph is the one that a single writer makes.
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from threading import Barrier
from typing import Any

from graph.connection import Graph
from graph.messages import write_messages
from graph.records import (
    Batch,
    ConsentRecord,
    CustomerRecord,
    CustomerRef,
    DeviceRef,
    IdentifierValue,
    InteractionRecord,
    MessageRecords,
    SessionRecord,
    Snapshot,
    SourceCursor,
)
from graph.writing import write_batch
from tests.assertions import edges, everything, nodes
from tests.factories import NOON, batch, customer, days, device, identifier, interaction, minutes, session

WRITERS, LIVE = 32, 8
Write = Callable[[Graph], object]

_KINDS = ("email", "phone", "user_id", "loyalty_card")
SHARED = [identifier(kind, f"{kind}-{number}") for kind in _KINDS for number in range(4)]
HUB = identifier("email", "test@test.com")


def _identifiers(dice: Random) -> tuple[IdentifierValue, ...]:
    found = dice.sample(SHARED, dice.randint(0, 3))
    return (*found, HUB) if dice.random() < 0.7 else tuple(found)


def _customer(dice: Random, source: str) -> CustomerRecord:
    number, version = dice.randrange(40), dice.randrange(3)
    # What a version says follows from who and which, so that all writers tell the same.
    told = Random(f"{source} {number} {version}")
    return customer(
        source,
        str(number),
        observed_at=days(version),
        # About as many names hold the hub as make it one, so that it is told by who writes last.
        given_name=f"Name {told.choice([number, number % 8])}",
        city=told.choice(["Bonn", "Kiel", None]),
        identifiers=_identifiers(told),
    )


def _of(dice: Random, source: str) -> CustomerRef:
    return CustomerRef(source, str(dice.randrange(40)))


def _device(dice: Random) -> DeviceRef:
    return device(f"d{dice.randrange(5)}")


def _session(dice: Random) -> SessionRecord:
    number = dice.randrange(12)
    return session(
        f"s{number}",
        started_at=minutes(dice.randrange(30)),
        device=device(f"d{number % 5}"),
        customer=CustomerRef("shop", str(dice.randrange(6))) if dice.random() < 0.5 else None,
        entry_page=dice.choice([None, "/", "/contract"]),
        campaign=dice.choice([None, "may", "june"]),
    )


def _interaction(dice: Random) -> InteractionRecord:
    """Of a few ids there are many versions, and the earliest counts."""
    number = dice.randrange(60)
    at = minutes(dice.randrange(20))
    told = Random(f"{number} {at}")
    if number % 2:
        return interaction(f"m{number}", at=at, customer=_of(told, "shop"), amount=float(told.randrange(9)))
    return interaction(f"m{number}", at=at, device=_device(told), session_id=f"s{told.randrange(12)}")


def _consent(dice: Random, source: str) -> ConsentRecord:
    number, version = dice.randrange(30), dice.randrange(4)
    told = Random(f"{source} {number} {version}")
    subjects: list[dict[str, Any]] = [
        {"customer": _of(told, source)},
        {"identifier": told.choice(SHARED)},
        {"device": _device(told)},
    ]
    state, effective_at = told.choice(["granted", "withdrawn"]), days(version // 2)
    given = told.choice(subjects)
    return ConsentRecord(source, f"f{number}", "marketing", state, effective_at, days(0), channel="email", **given)


def a_batch(dice: Random) -> Batch:
    """A part of the same little world as everybody else's."""
    source = dice.choice(["crm", "shop", "web"])
    records: dict[str, Any] = {"consents": tuple(_consent(dice, source) for _ in range(6))}
    if source == "web":
        records["sessions"] = tuple(_session(dice) for _ in range(8))
        records["interactions"] = tuple(_interaction(dice) for _ in range(25))
    else:
        records["customers"] = tuple(_customer(dice, source) for _ in range(20))
        records["snapshot"] = Snapshot("customers", days(1))
    position = dice.randrange(100)
    records["cursors"] = (SourceCursor(source, "input", "part", position, NOON, str(position)),)
    return batch(source, **records)


def a_group(dice: Random) -> list[MessageRecords]:
    """Live messages, many of which others send as well; their devices and identifiers are those of the batches."""
    return [_message(dice.randrange(80)) for _ in range(30)]


def _message(number: int) -> MessageRecords:
    dice = Random(f"message {number}")
    who, where, at = CustomerRef("app", str(number % 5)), _device(dice), minutes(number * 7 % 200)
    is_known = number % 3 == 0
    happened = interaction(f"live{number}", "app", at=at, device=where, customer=who if is_known else None, is_cut=True)
    if not is_known:
        return MessageRecords(happened)
    record = customer(
        "app", who.external_id, observed_at=at, family_name=f"Name {number}", identifiers=_identifiers(dice)
    )
    seen = session("", "app", started_at=at, device=where, customer=who, is_cut=True)
    return MessageRecords(happened, record, seen)


def work(writer: int) -> Write:
    """What one writer writes; a process would do no other, with a connection of its own."""
    dice = Random(writer)
    return partial(_live, messages=a_group(dice)) if writer < LIVE else partial(write_batch, batch=a_batch(dice))


def _live(graph: Graph, messages: Sequence[MessageRecords]) -> None:
    write_messages(graph, messages, "live")


def write_at_once(graph: Graph, works: Sequence[Write]) -> None:
    """Each in a thread of its own, all beginning together."""
    start = Barrier(len(works))

    def write(work: Write) -> None:
        start.wait(60)
        work(graph)

    with ThreadPoolExecutor(len(works)) as threads:
        list(threads.map(write, works))


def test_thirty_two_writers_make_the_graph_of_one(graph: Graph) -> None:
    works = [work(writer) for writer in range(WRITERS)]
    for each in works:
        each(graph)
    alone = everything(graph)
    graph.run_alone("erase_everything")
    write_at_once(graph, works)
    assert _difference(everything(graph), alone) == ()


def test_of_many_versions_of_a_message_the_earliest_stays_whoever_writes_last(graph: Graph) -> None:
    numbers = list(range(WRITERS))
    Random(1).shuffle(numbers)
    versions = [interaction(at=minutes(number), customer=CustomerRef("shop", str(number))) for number in numbers]
    write_at_once(graph, [partial(write_batch, batch=batch("web", interactions=(one,))) for one in versions])
    assert edges(graph, "DID") == {("shop:0", "web:m1")}
    assert {str(at)[:16] for (at,) in nodes(graph, "Interaction", "at")} == {"2026-03-01T12:00"}


def test_every_login_on_a_device_is_counted_whichever_half_of_it_comes_first(graph: Graph) -> None:
    on_device = [session(f"s{number}", device=device()) for number in range(WRITERS // 2)]
    logins = [session(f"s{number}", customer=CustomerRef("shop", "7")) for number in range(WRITERS // 2)]
    write_at_once(graph, [partial(write_batch, batch=batch("web", sessions=(one,))) for one in (*on_device, *logins)])
    assert edges(graph, "USED", "logins") == {("shop:7", "anonymous_id:d1", WRITERS // 2)}


def _difference(found: tuple[frozenset[Any], frozenset[Any]], expected: tuple[frozenset[Any], frozenset[Any]]) -> Any:
    """Short enough to read: the first few that are there and should not be, or are missing."""
    parts = [(part - other, other - part) for part, other in zip(found, expected, strict=True)]
    return tuple((sorted(map(str, more))[:5], sorted(map(str, less))[:5]) for more, less in parts if more or less)
