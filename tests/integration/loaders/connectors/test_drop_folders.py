import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
import typer
from typer.testing import CliRunner

from graph.errors import SourceReadError, TooManyRejectionsError
from loaders.commands import load_command
from loaders.connectors.choice import connector_of
from loaders.mappings.reading import read_mappings
from loaders.report import LoadReport
from tests.assertions import nodes
from tests.loading import Loads

MAPPING = """\
source: {name: crm, kind: crm, revision: REVISION}
inputs:
  - files: inbox/*.csv
    done: DONE
    customer: {external_id: id, fields: {given_name: first}}
"""


def mapping(done: str = '"{name}.done"', revision: int = 0) -> str:
    return MAPPING.replace("DONE", done).replace("REVISION", str(revision))


@pytest.fixture
def inbox(loads: Loads) -> Path:
    loads.mapping(mapping())
    folder = loads.folder / "inbox"
    folder.mkdir()
    return folder


def drop(inbox: Path, name: str, *rows: str, is_done: bool = True) -> Path:
    path = inbox / f"{name}.csv"
    path.write_text("\n".join(("id,first", *rows, "")))
    if is_done:
        (inbox / f"{name}.csv.done").touch()
    return path


def loaded(report: LoadReport) -> list[str]:
    return [delivery.delivery for delivery in report.deliveries if delivery.problem is None]


def test_a_file_is_taken_when_its_marker_is_there_and_only_once(loads: Loads, inbox: Path) -> None:
    drop(inbox, "a", "1,Anna")
    drop(inbox, "b", "2,Bob", is_done=False)
    assert loaded(loads.load()) == ["inbox/a.csv"]
    assert loaded(loads.load()) == []
    (inbox / "b.csv.done").touch()
    assert loaded(loads.load()) == ["inbox/b.csv"]
    assert nodes(loads.graph, "Customer", "key", "given_name") == {("crm:1", "Anna"), ("crm:2", "Bob")}


def test_a_folder_can_have_one_marker_for_all_its_files(loads: Loads, inbox: Path) -> None:
    loads.mapping(mapping("_SUCCESS"))
    drop(inbox, "a", "1,Anna", is_done=False)
    drop(inbox, "b", "2,Bob", is_done=False)
    assert loaded(loads.load()) == []
    (inbox / "_SUCCESS").touch()
    assert loaded(loads.load()) == ["inbox/a.csv", "inbox/b.csv"]


def test_a_file_that_is_written_again_is_loaded_again(loads: Loads, inbox: Path) -> None:
    path = drop(inbox, "a", "1,Anna")
    loads.load()
    drop(inbox, "a", "1,Anna", "2,Bob")
    assert loads.load().written.customers.created == 1
    os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 3_600))
    assert loaded(loads.load()) == [], "an older version than the one that was loaded"


def test_another_file_with_the_time_of_the_one_that_was_loaded_is_loaded_once(loads: Loads, inbox: Path) -> None:
    at = drop(inbox, "a", "1,Annabella").stat().st_mtime_ns
    loads.load()
    os.utime(drop(inbox, "a", "2,Bo"), ns=(at, at))
    assert loaded(loads.load()) == ["inbox/a.csv"]
    assert loaded(loads.load()) == []
    assert nodes(loads.graph, "Customer", "key") == {("crm:1",), ("crm:2",)}


def test_a_file_that_is_taken_away_meanwhile_is_told_and_holds_nobody_up(loads: Loads, inbox: Path) -> None:
    paths = [drop(inbox, name, "1,Anna") for name in "abc"]
    (found,) = read_mappings([str(loads.folder / "crm.yaml")])
    deliveries = connector_of(found, 0, (loads.folder,)).read({})
    first = next(deliveries)
    paths[1].unlink()
    gone, last = deliveries
    assert [len(list(delivery.read())) for delivery in (first, last)] == [1, 1]
    with pytest.raises(SourceReadError, match=r"b\.csv"):
        list(gone.read())


