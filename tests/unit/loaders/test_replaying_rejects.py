import os
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import GraphError
from graph.records import Batch, CustomerRecord
from graph.rows import customer_rows
from graph.writing import WriteCounts
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load
from loaders.rejects.mending import export_rows, import_rows
from loaders.rejects.model import DeadLetter, KeptLetter, Position, Reason, Stage, Status
from loaders.rejects.readers import LetterReader, ReadAgain, Readers, WrittenAgain
from loaders.rejects.replay import ReplayReport, replay
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters
from loaders.sources.rows import Row
from tests.loading import as_they_are

MAPPING = """\
source: {name: crm, kind: crm}
max_rejected: 1
inputs:
  - files: customers.*
    customer:
      external_id: id
      fields: {given_name: first, birth_date: born}
      identifiers: [{kind: email, value: mail}]
      updated_at: changed
"""
HEADER = "id,first,born,mail,changed"


@dataclass
class Crm:
    """A source with its mapping, its dead letters, and what was written last."""

    folder: Path
    letters: DeadLetters
    written: list[CustomerRecord] = field(default_factory=list[CustomerRecord])

    def map(self, text: str) -> None:
        (self.folder / "crm.yaml").write_text(text)

    def load(self, *rows: str, name: str = "customers.csv") -> None:
        header = (HEADER,) if name.endswith("csv") else ()
        (self.folder / name).write_text("\n".join((*header, *rows, "")))
        self.load_again()

    def load_again(self) -> None:
        self.written.clear()
        plan = LoadPlan(read_mappings([str(self.folder / "crm.yaml")]), rejects_dir=self.folder / "rejects")
        assert load(plan, as_they_are(self.write)).problems == []

    def replay(self, selection: Selection | None = None, readers: Readers | None = None) -> ReplayReport:
        self.written.clear()
        return replay(self.letters, selection or Selection(), readers or Readers(self.write))

    def mend(self, changes: dict[str, str], name: str = "mend.jsonl") -> list[str]:
        file = self.folder / name
        export_rows(self.letters, Selection(status=Status.OPEN), file)
        text = file.read_text()
        for before, after in changes.items():
            assert before in text
            text = text.replace(before, after)
        file.write_text(text)
        return import_rows(self.letters, file)

    def write(self, batch: Batch) -> WriteCounts:
        self.written += batch.customers
        return WriteCounts()

    def names(self) -> list[tuple[str, str | None, str | None]]:
        return [(customer.external_id, customer.given_name, customer.birth_date) for customer in self.written]

    def statuses(self) -> dict[str, tuple[Status, int]]:
        found = (kept for page in self.letters.pages(Selection()) for kept in page)
        return {
            f"{kept.letter.position.number} {kept.letter.reason.code}": (kept.status, kept.attempts) for kept in found
        }


@pytest.fixture
def crm(tmp_path: Path) -> Generator[Crm]:
    (tmp_path / "crm.yaml").write_text(MAPPING)
    with DeadLetters(tmp_path / "rejects") as letters:
        yield Crm(tmp_path, letters)


def test_the_same_bad_rows_loaded_twice_are_letters_with_two_attempts(crm: Crm) -> None:
    for _ in range(2):
        crm.load("1,Eve,31.02.1980,,2026-01-01", "2,cut")
    assert crm.statuses() == {"2 undeclared_order": (Status.OPEN, 2), "3 wrong_cells": (Status.OPEN, 2)}


@pytest.mark.parametrize(
    ("name", "cells"), [("mend.jsonl", ('["2","cut"]', '["2","Fay","","",""]')), ("mend.csv", ("2,cut", "2,Fay"))]
)
def test_mended_rows_and_cells_are_loaded_and_win(crm: Crm, name: str, cells: tuple[str, str]) -> None:
    crm.load("1,Eve,31.02.1980,,2026-01-01", "2,cut")
    (before,) = crm.written
    written = before.observed_at
    crm.mend({"31.02.1980": "1980-03-02", cells[0]: cells[1]}, name)
    report = crm.replay()
    assert sorted(crm.names()) == [("1", "Eve", "1980-03-02"), ("2", "Fay", None)]
    assert (report.replayed, report.still_open) == (2, 0)
    after = next(found for found in crm.written if found.external_id == "1")
    assert after.observed_at == written
    assert customer_rows([after, before]) == customer_rows([before, after]) == customer_rows([after])
    assert {status for status, _ in crm.statuses().values()} == {Status.REPLAYED}
    assert crm.replay().tried == 0


def test_a_mended_mapping_needs_no_change_of_rows(crm: Crm) -> None:
    crm.load("1,Eve,02.03.1980,,2026-01-01")
    crm.map(MAPPING.replace("birth_date: born", "birth_date: {column: born, format: '%d.%m.%Y'}"))
    crm.replay()
    assert crm.names() == [("1", "Eve", "1980-03-02")]
    crm.map(MAPPING)  # spoilt again: what was replayed by the mapping alone is open again
    crm.load("1,Eve,02.03.1980,,2026-01-01")
    assert crm.statuses() == {"2 undeclared_order": (Status.OPEN, 2)}


