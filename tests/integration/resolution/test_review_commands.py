import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph.connection import Graph
from graph.decisions import list_decisions
from graph.errors import ResolutionError, SourceReadError
from resolution.stewards.review_files import REQUIRED, read_answers
from tests.assertions import everything
from tests.factories import identifier
from tests.integration.resolution.commands import cdp, told
from tests.integration.resolution.people import NAMES, write_everybody, write_person
from tests.integration.resolution.test_steward_commands import together

Rows = list[dict[str, str]]


@pytest.fixture
def people(graph: Graph, command_environment: pytest.MonkeyPatch) -> Graph:
    """Eight people in two systems, resolved; and a namesake of the first, of whom little is known."""
    del command_environment
    write_everybody(graph)
    called = (identifier("phone", "+4940123", normalised="+4940123"),)
    scarce = {"birth_date": None, "given_name": None, "family_name": "=Ilg()", "identifiers": called}
    write_person(graph, "crm", "namesake", NAMES[0], **scarce)
    assert cdp("resolve").exit_code == 0
    return graph


def rows_of(file: Path) -> Rows:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture
def answered(tmp_path: Path) -> Callable[..., Path]:
    """A review file as somebody fills it in: rows of left, right, decision and, perhaps, reason."""

    def write(*rows: tuple[str, ...], delimiter: str = ",", encoding: str = "utf-8") -> Path:
        file = tmp_path / "answers.csv"
        lines = [delimiter.join(row) for row in ((*REQUIRED, "reason"), *rows)]
        file.write_text("\r\n".join(lines) + "\r\n", encoding=encoding)
        return file

    return write


def imported(file: Path, *options: str) -> Any:
    return told("review", "import", str(file), "--actor", "ada", "--json", *options)


def test_questions_are_listed_for_people_and_programs(people: Graph) -> None:
    del people
    found = told("review", "list", "--limit", "3", "--json")
    said = cdp("review", "list", "--limit", "3").stdout

    assert 0 < len(found) <= 3
    assert all(question["left"] in said and question["why"] in said for question in found)
    assert [question["information"] for question in found] == sorted((q["information"] for q in found), reverse=True)


def test_a_file_of_questions_is_filled_in_and_imported(people: Graph, tmp_path: Path) -> None:
    file = tmp_path / "doubts.csv"
    told("review", "export", str(file), "--json")
    rows = rows_of(file)
    asked = [{row["left"], row["right"]} for row in rows]
    for row in rows:
        row["decision"] = "different"
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)

    counted = imported(file)

    assert (counted["decided"], counted["set_aside"]) == (len(rows), 0)
    assert not any(together(people, *pair) for pair in asked)
    assert not [found for found in told("review", "list", "--json") if {found["left"], found["right"]} in asked]
    assert {decision.reason for decision in list_decisions(people)} == {"reviewed in doubts.csv"}


def test_both_records_stand_side_by_side_and_no_cell_is_a_formula(people: Graph, tmp_path: Path) -> None:
    del people
    file = tmp_path / "doubts.csv"
    told("review", "export", str(file), "--json")

    rows = rows_of(file)

    (row,) = rows
    side, other = ("left", "right") if row["left"] == "crm:namesake" else ("right", "left")
    assert row[f"{side}_family_name"] == "'=Ilg()"
    assert row[f"{side}_phones"] == "'+4940123"
    assert row[f"{other}_given_name"] == "Anna"
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@", "\t"))]
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("decision", ["same", "perhaps"])
def test_questions_are_not_written_over_answers(decision: str, people: Graph, answered: Callable[..., Path]) -> None:
    del people
    file = answered(("crm:0", "shop:0", ""), ("crm:1", "crm:2", decision))
    before = file.read_bytes()

    assert isinstance(cdp("review", "export", str(file)).exception, SourceReadError)
    assert file.read_bytes() == before


def test_questions_that_nobody_answered_are_written_anew(people: Graph, tmp_path: Path) -> None:
    del people
    file = tmp_path / "doubts.csv"
    file.write_text("something else")
    file.chmod(0o644)

    assert [told("review", "export", str(file), "--json")["questions"] for _ in range(2)] == [1, 1]
    assert file.stat().st_mode & 0o077 == 0


