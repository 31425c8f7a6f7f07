"""Sampling: all pairs around some of the customers, and by which keys each of them is found.

Training looks at these pairs, and what they show tells which keys are worth using (``resolution.blocks.choosing``).
"""

from collections.abc import Iterable, Sequence

import duckdb
import pyarrow as pa

from resolution.blocks.blocking import BlockingKey


def pairs_around(
    connection: duckdb.DuckDBPyConnection, keys: Sequence[BlockingKey], most: int, wanted: Iterable[str] = ()
) -> float:
    """Sample the pairs of the table ``numbered``: around so many customers, drawn by hash, and around those ``wanted``.

    Makes the table ``around`` (``number_l``, ``number_r``, ``keys``: places of those that find the pair; ``drawn``:
    because of a customer who was drawn), and gives for how many pairs of all customers each stands that was drawn. A
    pair is in the sample when one of its two customers is, and which of them is decided by hash as well, so that every
    pair has the same chance.
    """
    customers, drawn = _draw(connection, most, wanted)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE met (number_l UINTEGER, number_r UINTEGER, key USMALLINT, drawn BOOL)"
    )
    for place, key in enumerate(keys):
        connection.execute(f"INSERT INTO met {_met(place, key)}")
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE around AS
        SELECT number_l, number_r, list(key ORDER BY key) AS keys, bool_or(drawn) AS drawn
        FROM met GROUP BY ALL ORDER BY number_l, number_r
    """)
    connection.execute("DROP TABLE met")
    return customers / max(drawn, 1)


def _draw(connection: duckdb.DuckDBPyConnection, most: int, wanted: Iterable[str]) -> tuple[int, int]:
    """Make the table ``anchors``; gives how many customers there are and how many of them were drawn by hash."""
    connection.register("wanted", pa.table({"key": pa.array(sorted(wanted), pa.string())}))
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE anchors AS
        SELECT number, place <= {most} AS drawn
        FROM (SELECT number, key, row_number() OVER (ORDER BY md5(key), key) AS place FROM numbered)
        WHERE place <= {most} OR key IN (SELECT key FROM wanted)
    """)
    counted = connection.execute(
        "SELECT (SELECT count(*) FROM numbered), count(*) FILTER (drawn) FROM anchors"
    ).fetchone()
    assert counted is not None
    return int(counted[0]), int(counted[1])


def _met(place: int, key: BlockingKey) -> str:
    """SQL that gives the pairs of one key around the anchors, each from the side of the customer that stands for it."""
    return f"""
        WITH keyed AS ({key.keyed}),
        near AS (
            SELECT list(number) AS members FROM keyed
            WHERE value IN (SELECT value FROM keyed WHERE number IN (SELECT number FROM anchors))
            GROUP BY value HAVING count(*) BETWEEN 2 AND {key.most}
        ),
        pairs AS (
            SELECT anchor, drawn, unnest(members) AS other
            FROM (SELECT unnest(members) AS anchor, members FROM near) JOIN anchors ON anchor = anchors.number
        )
        SELECT least(anchor, other), greatest(anchor, other), {place}, drawn FROM pairs
        WHERE anchor <> other
        AND (hash(least(anchor, other)::BIGINT, greatest(anchor, other)::BIGINT) % 2 = 0) = (anchor < other)
    """
