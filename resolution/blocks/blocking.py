"""Blocking: which pairs are looked at. Wide on purpose: a pair that is not looked at cannot be found.

A blocking key is a set of parts that two customers share. A key that too many customers share selects nobody, so the
number of pairs stays proportional to the number of customers; a rare name alone is enough, a common one needs company.
All keys of a customer are one list of numbers, so that Splink needs one rule and sees each pair once.

A model uses those keys that find somebody whom no other finds (``resolution.blocks.choosing``).
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import md5
from itertools import chain, combinations

import duckdb
import numpy as np
import pyarrow as pa

from graph.customers import by_key
from resolution.conditions.condition import Row
from resolution.customers.preparation import ATTRIBUTE_PREFIX, COMPARED_KINDS
from resolution.settings import ResolutionSettings

KEYS = "block_keys"
LISTS = ("emails", "phones", "hashed_emails", "identifiers")
# So many further attributes take part in keys; combinations grow with the square.
_ATTRIBUTES = 6


@dataclass(frozen=True, slots=True)
class Part:
    """A part of keys, read of a column. ``fact``: what it is about; ``alone``: it is a key by itself."""

    fact: str
    column: str
    first: int | None = None
    last: int = 0
    of_length: int | None = None
    alone: bool = True

    @property
    def sql(self) -> str:
        """SQL that gives the part, null where the column says nothing."""
        text = f'"{self.column}"'
        part = text if self.first is None else f"substring({text}, {self.first}, {self.last - self.first + 1})"
        return part if self.of_length is None else f"CASE WHEN length({text}) = {self.of_length} THEN {part} END"

    def read(self, row: Row) -> str | None:
        """The same of one prepared customer."""
        text = row.get(self.column)
        if text is None or (self.of_length is not None and len(text) != self.of_length):
            return None
        return text if self.first is None else text[self.first - 1 : self.last]


KeyName = tuple[str, ...]
"""The names of the parts of a key."""


@dataclass(frozen=True, slots=True)
class BlockingKey:
    """A key: the names of its parts, and SQL for what it is made of; where one of these is null it says nothing.

    ``most``: customers in a block. ``rows``: of which rows the SQL is asked.
    """

    parts: KeyName
    made_of: tuple[str, ...]
    most: int
    rows: str = "parts"

    @property
    def is_always_used(self) -> bool:
        """Whether every model uses it."""
        return self.parts in _ALWAYS or self.parts[0] in LISTS

    @property
    def keyed(self) -> str:
        """SQL that gives ``number`` and ``value``, a hash of what its customers share."""
        known = " AND ".join(f"{value} IS NOT NULL" for value in self.made_of)
        return f"SELECT number, hash({', '.join(self.made_of)}) AS value FROM {self.rows} WHERE {known}"


@dataclass(frozen=True, slots=True)
class Blocks:
    """What blocking did. ``pairs``: pairs in all blocks, each as often as it has keys in common."""

    pairs: int
    too_large: int


_FULL_DATE = 10
_PARTS: dict[str, Part] = {
    "given name": Part("given", "given_name"),
    "given sound": Part("given", "given_sound"),
    "given initial": Part("given", "given_name", 1, 1, alone=False),
    "family name": Part("family", "family_name"),
    "family sound": Part("family", "family_sound"),
    "family start": Part("family", "family_name", 1, 4, alone=False),
    "birth date": Part("birth", "birth_date", of_length=_FULL_DATE),
    "birth year": Part("birth", "birth_date", 1, 4, alone=False),
    "birthday": Part("birth", "birth_date", 6, 10, of_length=_FULL_DATE),
    "postcode": Part("postcode", "postcode"),
    "street": Part("street", "street"),
    "city": Part("city", "city"),
    "company": Part("company", "company"),
    "mailbox": Part("mailbox", "mailbox"),
}
# A part that follows from another: whoever shares the one shares the other, if there is one.
FOLLOWS = {
    "given name": ("given sound", "given initial"),
    "family name": ("family sound", "family start"),
    "birth date": ("birth year", "birthday"),
}
BOTH_NAMES, WHOLE_RECORD = "both names in either field", "whole record"
# Used by every model, whatever the customers were that it was trained on; so are the values of ``LISTS``.
_ALWAYS = frozenset({(BOTH_NAMES,), (WHOLE_RECORD,)})
# Facts that make a whole record. So many customers may be alike in at least so many of them, as guests who order often.
_WHOLE = ("given_name", "family_name", "birth_date", "street", "postcode", "city", "company", "mailbox")
_LEAST_FACTS = 3
_TIMES_A_BLOCK = 5
_FULL_NAMES = (("given name", "family name"), ("given sound", "family sound"))


def blocking_keys(
    columns: AbstractSet[str], settings: ResolutionSettings, chosen: AbstractSet[KeyName] | None = None
) -> Iterator[BlockingKey]:
    """The keys that these columns allow, or those of them that were ``chosen``.

    Single values, pairs of facts, full names with a third fact, whole records; values of which a customer has several.
    """
    possible = chain(_of_parts(columns, settings), _of_names(columns, settings), _of_lists(columns, settings))
    return (key for key in possible if chosen is None or key.is_always_used or key.parts in chosen)


def _of_parts(columns: AbstractSet[str], settings: ResolutionSettings) -> Iterator[BlockingKey]:
    for names in _all(parts_of(columns)):
        most = settings.largest_value_block if len(names) == 1 else settings.largest_block
        yield BlockingKey(names, tuple(f'"{name}"' for name in names), most)


def _of_names(columns: AbstractSet[str], settings: ResolutionSettings) -> Iterator[BlockingKey]:
    if {"given_name", "family_name"} <= columns:
        both = "(FROM numbered WHERE given_name IS NOT NULL AND family_name IS NOT NULL)"
        names = "least(given_name, family_name)", "greatest(given_name, family_name)"
        yield BlockingKey((BOTH_NAMES,), names, settings.largest_block, both)
    if whole := whole_record_columns(columns):
        known = " + ".join(f"({column} IS NOT NULL)::INT" for column in whole)
        texts = tuple(f"coalesce({column}, '')" for column in whole)
        enough = f"(FROM numbered WHERE {known} >= {_LEAST_FACTS})"
        yield BlockingKey((WHOLE_RECORD,), texts, settings.largest_block * _TIMES_A_BLOCK, enough)


def _of_lists(columns: AbstractSet[str], settings: ResolutionSettings) -> Iterator[BlockingKey]:
    for name in LISTS:
        if name in columns:
            listed = f"(SELECT number, unnest(list_distinct({name})) AS listed FROM numbered)"
            yield BlockingKey((name,), ("listed",), settings.largest_block, listed)


def parts_of(columns: AbstractSet[str]) -> dict[str, Part]:
    """Name -> part, for the columns that there are."""
    known = {name: part for name, part in _PARTS.items() if part.column in columns}
    known |= {kind: Part(kind, kind) for kind in COMPARED_KINDS if kind in columns}
    attributes = sorted(name for name in columns if name.startswith(ATTRIBUTE_PREFIX))[:_ATTRIBUTES]
    return known | {name: Part(name, name) for name in attributes}


def whole_record_columns(columns: AbstractSet[str]) -> list[str]:
    """The columns that make a whole record."""
    return [column for column in _WHOLE if column in columns]


def read_both_names(row: Row) -> str | None:
    """Both names in the order of the alphabet: the same for swapped ones."""
    given, family = row.get("given_name"), row.get("family_name")
    return None if given is None or family is None else "|".join(sorted((given, family)))


def read_whole_record(row: Row, columns: Sequence[str]) -> str | None:
    """A digest of everything that makes a whole record, where enough is known."""
    texts = [row.get(column) for column in columns]
    if sum(text is not None for text in texts) < _LEAST_FACTS:
        return None
    return md5("|".join(text or "" for text in texts).encode(), usedforsecurity=False).hexdigest()


def _all(parts: dict[str, Part]) -> Iterator[tuple[str, ...]]:
    yield from ((name,) for name, part in parts.items() if part.alone)
    yield from ((a, b) for a, b in combinations(parts, 2) if parts[a].fact != parts[b].fact)
    for full_name in _FULL_NAMES:
        if parts.keys() >= set(full_name):
            facts = {parts[name].fact for name in full_name}
            yield from ((*full_name, name) for name, part in parts.items() if part.fact not in facts)


def load_customers(
    connection: duckdb.DuckDBPyConnection,
    prepared: pa.Table,
    settings: ResolutionSettings,
    chosen: AbstractSet[KeyName] | None = None,
) -> Blocks:
    """Number the prepared customers and put them into blocks."""
    number_customers(connection, prepared)
    return block_customers(connection, blocking_keys(set(prepared.column_names), settings, chosen))


def number_customers(connection: duckdb.DuckDBPyConnection, prepared: pa.Table) -> None:
    """Put the prepared customers into the table ``numbered``, in the order of their keys, from 1.

    And into ``parts`` the parts of their keys, as hashes: texts would be put together again for each of a hundred keys.
    """
    numbers = pa.array(np.arange(1, prepared.num_rows + 1, dtype=np.uint32))
    connection.register("prepared", by_key(prepared).add_column(0, "number", numbers))
    connection.execute("CREATE OR REPLACE TABLE numbered AS FROM prepared")
    parts = "".join(
        f', CASE WHEN ({part.sql}) IS NOT NULL THEN hash({part.sql}) END AS "{name}"'
        for name, part in parts_of(set(prepared.column_names)).items()
    )
    connection.execute(f"CREATE OR REPLACE TABLE parts AS SELECT number{parts} FROM numbered")


def block_customers(connection: duckdb.DuckDBPyConnection, keys: Iterable[BlockingKey]) -> Blocks:
    """Put all blocks of the table ``numbered`` into ``block_members``.

    Also leaves two views: ``blocks`` (number, block), and ``customers`` with their keys as a list, as Splink blocks. A
    key whose block is too large is left out. One key after the other, so that memory holds the blocks of one only.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE block_members (block UBIGINT, size BIGINT, members UINTEGER[])")
    for place, key in enumerate(keys):
        connection.execute(f"""
            INSERT INTO block_members
            SELECT hash({place}, value) AS block, count(*), CASE WHEN count(*) <= {key.most} THEN list(number) END
            FROM ({key.keyed}) GROUP BY block HAVING count(*) > 1
        """)
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW blocks AS SELECT unnest(members) AS number, block FROM block_members"
    )
    connection.execute(f"""
        CREATE OR REPLACE TEMP VIEW customers AS
        SELECT numbered.*, coalesce({KEYS}, []::UBIGINT[]) AS {KEYS} FROM numbered
        LEFT JOIN (SELECT number, list(block ORDER BY block) AS {KEYS} FROM blocks GROUP BY number) USING (number)
    """)
    found = connection.execute("""
        SELECT coalesce(sum(size * (size - 1) // 2) FILTER (members IS NOT NULL), 0), count(*) FILTER (members IS NULL)
        FROM block_members
    """).fetchone()
    assert found is not None
    return Blocks(int(found[0]), int(found[1]))


def pair_up(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``pairs`` (number_l, number_r) of all that share a block, each once."""
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE pairs AS
        SELECT DISTINCT number_l, number_r FROM (
            SELECT number_l, unnest(members) AS number_r
            FROM (SELECT unnest(members) AS number_l, members FROM block_members)
        ) WHERE number_l < number_r
    """)
