# Rows that changed since the last load, each of them and no others; of SQLite and of a real PostgreSQL server.
from collections.abc import Callable, Generator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine

from graph.cursors import source_cursors
from graph.errors import SourceReadError
from graph.writing import write_batch
from loaders.connectors.memory import GraphMemory
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load
from loaders.report import LoadReport
from tests.assertions import nodes
from tests.loading import Loads, as_they_are
from tests.server_process import PASSWORD

MAPPING = """\
source: {name: crm, kind: crm}
inputs:
  - database: CRM_URL
    table: people
    incremental: {column: changed}
    customer: {external_id: id, fields: {given_name: name}, updated_at: changed}
"""
QUERY = MAPPING.replace("table: people", "query: SELECT id, name || '-Lena' AS name, changed FROM people;")


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'crm.sqlite'}"
    return request.getfixturevalue("postgresql")


BOTH = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


@pytest.fixture
def database(url: str, loads: Loads, monkeypatch: pytest.MonkeyPatch) -> Generator[Engine]:
    monkeypatch.setenv("CRM_URL", url)
    loads.mapping(MAPPING)
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    yield engine
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS people"))
    engine.dispose()


@pytest.fixture
def fill(database: Engine) -> Callable[..., None]:
    def fill(kind: str, *rows: tuple[int, str, Any]) -> None:
        with database.begin() as connection:
            connection.execute(text(f"CREATE TABLE IF NOT EXISTS people (id INTEGER, name TEXT, changed {kind})"))
            for number, name, changed in rows:
                connection.execute(text("DELETE FROM people WHERE id = :id"), {"id": number})
                row = {"id": number, "name": name, "changed": changed}
                connection.execute(text("INSERT INTO people VALUES (:id, :name, :changed)"), row)

    return fill


def read_rows(report: LoadReport) -> int:
    assert report.problems == []
    return report.rows


def names(loads: Loads) -> set[tuple[str, str]]:
    return nodes(loads.graph, "Customer", "key", "given_name")


DAYS: dict[str, list[Any]] = {
    "INTEGER": [1, 2, 9, 10],
    "TEXT": ["2026-01-01", "2026-01-02", "2026-01-09", "2026-01-10"],
}
OF_POSTGRESQL: dict[str, list[Any]] = {
    "TIMESTAMPTZ": [datetime(2026, 1, day, 12, tzinfo=UTC) for day in (1, 2, 9, 10)],
    "TIMESTAMP": [datetime(2026, 1, day, 12) for day in (1, 2, 9, 10)],  # noqa: DTZ001 -- it has none
    "DATE": [date(2026, 1, day) for day in (1, 2, 9, 10)],
    "NUMERIC": [1, 2, 9, 10],
}


def check_growth(loads: Loads, fill: Callable[..., None], kind: str, values: list[Any]) -> None:
    first, second, third, fourth = values
    loads.mapping(MAPPING.replace(", updated_at: changed", ""))
    fill(kind, (1, "Anna", first), (2, "Bob", second))
    assert read_rows(loads.load()) == 2
    assert read_rows(loads.load()) == 1, "the largest value again, because more may have got it"
    fill(kind, (3, "Cem", second), (1, "Ann", third))
    assert read_rows(loads.load()) == 3
    fill(kind, (4, "Dan", fourth))
    assert read_rows(loads.load()) == 2
    assert names(loads) == {("crm:1", "Ann"), ("crm:2", "Bob"), ("crm:3", "Cem"), ("crm:4", "Dan")}


@BOTH
@pytest.mark.parametrize("kind", list(DAYS))
def test_rows_that_changed_since_the_last_load_are_read(loads: Loads, fill: Callable[..., None], kind: str) -> None:
    check_growth(loads, fill, kind, DAYS[kind])


@POSTGRESQL
@pytest.mark.parametrize("kind", list(OF_POSTGRESQL))
def test_so_they_are_by_every_kind_of_time(loads: Loads, fill: Callable[..., None], kind: str) -> None:
    check_growth(loads, fill, kind, OF_POSTGRESQL[kind])


@BOTH
def test_a_query_is_read_on_as_a_table_is(loads: Loads, fill: Callable[..., None]) -> None:
    loads.mapping(QUERY)
    fill("TEXT", (1, "Anna", "2026-01-01"), (2, "Bob", "2026-01-02"))
    assert read_rows(loads.load()) == 2
    assert read_rows(loads.load()) == 1
    assert names(loads) == {("crm:1", "Anna-Lena"), ("crm:2", "Bob-Lena")}


@BOTH
def test_rows_without_a_value_are_read_each_time(loads: Loads, fill: Callable[..., None]) -> None:
    fill("TEXT", (1, "Anna", "2026-01-01"))
    loads.load()
    fill("TEXT", (2, "Bob", None))
    assert read_rows(loads.load()) == 2
    assert names(loads) == {("crm:1", "Anna"), ("crm:2", "Bob")}


