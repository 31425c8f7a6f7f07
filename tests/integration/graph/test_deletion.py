# Whoever is deleted is gone, with everything that is theirs alone, and nobody else loses anything.
from graph.connection import Graph
from graph.deletion import delete_customers
from graph.records import ConsentRecord, CustomerRef
from graph.writing import write_batch
from tests.assertions import edges, nodes
from tests.factories import batch, crm, customer, days, device, identifier, interaction, session, shop

EMAIL = identifier("email", "anna@example.org")


def delete(graph: Graph, *customers: str) -> None:
    graph.write(lambda transaction: delete_customers(transaction, customers))


def test_what_several_share_goes_with_all_of_them(graph: Graph) -> None:
    write_batch(graph, batch("crm", customers=(customer("crm", "1", identifiers=(EMAIL,)),)))
    write_batch(graph, batch("shop", customers=(customer("shop", "1", identifiers=(EMAIL,)),)))

    delete(graph, "crm:1", "shop:1")

    assert nodes(graph, "Customer", "key") == set()
    assert nodes(graph, "Identifier", "key") == set()


def test_what_somebody_else_holds_stays(graph: Graph) -> None:
    for key in ("1", "2", "3"):
        write_batch(graph, batch(customers=(customer("crm", key, identifiers=(EMAIL,)),)))

    delete(graph, "crm:1", "crm:2")

    assert edges(graph, "HAS_EMAIL") == {("crm:3", "email:anna@example.org")}


def test_what_somebody_did_in_a_session_goes_with_them(graph: Graph) -> None:
    def ordered(message: str, who: CustomerRef | None) -> None:
        visit = session("s1", "web", device=device(), customer=who)
        happened = interaction(message, "web", customer=who, device=device(), session_id="s1", name="Order Completed")
        write_batch(graph, batch("web", sessions=(visit,), interactions=(happened,)))

    ordered("m1", shop("1"))
    ordered("m2", crm("2"))
    ordered("m3", None)
    delete(graph, "shop:1")

    assert nodes(graph, "Interaction", "key") == {("web:m2",), ("web:m3",)}


def test_what_was_stated_for_an_address_goes_with_it(graph: Graph) -> None:
    holders = [customer("crm", key, identifiers=(EMAIL,)) for key in ("1", "2")]
    fact = ConsentRecord("crm", "f1", "marketing", "granted", days(0), days(0), channel="email", identifier=EMAIL)
    write_batch(graph, batch(customers=tuple(holders), consents=(fact,)))

    delete(graph, "crm:1")
    assert nodes(graph, "ConsentFact", "key") == {("crm:f1",)}
    delete(graph, "crm:2")
    assert nodes(graph, "ConsentFact", "key") == set()