def test_the_same_file_twice_changes_nothing(people: Graph, answered: Callable[..., Path]) -> None:
    file = answered(("crm:0", "shop:0", "Different", "two sisters"), ("crm:1", "crm:2", "same"), ("crm:3", "crm:4", ""))
    first = imported(file)
    before = everything(people)

    again = imported(file)

    assert (first["decided"], first["known"], first["empty"]) == (2, 0, 1)
    assert (again["decided"], again["known"], again["empty"]) == (0, 2, 1)
    assert everything(people) == before
    assert {decision.action for decision in list_decisions(people)} == {"reject", "link"}


def test_what_follows_from_decisions_is_known_and_the_opposite_is_set_aside(
    people: Graph, answered: Callable[..., Path]
) -> None:
    imported(answered(("crm:1", "crm:2", "same"), ("crm:2", "crm:3", "same"), ("crm:3", "crm:4", "different")))

    result = cdp(
        "review", "import", str(answered(("crm:1", "crm:3", "same"), ("crm:1", "crm:4", "same"))), "--actor", "ada"
    )

    assert result.exit_code == 5
    assert "known: 1" in result.stdout
    assert "line 3, decision: a decision in force says the opposite" in result.stdout
    assert len(list_decisions(people)) == 3


def test_wrong_rows_are_set_aside_and_can_be_mended(people: Graph, answered: Callable[..., Path]) -> None:
    file = answered(
        ("crm:0", "shop:0", "different"),
        ("crm:1", "crm:nobody", "same"),
        ("crm:1", "shop:1", "perhaps"),
        ("", "shop:2", "same"),
        ("crm:2", "crm:2", "same"),
        ("crm:0", "shop:0", "same"),
    )

    assert cdp("review", "import", str(file), "--actor", "ada").exit_code == 5

    rejects = file.with_name("answers.rejects.csv")
    assert [(row["line"], row["field"]) for row in rows_of(rejects)] == [
        ("3", "right"),
        ("4", "decision"),
        ("5", "left"),
        ("6", "right"),
        ("7", "decision"),
    ]
    assert not together(people, "crm:0", "shop:0")
    mended = rejects.read_text(encoding="utf-8-sig").replace("crm:nobody", "crm:2").replace("perhaps", "different")
    rejects.write_text("\n".join(mended.splitlines()[:3]))
    assert imported(rejects)["decided"] == 2
    assert together(people, "crm:1", "crm:2")


@pytest.mark.usefixtures("people")
def test_rejects_that_somebody_mends_are_not_written_over(answered: Callable[..., Path]) -> None:
    file = answered(("crm:1", "crm:nobody", "same"))
    cdp("review", "import", str(file), "--actor", "ada")
    rejects = file.with_name("answers.rejects.csv")
    rejects.write_text(mended := rejects.read_text(encoding="utf-8-sig").replace("crm:nobody", "crm:2"))

    cdp("review", "import", str(file), "--actor", "ada")

    assert rejects.read_text() == mended
    assert [row["right"] for row in rows_of(file.with_name("answers.rejects-2.csv"))] == ["crm:nobody"]


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16"), (";", "cp1252")]
)
def test_files_are_read_as_spreadsheets_write_them(
    answered: Callable[..., Path], delimiter: str, encoding: str
) -> None:
    file = answered(("crm:1", "shop:1", " SAME ", "Größe"), delimiter=delimiter, encoding=encoding)

    (answer,) = read_answers(file)

    assert (answer.line, answer.cells["left"], answer.cells["reason"]) == (2, "crm:1", "Größe")


