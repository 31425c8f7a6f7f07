import threading
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import writing
from graph.connection import Graph
from graph.errors import GraphError
from graph.kinds import IDENTIFIER_KINDS
from graph.records import Batch, ConsentRecord
from graph.writing import WriteCounts, Written, write_batch
from tests.assertions import edges, everything, nodes
from tests.factories import batch, customer, days, device, identifier, interaction, minutes, session, shop


def test_a_customer_is_written_with_its_identifiers(graph: Graph) -> None:
    email = identifier("email", "anna@example.org", raw="Anna@Example.org", verified=True)
    counts = write_batch(graph, batch(customers=(customer(given_name="Anna", identifiers=(email,)),)))

    assert counts.customers == Written(created=1)
    assert nodes(graph, "Customer", "key", "source", "given_name") == {("crm:1", "crm", "Anna")}
    assert nodes(graph, "Email:Identifier", "key", "value") == {("email:anna@example.org", "anna@example.org")}
    assert edges(graph, "HAS_EMAIL", "raw", "verified") == {
        ("crm:1", "email:anna@example.org", "Anna@Example.org", True)
    }


def test_every_kind_of_identifier_gets_its_label_and_edge(graph: Graph) -> None:
    values = tuple(identifier(kind, "42") for kind in IDENTIFIER_KINDS)
    write_batch(graph, batch(customers=(customer(identifiers=values),)))

    for kind in IDENTIFIER_KINDS.values():
        assert (f"{kind.name}:42",) in nodes(graph, f"{kind.label}:Identifier", "key")
        assert ("crm:1", f"{kind.name}:42") in edges(graph, kind.edge)


def test_a_younger_version_wins_whatever_arrives_last(graph: Graph) -> None:
    old, young = customer(city="Bonn"), customer(city="Kiel", observed_at=days(1))
    assert write_batch(graph, batch(customers=(young,))).customers == Written(created=1)
    assert write_batch(graph, batch(customers=(old,))).customers == Written(unchanged=1)

    assert nodes(graph, "Customer", "city") == {("Kiel",)}


def test_of_two_versions_in_one_batch_the_younger_stays(graph: Graph) -> None:
    versions = (customer(city="Kiel", observed_at=days(1)), customer(city="Bonn"))
    write_batch(graph, batch(customers=versions))

    assert nodes(graph, "Customer", "city") == {("Kiel",)}


def test_a_field_that_the_source_emptied_is_emptied(graph: Graph) -> None:
    write_batch(graph, batch(customers=(customer(city="Bonn"),)))
    assert write_batch(graph, batch(customers=(customer(observed_at=days(1)),))).customers == Written(updated=1)

    assert nodes(graph, "Customer", "city") == {(None,)}


def test_an_identifier_keeps_the_interval_in_which_it_was_seen(graph: Graph) -> None:
    phone = identifier("phone", "+49301")
    for at in (days(2), days(0), days(1)):
        write_batch(graph, batch(customers=(customer(identifiers=(phone,), observed_at=at),)))

    ((_, _, first, last),) = edges(graph, "HAS_PHONE", "first_seen_at", "last_seen_at")
    assert (first.to_native(), last.to_native()) == (days(0), days(2))


def test_a_customer_named_before_its_record_arrives_is_filled_in_later(graph: Graph) -> None:
    write_batch(graph, batch("web", sessions=(session(customer=shop("7"), device=device()),)))
    assert nodes(graph, "Customer", "key", "given_name") == {("shop:7", None)}

    counts = write_batch(graph, batch("shop", customers=(customer("shop", "7", given_name="Anna"),)))
    assert counts.customers == Written(created=1)
    assert nodes(graph, "Customer", "key", "given_name") == {("shop:7", "Anna")}


def test_a_device_belongs_to_who_logged_in_on_it(graph: Graph) -> None:
    visits = tuple(
        session(f"s{number}", started_at=days(number), device=device(), customer=shop("7") if number else None)
        for number in range(3)
    )
    for _ in range(2):
        write_batch(graph, batch("web", sessions=visits))

    assert edges(graph, "USED", "logins") == {("shop:7", "anonymous_id:d1", 2)}
    assert len(edges(graph, "ON_DEVICE")) == 3


