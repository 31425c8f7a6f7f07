"""A source that only sends hashes of emails meets those that send emails, and learns none of them."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import permutations
from typing import Any

import pytest

from graph.connection import AsyncGraph, Graph
from graph.customers import fetch_customers
from graph.deletion import delete_customers
from graph.records import Batch, ConsentRecord, CustomerRecord, IdentifierValue
from graph.surroundings import holders_of, read_changed
from graph.writing import write_batch
from loaders.standardise.identifiers import standardise_identifier
from tests.assertions import edges, everything, nodes
from tests.factories import batch, customer, days, identifier

ANNA = "Anna.Ilg@Example.org"
KEY = f"hashed_email:{sha256(b'anna.ilg@example.org').hexdigest()}"


def read(kind: str, text: str) -> IdentifierValue:
    value = standardise_identifier(kind, text)
    assert isinstance(value, IdentifierValue)
    return value


def holder(source: str, kind: str, text: str, **changes: Any) -> Batch:
    record: CustomerRecord = customer(source, identifiers=(read(kind, text),), **changes)
    return batch(source, customers=(record,))


def hashed(text: str, write: Callable[[str], str] = str) -> Batch:
    return holder("dmp", "hashed_email", write(sha256(text.strip().lower().encode()).hexdigest()))


def write(graph: Graph, batches: Sequence[Batch]) -> tuple[frozenset[object], frozenset[object]]:
    graph.run_alone("erase_everything")
    for each in batches:
        write_batch(graph, each)
    return everything(graph)


@pytest.mark.parametrize("written", [str.lower, str.upper, "sha256:{}".format])
def test_a_hash_meets_its_email_whichever_comes_first(graph: Graph, written: Callable[[str], str]) -> None:
    crm, shop = holder("crm", "email", ANNA, given_name="Anna"), holder("shop", "email", ANNA.lower())
    orders = [write(graph, order) for order in permutations((crm, hashed(ANNA, written), shop))]

    assert len(set(orders)) == 1
    assert edges(graph, "HAS_HASH") == {("crm:1", KEY), ("shop:1", KEY)}
    assert {pair[:2] for pair in edges(graph, "HAS_IDENTIFIER")} == {("dmp:1", KEY)}
    assert holders_of(graph, [KEY]) == {"crm:1", "dmp:1", "shop:1"}


@pytest.mark.parametrize("sent", ["Jane.Doe+news@Gmail.com", "janedoe@gmail.com"])
def test_a_hash_is_met_as_it_was_written_and_as_the_mailbox_is_called(graph: Graph, sent: str) -> None:
    write(graph, [hashed(sent), holder("crm", "email", " Jane.Doe+news@Gmail.com ")])

    found = fetch_customers(graph).to_pylist()
    assert found[0]["hashed_emails"] == found[1]["hashed_emails"] == [sha256(sent.lower().encode()).hexdigest()]


def test_a_hash_never_shows_an_email(graph: Graph) -> None:
    write(graph, [hashed(ANNA), holder("crm", "email", ANNA)])

    reached = {value for key, value in edges_of(graph) if key in {"dmp:1", KEY}}
    assert reached == {KEY}
    assert nodes(graph, "HashedEmail", "key", "value", "kind") == {(KEY, KEY.split(":")[1], "hashed_email")}
    own = read_changed(graph, ["dmp:1"], []).table().to_pylist()[0]
    assert "@" not in str(own)


def edges_of(graph: Graph) -> set[tuple[str, str]]:
    kinds = ("HAS_EMAIL", "HAS_PHONE", "HAS_IDENTIFIER", "HAS_HASH")
    return {pair[:2] for kind in kinds for pair in edges(graph, kind)}


def test_hashes_that_nobody_sent_are_not_compared(graph: Graph) -> None:
    write(graph, [holder("crm", "email", ANNA), holder("shop", "email", ANNA)])

    assert [row["hashed_emails"] for row in fetch_customers(graph).to_pylist()] == [[], []]


@pytest.mark.parametrize(
    ("email", "guard"),
    [("info@firma.example", "role"), ("x1@mailinator.com", "disposable"), ("ok@firma.example", None)],
)
def test_the_hash_of_an_address_that_says_nothing_says_nothing(graph: Graph, email: str, guard: str | None) -> None:
    first, second = (write(graph, order) for order in permutations((holder("crm", "email", email), hashed(email))))

    assert first == second
    wanted = {f"email:{email}", f"hashed_email:{sha256(email.encode()).hexdigest()}"} if guard else set[str]()
    assert nodes(graph, "Hub", "key", "guard") == {(key, guard) for key in wanted}


def test_a_hash_that_too_many_share_says_nothing_whoever_sent_it(graph: Graph) -> None:
    value = read("email", ANNA)
    people = [customer(external_id=str(n), given_name=f"Name {n}", identifiers=(value,)) for n in range(21)]
    write(graph, [hashed(ANNA), batch(customers=tuple(people))])

    assert (KEY, "shared by too many") in nodes(graph, "Hub", "key", "guard")


async def test_a_consent_given_for_a_hash_is_seen_where_the_email_is(graph: Graph, async_graph: AsyncGraph) -> None:
    value = read("hashed_email", KEY.split(":")[1])
    fact = ConsentRecord("cmp", "f1", "marketing", "denied", days(0), days(0), identifier=value)
    write(graph, [batch("cmp", consents=(fact,)), holder("crm", "email", ANNA)])

    (found,) = await async_graph.read("get_profile", key="crm:1", confidence=1.0, limit=10, events=0)
    assert [consent["key"] for consent in found["consents"]] == ["cmp:f1"]
    assert [value["kind"] for value in found["identifiers"]] == ["email"]


def test_whoever_is_deleted_leaves_the_hash_to_those_who_hold_it_too(graph: Graph) -> None:
    write(graph, [hashed(ANNA), holder("crm", "email", ANNA)])
    graph.write(lambda transaction: delete_customers(transaction, ["crm:1"]))
    assert nodes(graph, "Identifier", "key") == {(KEY,)}

    graph.write(lambda transaction: delete_customers(transaction, ["dmp:1"]))
    assert nodes(graph, "Identifier", "key") == set()


def test_who_sends_both_keeps_one_hash(graph: Graph) -> None:
    both = (read("email", ANNA), identifier("hashed_email", KEY.split(":")[1]))
    write(graph, [batch("cdp", customers=(customer("cdp", identifiers=both),))])
    assert nodes(graph, "HashedEmail", "key") == {(KEY,)}

    graph.write(lambda transaction: delete_customers(transaction, ["cdp:1"]))
    assert nodes(graph, "Identifier", "key") == set()
