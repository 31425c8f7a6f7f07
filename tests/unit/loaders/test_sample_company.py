# What a user of `cdp sample` relies on: the same arguments give the same bytes, a small sample is the beginning of
# every larger one, and a folder never loses what was in it.
import gzip
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from graph.errors import ConfigurationError, SourceReadError
from loaders.sample.commands import sample_app
from loaders.sample.company import is_sample, read_manifest, write_sample
from loaders.sample.making import build_people
from loaders.sample.people import Person

PROJECT = Path(__file__).resolve().parents[3]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def rows(folder: Path) -> Counter[tuple[str, str]]:
    """Every row of every file, with how often it is there; the manifest is about the whole and left out."""
    found: Counter[tuple[str, str]] = Counter()
    for path, data in contents(folder).items():
        if path.endswith(".sqlite"):
            found.update((path, statement) for statement in _dump(folder / path))
        elif path != "manifest.json":
            text = gzip.decompress(data) if path.endswith(".gz") else data
            found.update((path, line.decode("cp1252" if "crm" in path else "utf-8")) for line in text.splitlines())
    return found


def _dump(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    dumped = list(connection.iterdump())
    connection.close()
    return dumped


def test_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    write_sample(130, 3, tmp_path / "first")
    write_sample(130, 3, tmp_path / "second")
    assert contents(tmp_path / "first") == contents(tmp_path / "second")


def test_another_process_with_other_hashes_gives_the_same_bytes(tmp_path: Path) -> None:
    write_sample(60, 5, tmp_path / "here")
    code = (
        "import sys, pathlib; from loaders.sample.company import write_sample as w; w(60, 5, pathlib.Path(sys.argv[1]))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "12345"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "there")], check=True, cwd=PROJECT, env=environment)
    assert contents(tmp_path / "here") == contents(tmp_path / "there")


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    write_sample(50, 1, tmp_path / "one")
    write_sample(50, 2, tmp_path / "two")
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert one["crm/customers.csv"] != two["crm/customers.csv"]


@settings(max_examples=8)
@given(sizes=st.tuples(st.integers(1, 230), st.integers(1, 230)), seed=st.integers(0, 5))
def test_a_small_sample_is_part_of_every_larger_one(sizes: tuple[int, int], seed: int) -> None:
    with TemporaryDirectory() as folder:
        write_sample(min(sizes), seed, Path(folder) / "small")
        write_sample(max(sizes), seed, Path(folder) / "large")
        missing = rows(Path(folder) / "small") - rows(Path(folder) / "large")
    assert not missing


def test_a_cut_through_a_household_changes_nobody(tmp_path: Path) -> None:
    people = list(build_people(100, 7))
    cut = next(person.number for person in people if person is not person.household.members[0])
    write_sample(cut, 7, tmp_path / "small")
    write_sample(cut + 1, 7, tmp_path / "large")
    assert not rows(tmp_path / "small") - rows(tmp_path / "large")


def facts(person: Person) -> tuple[object, ...]:
    return (person.id, person.given, person.family, person.birth_date, person.email, person.mobile, person.address)


@given(size=st.integers(1, 320))
@settings(max_examples=10)
def test_the_first_people_of_the_world_are_always_the_same(size: int) -> None:
    few, many = list(build_people(size, 4)), list(build_people(320, 4))
    assert [facts(person) for person in few] == [facts(person) for person in many[:size]]


def test_the_report_tells_what_is_in_the_folder(tmp_path: Path) -> None:
    heard: list[int] = []
    report = write_sample(220, 7, tmp_path, heard.append)
    assert sum(heard) == 220
    assert {file.path for file in report.files} == contents(tmp_path).keys() - {"manifest.json"}
    manifest = read_manifest(tmp_path)
    assert (manifest.people, manifest.seed, manifest.households) == (220, 7, report.households)
    assert (manifest.files, manifest.hero) == (report.files, report.hero)
    assert manifest.rows == sum(file.rows for file in report.files)
    assert 100 < report.households < 220


def test_an_earlier_sample_is_replaced_and_nothing_of_it_stays(tmp_path: Path) -> None:
    write_sample(150, 1, tmp_path / "used")
    write_sample(20, 2, tmp_path / "used")
    write_sample(20, 2, tmp_path / "fresh")
    assert contents(tmp_path / "used") == contents(tmp_path / "fresh")


def test_a_manifest_cannot_make_us_delete_files_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "precious.csv").write_text("mine")
    write_sample(5, 1, tmp_path / "sample")
    manifest = tmp_path / "sample" / "manifest.json"
    manifest.write_text(manifest.read_text().replace("crm/customers.csv", "../precious.csv"))
    write_sample(5, 1, tmp_path / "sample")
    assert (tmp_path / "precious.csv").read_text() == "mine"


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    result = CliRunner().invoke(sample_app, ["--people", "5", "--out", str(tmp_path)])
    assert isinstance(result.exception, ConfigurationError)
    assert "--force" in result.exception.advice
    assert contents(tmp_path) == {"thesis.txt": b"mine"}


def test_a_foreign_manifest_is_no_sample(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"name": "a web app"}')
    assert not is_sample(tmp_path)
    with pytest.raises(SourceReadError):
        read_manifest(tmp_path)


def test_force_writes_beside_other_files(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    result = CliRunner().invoke(sample_app, ["--people", "5", "--out", str(tmp_path), "--force"])
    assert result.exit_code == 0
    assert contents(tmp_path)["thesis.txt"] == b"mine"
    assert read_manifest(tmp_path).people == 5


def test_json_is_one_document_on_stdout(tmp_path: Path) -> None:
    arguments = ["--people", "120", "--seed", "7", "--out", str(tmp_path / "new"), "--json"]
    result = CliRunner().invoke(sample_app, arguments)
    document = json.loads(result.stdout)
    assert document["people"] == 120
    assert document["folder"] == str(tmp_path / "new")
    assert {file["path"] for file in document["files"]} >= {"crm/customers.csv", "truth/records.csv"}
    assert document["hero"]["device"].startswith("anonymous_id:")


def test_the_table_names_each_file(tmp_path: Path) -> None:
    result = CliRunner().invoke(sample_app, ["--people", "30", "--out", str(tmp_path / "new")])
    assert "email/contacts.csv" in result.stdout
    assert "30 people" in result.stdout


def test_help_has_an_example() -> None:
    result = CliRunner().invoke(sample_app, ["--help"])
    assert "cdp sample --people 2000 --seed 7 --out sample" in " ".join(result.stdout.split())


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_sample(5, 1, tmp_path / "file" / "sample")


@pytest.mark.parametrize(("people", "seed"), [(0, 1), (-3, 1), (5, -1)])
def test_numbers_that_make_no_sense_are_refused(tmp_path: Path, people: int, seed: int) -> None:
    with pytest.raises(ConfigurationError):
        write_sample(people, seed, tmp_path / "sample")
    assert not (tmp_path / "sample").exists()


def test_one_person_is_a_sample_too(tmp_path: Path) -> None:
    report = write_sample(1, 7, tmp_path)
    assert (report.people, report.households, report.hero) == (1, 1, None)
