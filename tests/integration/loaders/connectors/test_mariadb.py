# A real MariaDB server, by configuration alone: an address in the environment and the extra mysql.
from collections.abc import Generator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine, make_url

from graph.errors import SourceReadError
from tests.assertions import nodes
from tests.loading import Loads
from tests.mariadb import running_mariadb, server_program

MAPPING = """\
source: {name: crm, kind: crm}
inputs:
  - database: CRM_URL
    table: people
    incremental: {column: changed}
    customer: {external_id: id, fields: {given_name: name, birth_date: born}}
"""
DAYS = (1, 2, 9, 10)
COLUMNS: dict[str, list[Any]] = {
    "DATETIME(6)": [datetime(2026, 1, day, 12, 0, 0, 250) for day in DAYS],  # noqa: DTZ001 -- it has none
    "TIMESTAMP(6) NULL": [datetime(2026, 1, day, 12) for day in DAYS],  # noqa: DTZ001
    "DATE": [date(2026, 1, day) for day in DAYS],
    "BIGINT UNSIGNED": list(DAYS),
    "DECIMAL(20,0)": [Decimal(day) for day in DAYS],
    "VARCHAR(20)": ["A", "B", "a", "é"],
    "VARCHAR(20) CHARACTER SET latin1": ["A", "B", "a", "é"],
}


@pytest.fixture(scope="module")
def server() -> Generator[str]:
    program = server_program()
    if program is None:
        pytest.skip("no MariaDB: Debian's package mariadb-server-core is not installed")
    with running_mariadb(program) as url:
        yield url


@pytest.fixture
def database(server: str, loads: Loads, monkeypatch: pytest.MonkeyPatch) -> Generator[Engine]:
    monkeypatch.setenv("CRM_URL", server)
    loads.mapping(MAPPING)
    engine = create_engine(make_url(server).set(drivername="mysql+pymysql"))
    yield engine
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS people"))
    engine.dispose()


def fill(database: Engine, kind: str, *rows: tuple[int, str, Any]) -> None:
    table = "people (id INT PRIMARY KEY, name VARCHAR(50), born DATE, photo BLOB, vip BIT(1)"
    with database.begin() as connection:
        connection.execute(text(f"CREATE TABLE IF NOT EXISTS {table}, changed {kind})"))
        for number, name, changed in rows:
            row = {"id": number, "name": name, "changed": changed}
            statement = "REPLACE INTO people VALUES (:id, :name, '1980-02-03', x'ff00', b'1', :changed)"
            connection.execute(text(statement), row)


def read_rows(loads: Loads) -> int:
    report = loads.load()
    assert report.problems == []
    return report.rows


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_rows_that_changed_since_the_last_load_are_read(loads: Loads, database: Engine, kind: str) -> None:
    first, second, third, fourth = COLUMNS[kind]
    fill(database, kind, (1, "Jürgen", first), (2, "Bob", second))
    assert read_rows(loads) == 2
    assert read_rows(loads) == 1
    fill(database, kind, (3, "Cem", second), (1, "Björn", third))
    assert read_rows(loads) == 3
    fill(database, kind, (4, "Đan", fourth), (5, "Eve", None))
    assert read_rows(loads) == 3
    assert nodes(loads.graph, "Customer", "key", "given_name", "birth_date") == {
        (f"crm:{number}", name, "1980-02-03")
        for number, name in ((1, "Björn"), (2, "Bob"), (3, "Cem"), (4, "Đan"), (5, "Eve"))
    }


@pytest.mark.parametrize("scheme", ["mysql", "mysql+pymysql", "mariadb", "mariadb+pymysql"])
def test_an_address_may_name_its_driver_or_not(
    loads: Loads, database: Engine, server: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_URL", server.replace("mysql:", f"{scheme}:"))
    loads.mapping(
        MAPPING.replace("table: people", "query: SELECT id, CONCAT(name, '-Lena') AS name, born, changed FROM people;")
    )
    fill(database, "VARCHAR(20)", (1, "Anna", "a"), (2, "Eva", "b"))
    assert (read_rows(loads), read_rows(loads)) == (2, 1)
    assert nodes(loads.graph, "Customer", "given_name") == {("Anna-Lena",), ("Eva-Lena",)}


def test_a_server_that_is_away_is_told_without_its_password(
    loads: Loads, database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert database
    monkeypatch.setenv("CRM_URL", "mysql+pymysql://cdp:not-to-be-seen@127.0.0.1:9/crm")
    (problem,) = loads.load().problems
    assert isinstance(problem, SourceReadError)
    assert "the database of CRM_URL cannot be read (OperationalError)" in str(problem)
    assert "not-to-be-seen" not in str(problem)