@pytest.mark.parametrize("place", ["answers.csv", "./answers.csv", "nowhere/rejects.csv", "."])
def test_where_wrong_rows_cannot_go_nothing_is_decided_and_no_answer_is_lost(
    place: str, people: Graph, answered: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = answered(("crm:0", "shop:0", "different"), ("crm:1", "crm:nobody", "same"))
    before = file.read_bytes()
    monkeypatch.chdir(file.parent)

    refused = cdp("review", "import", str(file), "--actor", "ada", "--rejects", place)

    assert isinstance(refused.exception, SourceReadError)
    assert (file.read_bytes(), list_decisions(people)) == (before, [])


@pytest.mark.parametrize("actor", ["", " "])
def test_nobody_decides_nothing(actor: str, people: Graph, answered: Callable[..., Path]) -> None:
    file = answered(("crm:0", "shop:0", "different"))

    assert cdp("review", "import", str(file), "--actor", actor).exit_code == 2
    assert cdp("steward", "link", "crm:0", "crm:1", "--actor", actor, "--reason", "x").exit_code == 2
    assert cdp("steward", "link", "crm:0", "crm:1", "--actor", "ada", "--reason", actor).exit_code == 2
    assert list_decisions(people) == []


def test_a_long_field_is_cut_where_it_is_only_shown(people: Graph, tmp_path: Path) -> None:
    write_person(people, "crm", "namesake", NAMES[0], family_name="Ilg" * 40_000, birth_date=None)
    assert cdp("resolve").exit_code == 0
    file = tmp_path / "doubts.csv"
    told("review", "export", str(file), "--json")

    assert max(len(cell) for row in rows_of(file) for cell in row.values()) < 32_767
    assert list(read_answers(file))


def test_a_file_without_the_columns_is_refused(people: Graph, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("one,two\n1,2\n")

    assert isinstance(cdp("review", "import", str(file), "--actor", "ada").exception, SourceReadError)
    assert isinstance(cdp("review", "import", str(tmp_path / "no.csv"), "--actor", "ada").exception, SourceReadError)
    for folder in (".", "/", str(tmp_path)):
        assert isinstance(cdp("review", "import", folder, "--actor", "ada").exception, SourceReadError)
    assert list_decisions(people) == []


def test_many_decisions_are_taken_as_if_one_by_one(people: Graph, answered: Callable[..., Path]) -> None:
    pairs = [(f"crm:{number}", f"shop:{number}", "different") for number in range(8)]
    pairs += [(f"crm:{number}", f"shop:{number + 1}", "same") for number in range(7)]

    assert imported(answered(*pairs))["decided"] == 15

    assert all(together(people, f"crm:{number}", f"shop:{number + 1}") for number in range(7))
    assert not any(together(people, f"crm:{number}", f"shop:{number}") for number in range(8))
    told("resolve", "--full", "--json")
    assert all(together(people, f"crm:{number}", f"shop:{number + 1}") for number in range(7))


@pytest.mark.usefixtures("graph", "command_environment")
def test_before_a_resolution_there_is_nothing_to_review(answered: Callable[..., Path], tmp_path: Path) -> None:
    assert isinstance(cdp("review", "list").exception, ResolutionError)
    assert isinstance(cdp("review", "export", str(tmp_path / "doubts.csv")).exception, ResolutionError)
    file = answered(("crm:0", "crm:1", "same"))
    assert isinstance(cdp("review", "import", str(file), "--actor", "ada").exception, ResolutionError)


def test_decisions_train_a_version_of_their_own(people: Graph, answered: Callable[..., Path]) -> None:
    (first,) = told("model", "list", "--json")
    assert told("model", "train", "--labels", "--json")["version"] == first["version"]
    imported(answered(("crm:0", "shop:0", "different"), ("crm:1", "shop:1", "same")))

    taught = told("model", "train", "--labels", "--json")

    assert taught["labels"] == {"same": 1, "different": 1}
    assert told("model", "train", "--json")["version"] == first["version"]
    assert {row["version"] for row in told("model", "list", "--json")} == {first["version"], taught["version"]}
    told("resolve", "--model", taught["version"], "--json")
    assert not together(people, "crm:0", "shop:0")


@pytest.mark.parametrize("command", ["list", "export", "import"])
def test_help_shows_an_example(command: str) -> None:
    assert f"Example: cdp review {command}" in " ".join(cdp("review", command, "--help").stdout.split())
