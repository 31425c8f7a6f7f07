# What can be wrong with a delivery: each is told in words, with its place, and nothing is half-written.
import gzip
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from graph.errors import InputError, MappingError
from graph.records import Batch, CustomerRecord
from graph.writing import WriteCounts
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load
from loaders.rejects.mending import export_rows
from loaders.rejects.selection import Selection
from loaders.rejects.store import DeadLetters
from loaders.report import LoadReport
from loaders.settings import load_settings
from tests.loading import as_they_are

HEADER = "id,first,born,mail,company"
GOOD = "1,Anna,1980-01-01,anna@example.org,Acme"


# What a file gives, and the most memory that the process had, in kB.
READ = """
import sys
from pathlib import Path
from loaders.mappings.model import Location
from loaders.sources.deliveries import find_deliveries
from loaders.sources.rows import ReadRow
(found,) = find_deliveries(Location(files=(sys.argv[1],)), (), None)
reads = list(found.read())
print([read.row["id"] for read in reads if isinstance(read, ReadRow)], end="|")
print(*(f"{read.code}: {read.reason}" for read in reads if not isinstance(read, ReadRow)), end="|")
print(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line))
"""


@dataclass
class Loaded:
    """A load, what it wrote and what it set aside."""

    report: LoadReport
    customers: list[CustomerRecord] = field(default_factory=list[CustomerRecord])
    letters: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def aside(self) -> list[tuple[int, str | None, str]]:
        return [(letter["number"], letter["field"], letter["code"]) for letter in self.letters]

    def problem(self) -> str:
        (problem,) = self.report.problems
        assert isinstance(problem, InputError)
        assert self.customers == []
        return str(problem)


Load = Callable[..., Loaded]


@pytest.fixture
def deliver(tmp_path: Path) -> Load:
    """Loads a file as it is written, with any share of rejected rows."""
    return partial(deliver_and_load, tmp_path)


def deliver_and_load(
    folder: Path, name: str, content: bytes | str | None = None, encoding: str = "", max_rejected: float = 1
) -> Loaded:
    (folder / "crm.yaml").write_text(
        "source: {name: crm, kind: crm}\n"
        f"inputs:\n  - files: {name}\n"
        + (f"    encoding: {encoding}\n" if encoding else "")
        + "    customer:\n      external_id: id\n\n"
        "      fields: {given_name: first, birth_date: born, company: company}\n"
        "      identifiers: [{kind: email, value: mail}]\n"
    )
    if content is not None:
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    plan = LoadPlan(read_mappings([str(folder / "crm.yaml")]), None, folder / "rejects", max_rejected=max_rejected)
    batches: list[Batch] = []

    def write(batch: Batch) -> WriteCounts:
        batches.append(batch)
        return WriteCounts()

    report = load(plan, as_they_are(write))
    with DeadLetters(plan.rejects_dir) as letters:
        aside = [kept.as_document(with_raw=True) for page in letters.pages(Selection()) for kept in page]
    return Loaded(report, [customer for batch in batches for customer in batch.customers], aside)


def csv(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows, ""))


@pytest.mark.parametrize(
    ("mapping", "place", "advice"),
    [
        ("source: {name: crm}\ninputs: []\n", "crm.yaml:1: source: 'kind' is missing.", "Add 'kind'."),
        (
            "source: {name: crm, kind: crn}\ninputs: [{}]\n",
            "crm.yaml:1: source.kind: unknown",
            "Did you mean 'crm'?",
        ),
        ("source: [\n", "crm.yaml:2: the mapping: not YAML", "Check indentation, quotes and colons"),
        ("", "crm.yaml: the mapping: the file is empty.", "A mapping has `source` and `inputs`."),
        ("max_rejected: 2\nsource: {name: crm, kind: crm}\ninputs: []\n", "crm.yaml:1: max_rejected", "Largest share"),
    ],
)
def test_a_bad_mapping_says_file_line_and_field(tmp_path: Path, mapping: str, place: str, advice: str) -> None:
    (tmp_path / "crm.yaml").write_text(mapping)
    with pytest.raises(MappingError) as error:
        read_mappings([str(tmp_path / "crm.yaml")])
    assert place in error.value.problem
    assert advice in error.value.advice


def test_a_renamed_column_is_told_with_those_that_are_there(deliver: Load) -> None:
    problem = deliver("a.csv", csv(GOOD, header="id,First,born,mail,company")).problem()
    assert "crm.yaml:7: first: a.csv has no such column." in problem
    assert "It has: First, born, company, id, mail." in problem