def test_everything_can_be_read_from_the_start_and_after_a_raised_revision(loads: Loads, inbox: Path) -> None:
    drop(inbox, "a", "1,Anna")
    loads.load()
    before = loads.cursors()
    assert loads.load(from_start=True).written.customers.unchanged == 1
    assert loads.cursors() == before
    loads.mapping(mapping(revision=1))
    assert loaded(loads.load()) == ["inbox/a.csv"]


def test_a_refused_file_is_tried_again_and_holds_nobody_up(loads: Loads, inbox: Path) -> None:
    drop(inbox, "a", "cut")
    drop(inbox, "b", "2,Bob")
    report = loads.load()
    assert [type(problem) for problem in report.problems] == [TooManyRejectionsError]
    assert loaded(report) == ["inbox/b.csv"]
    assert set(loads.cursors()) == {"inbox/b.csv"}
    drop(inbox, "a", "1,Anna")
    assert loaded(loads.load()) == ["inbox/a.csv"]


def test_the_cursor_is_in_the_graph_exactly_when_the_last_rows_are(loads: Loads, inbox: Path) -> None:
    drop(inbox, "a", *(f"{number},Anna" for number in range(5)))
    loads.fails_at = 3
    with pytest.raises(ConnectionError):
        loads.load(batch_rows=2)
    assert len(nodes(loads.graph, "Customer", "key")) == 4
    assert loads.cursors() == {}
    loads.fails_at = None
    assert loads.load(batch_rows=2).written.customers.created == 1
    assert set(loads.cursors()) == {"inbox/a.csv"}


SHEET = """\
source: {name: crm, kind: crm}
inputs:
  - files: contacts.xlsx
    sheet: SHEET
    customer:
      external_id: Nr
      fields: {given_name: Vorname, birth_date: Geboren, postcode: PLZ}
"""


@pytest.fixture
def workbook(loads: Loads) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Notes"  # pyright: ignore[reportOptionalMemberAccess]
    sheet = book.create_sheet("Contacts")
    sheet.append(["Nr", "Vorname", "Geboren", "PLZ", "Umsatz"])
    sheet.append([7, "Anna", date(1980, 2, 3), "01069", 12.5])
    sheet.append([None, None, None, None, None])
    sheet.append(["8", "Bob", datetime(1981, 2, 3, tzinfo=UTC).replace(tzinfo=None), 24103, "unknown"])
    path = loads.folder / "contacts.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("sheet", ["Contacts", "2"])
def test_a_sheet_of_a_workbook_is_read_as_it_is_shown(loads: Loads, workbook: Path, sheet: str) -> None:
    assert workbook.exists()
    loads.mapping(SHEET.replace("SHEET", sheet))
    report = loads.load()
    assert report.problems == []
    assert nodes(loads.graph, "Customer", "key", "given_name", "birth_date", "postcode") == {
        ("crm:7", "Anna", "1980-02-03", "01069"),
        ("crm:8", "Bob", "1981-02-03", "24103"),
    }


@pytest.mark.parametrize("sheet", ["Kunden", "3"])
def test_a_sheet_that_is_not_there_is_told_with_those_that_are(loads: Loads, workbook: Path, sheet: str) -> None:
    loads.mapping(SHEET.replace("SHEET", sheet))
    (problem,) = loads.load().problems
    assert str(problem) == f"{workbook} has no sheet {sheet}. It has: Notes, Contacts."


def test_what_is_no_workbook_is_told(loads: Loads, workbook: Path) -> None:
    workbook.write_bytes(b"PK\x03\x04 cut off")
    loads.mapping(SHEET.replace("SHEET", "1"))
    (problem,) = loads.load().problems
    assert isinstance(problem, SourceReadError)
    assert "contacts.xlsx cannot be read as Excel" in str(problem)


def test_the_command_goes_on_where_it_ended_and_starts_again_when_it_is_told_to(
    loads: Loads, inbox: Path, command_environment: pytest.MonkeyPatch
) -> None:
    assert command_environment
    app, cdp, file = typer.Typer(), CliRunner(), str(loads.folder / "crm.yaml")
    app.command("load")(load_command)
    drop(inbox, "a", "1,Anna")
    read = [json.loads(cdp.invoke(app, [file, "--json", *more]).stdout)["rows"] for more in ([], [], ["--from-start"])]
    assert read == [1, 0, 1]
