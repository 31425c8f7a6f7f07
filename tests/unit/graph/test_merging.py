import duckdb

from graph.bulk.merging import Queries

ROWS = 2_000_000


def test_a_query_that_needs_more_memory_gets_it() -> None:
    with duckdb.connect(config={"threads": 2}) as database:
        queries = Queries(database, first_mb=10)

        ((texts,),) = queries.run(f"SELECT len(list('text ' || number)) FROM range({ROWS}) numbers(number)")

    assert texts == ROWS