def test_an_interaction_hangs_on_its_session_or_else_on_its_customer(graph: Graph) -> None:
    viewed = interaction("m1", device=device(), session_id="s1")
    called = interaction("m2", customer=shop("7"))
    write_batch(graph, batch("web", sessions=(session(device=device()),), interactions=(viewed, called)))

    assert edges(graph, "IN_SESSION") == {("web:m1", "web:s1")}
    assert edges(graph, "DID") == {("shop:7", "web:m2")}
    assert nodes(graph, "Interaction", "key", "owner") == {("web:m1", "anonymous_id:d1"), ("web:m2", "shop:7")}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_messages_with_one_id_the_earlier_stays(graph: Graph, order: tuple[int, int]) -> None:
    messages = (interaction(customer=shop("1")), interaction(customer=shop("2"), at=minutes(5)))
    for position in order:
        write_batch(graph, batch("web", interactions=(messages[position],)))

    assert nodes(graph, "Interaction", "owner") == {("shop:1",)}
    assert edges(graph, "DID") == {("shop:1", "web:m1")}


def test_a_consent_stays_where_it_was_given(graph: Graph) -> None:
    email = identifier("email", "anna@example.org")
    fact = ConsentRecord("email", "f1", "marketing", "granted", days(0), days(0), channel="email", identifier=email)
    for _ in range(2):
        write_batch(graph, batch("email", consents=(fact,)))

    assert edges(graph, "STATED_FOR") == {("email:f1", "email:anna@example.org")}
    assert nodes(graph, "ConsentFact", "purpose", "state") == {("marketing", "granted")}


# Each is of less effect than the next.
VERSIONS = (
    ConsentRecord("crm", "f1", "marketing", "withdrawn", days(0), days(9), customer=shop("1")),
    ConsentRecord("crm", "f1", "marketing", "withdrawn", days(1), days(1), customer=shop("1")),
    ConsentRecord("crm", "f1", "marketing", "granted", days(1), days(2), identifier=identifier("email", "a@x.org")),
    ConsentRecord("crm", "f1", "marketing", "denied", days(1), days(2), customer=shop("2")),
    ConsentRecord("crm", "f1", "marketing", "withdrawn", days(1), days(2), device=device()),
)


@pytest.mark.parametrize(("earlier", "later"), list(pairwise(VERSIONS)))
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_versions_of_a_consent_the_one_that_takes_effect_last_counts(
    graph: Graph, earlier: ConsentRecord, later: ConsentRecord, order: tuple[int, int]
) -> None:
    versions = [(earlier, later)[position] for position in order]
    counts = [write_batch(graph, batch(consents=(version,))).consents for version in (*versions, later)]
    apart = everything(graph)
    graph.run_alone("erase_everything")
    together = write_batch(graph, batch(consents=tuple(versions))).consents

    became = Written(updated=1) if order == (0, 1) else Written(unchanged=1)
    assert counts == [Written(created=1), became, Written(unchanged=1)]
    assert together == Written(created=1, unchanged=1)
    assert everything(graph) == apart
    assert nodes(graph, "ConsentFact", "state") == {(later.state,)}
    subject = later.customer or later.identifier or later.device
    assert subject
    assert edges(graph, "STATED_FOR") == {("crm:f1", subject.key)}


def test_a_consent_that_was_written_before_contents_had_hashes_is_written_anew_once(graph: Graph) -> None:
    fact = batch(consents=(VERSIONS[0],))
    write_batch(graph, fact)
    graph.driver.execute_query("MATCH (f:ConsentFact) REMOVE f.content_hash", database_=graph.database)

    assert [write_batch(graph, fact).consents for _ in range(2)] == [Written(updated=1), Written(unchanged=1)]
    assert edges(graph, "STATED_FOR") == {("crm:f1", "shop:1")}


def test_a_batch_that_fails_leaves_nothing(graph: Graph) -> None:
    longer_than_an_index_takes = identifier("email", "a" * 40_000)
    refused = batch(customers=(customer(), customer(external_id="2", identifiers=(longer_than_an_index_takes,))))
    with pytest.raises(GraphError):
        write_batch(graph, refused)

    assert nodes(graph, "Customer", "key") == set()