def test_what_was_mended_stays_replayed_when_its_file_comes_again(crm: Crm) -> None:
    crm.load("1,Eve,31.02.1980,,2026-01-01")
    crm.mend({"31.02.1980": "1980-03-02"})
    crm.replay()
    crm.load("1,Eve,31.02.1980,,2026-01-01")
    assert crm.statuses() == {"2 undeclared_order": (Status.REPLAYED, 2)}


def test_two_bad_values_of_a_row_are_one_row_to_mend(crm: Crm) -> None:
    crm.load("1,Eve,31.02.1980,no mail,2026-01-01")
    assert len(crm.mend({"31.02.1980": "1980-03-02"})) == 1
    report = crm.replay()
    assert (report.tried, report.replayed, report.still_open) == (2, 1, 1)
    assert len(crm.written) == 1
    assert crm.statuses() == {
        "2 undeclared_order": (Status.REPLAYED, 1),
        "2 invalid_email": (Status.OPEN, 2),
    }


def test_a_row_that_is_mended_may_show_a_bad_value(crm: Crm) -> None:
    crm.load("2,cut")
    crm.mend({'["2","cut"]': '["2","Fay","31.02.1980","",""]'})
    report = crm.replay()
    assert (report.replayed, report.found) == (1, 1)
    assert crm.names() == [("2", "Fay", None)]
    assert crm.statuses() == {"2 wrong_cells": (Status.REPLAYED, 1), "2 undeclared_order": (Status.OPEN, 1)}


def test_a_broken_line_of_json_can_be_mended_as_text(crm: Crm) -> None:
    crm.load('{"id":1,"first":"Eve"', name="customers.jsonl")
    crm.mend({r"\"Eve\"": r"\"Eve\"}"})
    crm.replay()
    assert crm.names() == [("1", "Eve", None)]


def test_a_line_that_was_rejected_for_its_byte_order_mark_is_replayed(crm: Crm) -> None:
    crm.load(name="customers.jsonl")
    reason = Reason(Stage.PARSE, "unreadable_json", "not JSON: cut off, or not UTF-8")
    place = Position(str(crm.folder / "customers.jsonl"), 1)
    mapping = str(crm.folder / "crm.yaml")
    text = '\ufeff{"id":1,"first":"Eve"}'
    crm.letters.add([DeadLetter("crm", "file", place, datetime.now(UTC), text, reason, mapping)])
    assert crm.replay().replayed == 1
    assert crm.names() == [("1", "Eve", None)]


@pytest.mark.parametrize("name", ["mend.jsonl", "mend.csv"])
def test_a_long_number_keeps_its_digits_when_its_row_is_mended(crm: Crm, name: str) -> None:
    crm.load('{"id":100000000000000000001,"born":"31.02.1980","tags":[1e2]}', name="customers.jsonl")
    crm.mend({"31.02.1980": "1980-03-02"}, name)
    crm.replay()
    assert crm.names() == [("100000000000000000001", None, "1980-03-02")]


def test_numbers_keep_their_type_in_a_spreadsheet(crm: Crm) -> None:
    crm.load('{"id":1,"born":"31.02.1980","points":5,"tags":["a"]}', name="customers.jsonl")
    crm.mend({"31.02.1980": "1980-03-02"}, "mend.csv")
    crm.replay()
    assert crm.written[0].traits == {"points": 5, "tags": ["a"]}


def test_what_is_nested_stays_so_when_its_cell_is_mended(crm: Crm) -> None:
    crm.load('{"id":1,"born":"31.02.1980","address":{"city":"Kil"},"tags":["a"]}', name="customers.jsonl")
    crm.mend({"31.02.1980": "1980-03-02", "Kil": "Kiel", '"[""a""]"': "no list"}, "mend.csv")
    crm.replay()
    assert crm.written[0].traits == {"address": {"city": "Kiel"}, "tags": "no list"}


def test_nothing_is_marked_where_the_database_refuses(crm: Crm) -> None:
    crm.load("1,Eve,31.02.1980,,2026-01-01")
    crm.mend({"31.02.1980": "1980-03-02"})

    def refuse(_: Batch) -> WriteCounts:
        raise GraphError("Neo4j failed.", "Try again.")

    with pytest.raises(GraphError):
        replay(crm.letters, Selection(), Readers(refuse))
    assert crm.statuses() == {"2 undeclared_order": (Status.OPEN, 1)}
    assert crm.replay().replayed == 1