def test_a_missing_column_leaves_the_file_out(deliver: Load) -> None:
    problem = deliver("a.csv", csv("1,Anna,1980-01-01,Acme", header="id,first,born,company")).problem()
    assert "crm.yaml:8: mail: a.csv has no such column." in problem


def test_objects_without_their_id_are_rejected_and_too_many_stop_the_file(deliver: Load) -> None:
    rows = '{"id":1,"first":"Anna"}\n{"number":2,"first":"Bob"}\n'
    assert deliver("a.jsonl", rows).aside() == [(2, "external_id", "missing_id")]
    assert "1 of 2 rows rejected (50.0%): missing_id 1" in deliver("a.jsonl", rows, max_rejected=0.1).problem()


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_bytes_of_another_encoding_break_their_row_and_never_become_wrong_letters(deliver: Load, encoding: str) -> None:
    rows = csv(GOOD, "2,Jürgen,1981-01-01,j@example.org,Acme").encode("latin-1")
    loaded = deliver("a.csv", rows, encoding=encoding)
    assert [customer.given_name for customer in loaded.customers] == ["Anna"]
    assert loaded.aside() == [(3, None, "undecodable")]
    assert loaded.letters[0]["message"] == "bytes that are no letters in the encoding of the file"


@pytest.mark.parametrize(
    ("written", "declared", "told"),
    [
        ("utf-16-le", "", "a.csv is no text: its first line has NUL bytes."),
        ("utf-16-le", "utf-8", "Name its `encoding` in the mapping, such as utf-16-le"),
        ("utf-8", "utf-17", "a.csv is not encoded as utf-17."),
        ("utf-8", "utf-16", "a.csv is not encoded as utf-16."),
    ],
)
def test_a_file_of_another_encoding_is_left_out(deliver: Load, written: str, declared: str, told: str) -> None:
    content = f"{csv(GOOD)} ".encode(written)
    assert told in deliver("a.csv", content, encoding=declared).problem()