def test_writers_at_the_same_time_lose_nothing(graph: Graph) -> None:
    shared = identifier("email", "family@example.org")
    batches = [
        batch(customers=tuple(customer(external_id=str(n), identifiers=(shared,)) for n in range(w, w + 40)))
        for w in range(0, 160, 20)
    ]
    writers = [threading.Thread(target=write_batch, args=(graph, part)) for part in batches]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert len(nodes(graph, "Customer", "key")) == 180
    assert len(edges(graph, "HAS_EMAIL")) == 180


# --- any order, any repetition ---------------------------------------------------------------------------------------

_emails = st.lists(st.sampled_from(["a@x.org", "b@x.org"]).map(lambda value: identifier("email", value)), max_size=2)
_times = st.integers(0, 3).map(lambda hours: days(0) + timedelta(hours=hours))
_customers = st.builds(
    customer,
    external_id=st.sampled_from(["1", "2", "3"]),
    observed_at=_times,
    city=st.sampled_from([None, "Bonn", "Kiel"]),
    identifiers=_emails.map(tuple),
)
_accounts = st.sampled_from(["1", "2"]).map(shop)
_devices = st.sampled_from(["d1", "d2"]).map(device)
_sessions = st.builds(
    session,
    session_id=st.sampled_from(["s1", "s2"]),
    started_at=_times,
    device=_devices,
    customer=st.none() | _accounts,
    entry_page=st.sampled_from([None, "/", "/contract"]),
)
_interactions = st.builds(
    interaction,
    message_id=st.sampled_from(["m1", "m2", "m3"]),
    at=_times,
    customer=st.none() | _accounts,
    device=_devices,
    session_id=st.sampled_from([None, "s1", "s2"]),
)
_consents = st.builds(
    replace,
    st.sampled_from(VERSIONS),
    fact_id=st.sampled_from(["f1", "f2"]),
    state=st.sampled_from(["granted", "denied", "withdrawn"]),
    effective_at=_times,
    recorded_at=_times,
)
_batches = st.builds(
    batch,
    st.just("web"),
    customers=st.lists(_customers, max_size=3).map(tuple),
    sessions=st.lists(_sessions, max_size=3).map(tuple),
    interactions=st.lists(_interactions, max_size=3).map(tuple),
    consents=st.lists(_consents, max_size=3).map(tuple),
)


@settings(max_examples=15)
@given(batches=st.lists(_batches, min_size=1, max_size=4), data=st.data())
def test_any_order_and_any_repetition_of_batches_gives_the_same_graph(
    graph: Graph, batches: list[Batch], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations([*batches, *data.draw(st.lists(st.sampled_from(batches), max_size=2))]))

    assert _written(graph, shuffled)[0] == _written(graph, batches)[0]


@settings(max_examples=30)
@given(facts=st.lists(_consents, min_size=2, max_size=8), data=st.data())
def test_any_order_and_any_batches_of_consents_give_the_same_graph(
    graph: Graph, facts: list[ConsentRecord], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(facts))
    size = data.draw(st.integers(1, len(facts)))
    parts = [batch(consents=tuple(shuffled[first : first + size])) for first in range(0, len(shuffled), size)]

    written, counts = _written(graph, parts)
    assert written == _written(graph, [batch(consents=tuple(facts))])[0]
    assert counts.consents.created == len({fact.fact_id for fact in facts})
    for fact_id, state in nodes(graph, "ConsentFact", "key", "state"):
        versions = [fact for fact in facts if f"crm:{fact.fact_id}" == fact_id]
        last = max((fact.effective_at, fact.recorded_at) for fact in versions)
        withdrawn = any(
            (fact.effective_at, fact.recorded_at) == last and fact.state == "withdrawn" for fact in versions
        )
        assert (state == "withdrawn") == withdrawn


@settings(max_examples=15)
@given(batches=st.lists(_batches, min_size=1, max_size=4))
def test_customers_written_in_one_statement_end_and_count_as_those_written_in_several(
    graph: Graph, batches: list[Batch]
) -> None:
    assert _written(graph, batches) == _written(graph, batches, rows_joined=-1)


def _written(graph: Graph, batches: list[Batch], rows_joined: int = writing.ROWS_JOINED) -> tuple[object, WriteCounts]:
    graph.run_alone("erase_everything")
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(writing, "ROWS_JOINED", rows_joined)
        counts = sum((write_batch(graph, part) for part in batches), WriteCounts())
    return everything(graph), counts
