from functools import partial

from graph.connection import Graph, Transaction
from graph.links import Difference
from graph.resolutions import Increment, PreparedCustomer, write_increment
from graph.runs import ScoringRun
from graph.surroundings import BlockQuery, find_block_members
from graph.writing import write_batch
from tests.assertions import edges, nodes
from tests.factories import NOON, batch, customer, minutes

PART = BlockQuery(("family_name:ilg",), 100)
# Nodes and relationships of a graph that is new have the same internal ids, from 0 on.
PEOPLE = "UNWIND range(1, 40) AS n CREATE (:Customer {key: 'crm:' + n, blocking_parts: ['family_name:ilg']})"
PAIRS = "MATCH (a:Customer), (b:Customer) WHERE a.key < b.key CREATE (a)-[:COMPARED {key: a.key + ' ~ ' + b.key}]->(b)"


def pairs(graph: Graph) -> list[dict[str, str]]:
    return [{"left": left, "right": right} for left, right in sorted(edges(graph, "COMPARED"))]


def test_nobody_is_missed_in_a_transaction_that_has_deleted_pairs(graph: Graph) -> None:
    for query in (PEOPLE, PAIRS):
        graph.driver.execute_query(query, database_=graph.database)  # pyright: ignore[reportArgumentType]
    everybody = frozenset(key for (key,) in nodes(graph, "Customer", "key"))
    gone = pairs(graph)

    with graph.rehearsing() as rehearsed:
        (first,) = rehearsed.write(lambda transaction: find_block_members(transaction, [PART])).blocks
        rehearsed.write(lambda transaction: transaction.run("erase_compared_pairs", rows=gone))
        (after,) = rehearsed.write(lambda transaction: find_block_members(transaction, [PART])).blocks

    assert first == after == everybody


def test_what_a_transaction_has_written_counts_over_what_others_see(graph: Graph) -> None:
    for query in (PEOPLE, PAIRS):
        graph.driver.execute_query(query, database_=graph.database)  # pyright: ignore[reportArgumentType]
    gone = pairs(graph)
    both = BlockQuery(("family_name:ilg", "given_name:anna"), 100)

    with graph.rehearsing() as rehearsed:
        rehearsed.write(lambda transaction: transaction.run("erase_compared_pairs", rows=gone))
        rehearsed.write(lambda transaction: transaction.written.write("crm:1", both.parts))
        rehearsed.write(lambda transaction: transaction.written.write("crm:2", ["family_name:roth"]))
        rehearsed.write(lambda transaction: transaction.written.write("crm:3"))
        of_one_name, of_both = rehearsed.write(lambda transaction: find_block_members(transaction, [PART, both])).blocks

    assert of_one_name is not None
    assert {"crm:1", "crm:4"} <= of_one_name
    assert of_one_name.isdisjoint({"crm:2", "crm:3"})
    assert len(of_one_name) == 38
    assert of_both == {"crm:1"}


def test_a_transaction_finds_whom_it_has_settled_and_so_does_the_next_one_at_once(graph: Graph) -> None:
    write_batch(graph, batch(customers=[customer("crm", str(number)) for number in range(50)]))
    nobody = Difference([], [], 0, 0)

    def settle(transaction: Transaction, number: int) -> frozenset[str] | None:
        kept = PreparedCustomer(f"crm:{number}", "{}", PART.parts, touched=0)
        run = ScoringRun("run", "model", "online", {}, NOON, minutes(number))
        write_increment(transaction, run, Increment(nobody, nobody, [kept], ()))
        return find_block_members(transaction, [PART]).blocks[0]

    for number in range(50):
        known = {f"crm:{other}" for other in range(number)}
        assert find_block_members(graph, [PART]).blocks == [known]
        assert graph.write(partial(settle, number=number)) == {*known, f"crm:{number}"}


def test_a_block_that_is_too_large_gives_nobody_unless_a_part_of_it_will_do(graph: Graph) -> None:
    graph.driver.execute_query(PEOPLE, database_=graph.database)  # pyright: ignore[reportArgumentType]
    parts = PART.parts

    asked = [BlockQuery(parts, 41), BlockQuery(parts, 40), BlockQuery(parts, 7, partly=True)]
    fitting, too_large, some = find_block_members(graph, asked).blocks

    assert fitting == frozenset(key for (key,) in nodes(graph, "Customer", "key"))
    assert too_large is None
    assert some is not None
    assert len(some) == 7