@POSTGRESQL
def test_one_clock_that_is_wrong_does_not_end_the_reading(loads: Loads, fill: Callable[..., None]) -> None:
    fill("TIMESTAMPTZ", (1, "Anna", datetime(9999, 1, 1, tzinfo=UTC)), (2, "Bob", datetime(2026, 1, 1, tzinfo=UTC)))
    loads.load()
    fill("TIMESTAMPTZ", (3, "Cem", datetime(2026, 1, 2, tzinfo=UTC)))
    loads.load()
    assert {key for key, _ in names(loads)} == {"crm:1", "crm:2", "crm:3"}


@POSTGRESQL
def test_an_overlap_finds_rows_that_were_committed_late(loads: Loads, fill: Callable[..., None]) -> None:
    loads.mapping(MAPPING.replace("{column: changed}", "{column: changed, overlap_s: 300}"))
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    fill("TIMESTAMPTZ", (1, "Anna", now))
    loads.load()
    fill("TIMESTAMPTZ", (2, "Bob", now - timedelta(seconds=200)), (3, "Cem", now - timedelta(seconds=400)))
    loads.load()
    assert {key for key, _ in names(loads)} == {"crm:1", "crm:2"}


@POSTGRESQL
def test_texts_are_compared_as_the_cursor_compares_them(loads: Loads, fill: Callable[..., None]) -> None:
    loads.mapping(MAPPING.replace(", updated_at: changed", ""))
    fill("TEXT", (1, "Anna", "B"))
    loads.load()
    fill("TEXT", (2, "Bob", "a"))
    # A server with German or English texts sorts a before B, and would not give the row; this one may have no such.
    seen: list[str] = []

    def see(_: Any, __: Any, statement: str, *___: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", see)
    try:
        assert read_rows(loads.load()) == 2
    finally:
        event.remove(Engine, "before_cursor_execute", see)
    assert '(changed COLLATE "C") >=' in " ".join(seen)
    assert loads.cursors() == {"changed": "a"}


@BOTH
def test_a_load_that_ends_late_does_not_turn_the_cursor_back(loads: Loads, fill: Callable[..., None]) -> None:
    fill("TEXT", (1, "Anna", "2026-01-01"))
    slow: list[Any] = []
    plan = LoadPlan(read_mappings([str(loads.folder / "crm.yaml")]), memory=GraphMemory(loads.graph))
    load(plan, as_they_are(lambda batch: (slow.append(batch), write_batch(loads.graph, batch))[1]))
    fill("TEXT", (2, "Bob", "2026-01-02"))
    loads.load()
    for batch in slow:
        write_batch(loads.graph, batch)
    assert loads.cursors() == {"changed": "2026-01-02"}


@BOTH
def test_a_column_that_is_not_there_or_cannot_grow_is_told(loads: Loads, fill: Callable[..., None]) -> None:
    fill("DOUBLE PRECISION", (1, "Anna", 1.5))
    (problem,) = loads.load().problems
    assert "changed has values of the type float" in str(problem)
    assert loads.cursors() == {}


@BOTH
def test_a_refused_table_leaves_the_cursor_where_it_was(loads: Loads, fill: Callable[..., None]) -> None:
    fill("TEXT", (1, "Anna", "2026-01-01"), (2, "Bob", "never"))
    assert len(loads.load().problems) == 1
    assert loads.cursors() == {}
    fill("TEXT", (2, "Bob", "2026-01-02"))
    assert read_rows(loads.load()) == 2


@POSTGRESQL
def test_a_wrong_password_is_in_no_error(
    loads: Loads, fill: Callable[..., None], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill("TEXT", (1, "Anna", "2026-01-01"))
    monkeypatch.setenv("CRM_URL", url.replace(PASSWORD, "wrong-and-secret"))
    (problem,) = loads.load().problems
    assert isinstance(problem, SourceReadError)
    assert "the database of CRM_URL cannot be read (OperationalError)" in str(problem)
    assert "wrong-and-secret" not in str(problem)


@BOTH
def test_the_cursor_says_when_and_where_it_was_written(loads: Loads, fill: Callable[..., None]) -> None:
    fill("TEXT", (1, "Anna", "2026-01-01"))
    before = datetime.now(UTC)
    loads.load()
    (cursor,) = source_cursors(loads.graph, "crm")
    assert (cursor.input, cursor.part, cursor.position) == ("crm/$CRM_URL#people", "changed", "2026-01-01")
    assert cursor.value == '{"kind":"str","value":"2026-01-01"}'
    assert cursor.at >= before - timedelta(milliseconds=1)
