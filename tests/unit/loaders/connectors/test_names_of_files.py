# Files of one name in several folders are read each by itself, and what was read under the old, bare name is not lost.
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graph.records import SourceCursor
from loaders.connectors.choice import connector_of
from loaders.connectors.protocol import Connector, Cursor
from loaders.mappings.reading import folders_of, read_mappings
from loaders.sources.rows import CursorPart, ReadRow

DATABASES = """\
source: {name: shop, kind: shop}
inputs:
  - sqlite: "FOLDER*/shop.db"
    table: people
    incremental: {column: id}
    customer: {external_id: id, fields: {given_name: name}}
"""
FILES = """\
source: {name: crm, kind: crm}
inputs:
  - files: "FOLDER*/people.csv"
    once: true
    customer: {external_id: id}
"""


def connector(folder: Path, mapping: str, place: str = "") -> Connector:
    (folder / "map.yaml").write_text(mapping.replace("FOLDER", place))
    (found,) = read_mappings([str(folder / "map.yaml")])
    return connector_of(found, 0, folders_of(found, None))


def database(file: Path, *ids: int) -> None:
    file.parent.mkdir(exist_ok=True, parents=True)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS people (id INTEGER, name TEXT)")
        connection.executemany("INSERT INTO people VALUES (?, 'Anna')", [(number,) for number in ids])


def table(file: Path, modified_s: int) -> None:
    file.parent.mkdir(exist_ok=True, parents=True)
    file.write_text("id\n1\n")
    os.utime(file, (modified_s, modified_s))


def kept(parts: Iterable[CursorPart]) -> Cursor:
    now = datetime.now(UTC)
    return {part.part: SourceCursor("shop", at=now, **asdict(part)) for part in parts}


def read(found: Connector, cursor: Cursor | None = None) -> tuple[dict[str, int], Cursor]:
    """The rows of each delivery, and the cursor after all of them."""
    known, rows = dict(cursor or {}), dict[str, int]()
    for delivery in found.read(known):
        rows[delivery.name] = sum(isinstance(row, ReadRow) for row in delivery.read())
        known |= kept(delivery.after())
    return rows, known


@pytest.mark.parametrize("is_outside", [False, True])
def test_databases_of_one_name_do_not_hide_each_others_rows(tmp_path: Path, is_outside: bool) -> None:  # noqa: FBT001
    folder, data = tmp_path / "data", tmp_path / "elsewhere" if is_outside else tmp_path / "data"
    folder.mkdir()
    database(data / "a" / "shop.db", 1, 2, 3)
    database(data / "b" / "shop.db", 1)
    shop = connector(folder, DATABASES, f"{data}/" if is_outside else "")
    before = f"{data}/" if is_outside else ""
    rows, cursor = read(shop)
    assert rows == {f"{before}a/shop.db#people": 3, f"{before}b/shop.db#people": 1}
    assert {part: found.position for part, found in cursor.items()} == {
        f"{before}a/shop.db:id": 3,
        f"{before}b/shop.db:id": 1,
    }
    database(data / "b" / "shop.db", 2)
    assert read(shop, cursor)[0] == {f"{before}a/shop.db#people": 1, f"{before}b/shop.db#people": 2}


def test_a_database_is_read_on_from_a_cursor_under_its_bare_name(tmp_path: Path) -> None:
    database(tmp_path / "a" / "shop.db", 1, 2, 3)
    shop = connector(tmp_path, DATABASES)
    old = kept([CursorPart(shop.input, "shop.db:id", 3, '{"kind":"int","value":3}')])
    rows, cursor = read(shop, old)
    assert rows == {"a/shop.db#people": 1}
    database(tmp_path / "b" / "shop.db", 1)
    assert read(shop, old)[0] == {"a/shop.db#people": 3, "b/shop.db#people": 1}, "nobody knows whose it is"
    assert read(shop, cursor)[0] == {"a/shop.db#people": 1, "b/shop.db#people": 1}
    (tmp_path / "a" / "shop.db").unlink()
    assert read(shop, cursor)[0] == {"b/shop.db#people": 1}, "it was another one's"


def test_files_of_one_name_outside_are_each_loaded_once(tmp_path: Path) -> None:
    folder, outside = tmp_path / "data", tmp_path / "drop"
    folder.mkdir()
    table(outside / "north" / "people.csv", 1_000)
    table(outside / "south" / "people.csv", 2_000)
    crm = connector(folder, FILES, f"{outside}/")
    rows, cursor = read(crm)
    assert rows == {f"{outside}/north/people.csv": 1, f"{outside}/south/people.csv": 1}
    table(outside / "north" / "people.csv", 1_500)
    assert read(crm, cursor)[0] == {f"{outside}/north/people.csv": 1}


def test_a_file_outside_that_was_loaded_under_its_bare_name_is_not_loaded_again(tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "drop" / "north" / "people.csv"
    folder.mkdir()
    table(file, 1_000)
    crm = connector(folder, FILES, f"{tmp_path}/drop/")
    (new,) = read(crm)[1].values()
    old = kept([CursorPart(crm.input, "people.csv", str(new.value))])
    assert read(crm, old)[0] == {}
    table(file, 2_000)
    assert read(crm, old)[0] == {str(file): 1}


def test_a_file_within_the_folder_of_the_data_is_not_taken_for_another(tmp_path: Path) -> None:
    table(tmp_path / "north" / "people.csv", 1_000)
    crm = connector(tmp_path, FILES)
    of_another = kept([CursorPart(crm.input, "people.csv", "9")])
    assert read(crm, of_another)[0] == {"north/people.csv": 1}
