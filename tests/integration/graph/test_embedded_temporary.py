from neo4j import GraphDatabase

from graph.address import Address


def test_the_server_of_a_test_run_answers(neo4j_address: Address) -> None:
    with GraphDatabase.driver(neo4j_address.uri) as driver:
        assert driver.get_server_info().agent == "Neo4j/5.26.29"