def test_letters_of_a_connector_without_mappings_have_a_reader_of_their_own(crm: Crm) -> None:
    seen = datetime(2026, 1, 1, tzinfo=UTC)
    reason = Reason(Stage.WRITE, "timeout", "the database did not answer")
    crm.letters.add(
        DeadLetter("web", "tracking", Position("request-7", number), seen, {"userId": str(number)}, reason)
        for number in (7, 8)
    )
    written: list[Any] = []

    def read(kept: KeptLetter, row: Row) -> ReadAgain:
        return ReadAgain((row["userId"], kept.letter.received_at))

    def write(records: Sequence[Any], _run_id: str) -> WrittenAgain:
        written.extend(records)
        return WrittenAgain(WriteCounts(), refused=[1])

    left = crm.replay()
    assert left.problems == {"No mapping can read letters of web (tracking). Name one with --mapping.": 2}
    reader = LetterReader(read, write)
    report = crm.replay(readers=Readers(crm.write, connectors={"tracking": lambda _letter: reader}))
    assert (report.replayed, report.again) == (1, {("web", "refused_by_database"): 1})
    assert written == [("7", seen), ("8", seen)]


def test_many_letters_are_replayed_part_by_part(crm: Crm) -> None:
    crm.load(*(f"{number},Eve,02.03.1980,," for number in range(2_500)))
    crm.map(MAPPING.replace("birth_date: born", "birth_date: {column: born, format: '%d.%m.%Y'}"))
    sizes: list[int] = []

    def write(batch: Batch) -> WriteCounts:
        sizes.append(len(batch.customers))
        return WriteCounts()

    assert replay(crm.letters, Selection(), Readers(write)).replayed == 2_500
    assert sizes == [1_000, 1_000, 500]


def test_a_row_that_nothing_can_read_any_more_says_why(crm: Crm) -> None:
    crm.load("1,Eve,31.02.1980,,2026-01-01")
    (crm.folder / "crm.yaml").unlink()
    report: dict[str, Any] = crm.replay().as_document()
    assert report["still_open"] == 1
    assert "is neither a mapping file" in report["problems"][0]["problem"]


def test_a_row_of_a_table_is_known_again_wherever_the_reading_begins(crm: Crm) -> None:
    table = crm.folder / "crm.sqlite"
    place = "sqlite: crm.sqlite\n    table: customers\n    incremental: {column: changed}"
    crm.map(MAPPING.replace("files: customers.*", place))
    plan = LoadPlan(read_mappings([str(crm.folder / "crm.yaml")]), rejects_dir=crm.folder / "rejects")
    with closing(sqlite3.connect(table)) as database:
        database.execute("CREATE TABLE customers (id, first, born, mail, changed)")
        database.execute("INSERT INTO customers VALUES ('2', 'Eve', '31.02.1980', NULL, '2026-01-02')")
        database.commit()
        for number in range(3):
            if number == 2:
                assert crm.letters.discard(Selection()) == 1
            load(plan, as_they_are(crm.write))
            assert [kept.attempts for kept in crm.letters.newest(Selection(), 10)] == [number + 1]
            database.execute("INSERT INTO customers VALUES (?, 'Ann', NULL, NULL, '2026-01-01')", (f"a{number}",))
            database.commit()
    assert [kept.status for kept in crm.letters.newest(Selection(), 10)] == [Status.DISCARDED]


def test_a_mended_value_whose_row_is_delivered_again_is_open_and_replayed_without_mending_it_anew(crm: Crm) -> None:
    crm.map(MAPPING.replace("      updated_at: changed\n", ""))
    bad = "1,Eve,31.02.1980,,"
    crm.load(bad)
    crm.mend({"31.02.1980": "1980-03-02"})
    assert crm.replay().replayed == 1

    crm.load(bad)
    later = (crm.folder / "customers.csv").stat().st_mtime + 86_400
    os.utime(crm.folder / "customers.csv", (later, later))
    crm.load_again()
    (damaged,) = crm.written
    assert crm.statuses() == {"2 undeclared_order": (Status.OPEN, 3)}
    assert crm.replay().replayed == 1
    assert [row["birth_date"] for row in customer_rows([*crm.written, damaged])] == ["1980-03-02"]


ODD_NAMES = [
    "number",
    "source",
    "place_2",
    "place",
    "row:number",
    "",
    " a",
    "a",
    "=1+1",
    "a;b",
    'say "a"',
    "a\nb",
    "Ä_2",
    "Ä",
]


@given(st.dictionaries(st.sampled_from(ODD_NAMES), st.sampled_from(["x", "1", "=1"]), min_size=1), st.data())
def test_whatever_the_columns_of_a_row_are_called_only_its_mended_cell_changes(
    tmp_path_factory: pytest.TempPathFactory, row: dict[str, str], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("rejects")
    wrong = data.draw(st.sampled_from(sorted(row)))
    reason = Reason(Stage.STANDARDISE, "invalid_email", "not an email address", "email", row_rejected=False)
    with DeadLetters(folder) as letters:
        for number, raw in enumerate(({**row, wrong: "anna@"}, row)):
            letters.add([DeadLetter("crm", "file", Position("a.csv", number), datetime.now(UTC), raw, reason)])
        export_rows(letters, Selection(), folder / "mend.csv")
        text = (folder / "mend.csv").read_text()
        (folder / "mend.csv").write_text(text.replace("anna@", "anna@example.org"))
        mended, unchanged = letters.find(import_rows(letters, folder / "mend.csv"))
    assert mended.row() == {**row, wrong: "anna@example.org"}
    assert (unchanged.row(), unchanged.mended) == (row, None)