def test_a_header_of_another_encoding_leaves_the_file_out(deliver: Load) -> None:
    content = csv("1,Anna,,,", header="id,first,born,mail,Straße").encode("cp1252")
    problem = deliver("a.csv", content, encoding="utf-8").problem()
    assert "a.csv: its first line has bytes that are no letters in the encoding of the file." in problem
    assert "Name its `encoding` in the mapping" in problem


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz"])
def test_of_a_truncated_archive_nothing_is_written(deliver: Load, name: str) -> None:
    rows = csv(*(f"{number},Anna,,," for number in range(20_000)))
    objects = "".join(f'{{"id":{number},"first":"Anna"}}\n' for number in range(20_000))
    whole = gzip.compress((rows if "csv" in name else objects).encode())
    problem = deliver(name, whole[: len(whole) // 2]).problem()
    assert f"{name} cannot be read (EOFError). Check that the file is whole and readable." in problem


@pytest.mark.parametrize(("name", "size"), [("a.csv", 1 << 30), ("a.jsonl", 1 << 28)])
def test_a_line_of_a_gigabyte_is_one_rejected_row_in_flat_memory(tmp_path: Path, name: str, size: int) -> None:
    first, last = (GOOD, "2,Bob,,,") if name == "a.csv" else ('{"id":"1"}', '{"id":"2"}')
    with (tmp_path / name).open("wb") as file:
        file.write(f"{HEADER}\n{first}\nx".encode() if name == "a.csv" else f"{first}\nx".encode())
        file.seek(size, 1)  # a hole: NUL bytes that take no room on the disk
        file.write(f"\n{last}\n".encode())
    # In a process of its own: the peak of this one is that of all tests before.
    loaded = subprocess.run([sys.executable, "-c", READ, tmp_path / name], capture_output=True, text=True, check=True)
    good, broken, peak = loaded.stdout.split("|")
    assert good == "['1', '2']"
    assert broken == "line_too_long: longer than 16,777,216 bytes (CDP_LOAD_MAX_LINE_BYTES)"
    assert int(peak) < 350 << 10


def test_a_file_of_bad_rows_is_given_up_before_it_fills_the_store(deliver: Load) -> None:
    loaded = deliver("a.jsonl", "no JSON\n" * 50_000, max_rejected=0.05)
    assert "10,000 of the first 10,000 rows rejected (100.0%): unreadable_json 10,000" in loaded.problem()
    assert len(loaded.letters) == 10_000


def test_a_file_without_line_ends_is_no_csv(deliver: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDP_LOAD_MAX_LINE_BYTES", "1000")
    load_settings.cache_clear()
    assert "is no CSV: its first line is longer than 1,000 bytes" in deliver("a.csv", "x" * 5_000).problem()


def test_a_row_that_swallows_more_than_a_line_may_be_long_leaves_the_file_out(
    deliver: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDP_LOAD_MAX_LINE_BYTES", "1000")
    load_settings.cache_clear()
    swallowing = ['2,"x'] + ['y","z'] * 400 + ['"'] + ["3,Bob,,,"]
    problem = deliver("a.csv", csv(GOOD, *swallowing)).problem()
    assert "a.csv:3: a row is longer than 1,000 bytes (CDP_LOAD_MAX_LINE_BYTES)." in problem


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz", "a.csv.zst"])
def test_a_bomb_is_not_unpacked(deliver: Load, tmp_path: Path, name: str) -> None:
    line = f'{{"id":1,"note":"{"x" * 10_000}"}}\n' if "jsonl" in name else f"1,{'x' * 10_000},,,\n"
    megabyte = line.encode() * 105
    with (tmp_path / name).open("wb") as file:
        if name.endswith(".gz"):
            with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=9) as archive:
                for _ in range(100):
                    archive.write(megabyte)
        else:
            with pa.CompressedOutputStream(file, "zstd") as archive:
                for _ in range(100):
                    archive.write(megabyte)
    problem = deliver(name).problem()
    assert f"{name} grows to more than 200 times its size: not read." in problem
    assert "raise CDP_LOAD_MAX_EXPANSION" in problem


def test_a_formula_is_text_and_is_guarded_where_a_spreadsheet_reads_it(deliver: Load, tmp_path: Path) -> None:
    formula = '=HYPERLINK("http://evil.example")'
    loaded = deliver("a.csv", csv(f'1,Anna,never,,"{formula.replace(chr(34), chr(34) * 2)}"'))
    assert loaded.customers[0].company == formula
    with DeadLetters(tmp_path / "rejects") as letters:
        export_rows(letters, Selection(), tmp_path / "mend.csv")
    assert f'"\'{formula.replace(chr(34), chr(34) * 2)}"' in (tmp_path / "mend.csv").read_text()


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.csv", csv(GOOD, "2,B\0b,,,", "3,Cem,,,")), ("a.jsonl", '{"id":1}\n{"id":2,"first":"B\0b"}\n{"id":3}\n')],
)
def test_a_nul_byte_breaks_its_row(deliver: Load, name: str, content: str) -> None:
    loaded = deliver(name, content)
    assert [customer.external_id for customer in loaded.customers] == ["1", "3"]
    assert [(letter["code"], letter["message"]) for letter in loaded.letters] == [
        ("nul_byte", "a NUL byte, which no text has")
    ]


def test_a_nul_that_json_spells_out_reaches_no_record(deliver: Load) -> None:
    (customer,) = deliver("a.jsonl", '{"id":"1\\u0000","first":"An\\u0000na","company":"\\u0000"}\n').customers
    assert "\0" not in f"{customer.external_id}{customer.given_name}{customer.company}"


@pytest.mark.parametrize("value", ["5", "5.5", "true", "[1,2]", '{"a":1}'])
def test_a_number_or_an_object_where_text_was_is_set_aside(deliver: Load, value: str) -> None:
    loaded = deliver("a.jsonl", f'{{"id":1,"first":{value},"born":{value},"mail":{value}}}\n')
    assert [customer.external_id for customer in loaded.customers] == ["1"]
    assert loaded.customers[0].identifiers == ()
    assert {field for _, field, _ in loaded.aside()} >= {"birth_date", "email"}
    assert value == "true" or loaded.customers[0].given_name is None


def test_long_numbers_as_ids_are_different_customers(deliver: Load) -> None:
    ids = ["100000000000000000001", "100000000000000000002"]
    loaded = deliver("a.jsonl", "".join(f'{{"id":{found},"more":{{"id":{found}}}}}\n' for found in ids))
    assert [customer.external_id for customer in loaded.customers] == ids
    assert [customer.traits for customer in loaded.customers] == [{"more": {"id": found}} for found in ids]


def test_a_number_as_id_is_the_id(deliver: Load) -> None:
    assert [found.external_id for found in deliver("a.jsonl", '{"id":7}\n{"id":8.0}\n{"id":"9"}\n').customers] == [
        "7",
        "8",
        "9",
    ]
