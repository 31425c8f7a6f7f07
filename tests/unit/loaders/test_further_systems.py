# The extended sample: the six systems stay as they are, the others obey the same rules.
import csv
import gzip
import hashlib
import json
import sqlite3
from base64 import urlsafe_b64decode
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from graph.records import Batch
from graph.writing import WriteCounts
from loaders.available import find_available
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load
from loaders.report import LoadReport
from loaders.sample.commands import sample_app
from loaders.sample.company import write_sample
from loaders.sample.consent_string import consent_string
from loaders.sample.manifest import Manifest, read_manifest
from tests.loading import as_they_are

PEOPLE = 400
NEW = {"campaign", "cdp", "cmp", "data_mart", "dmp", "dwh", "loyalty", "social"}
WITH_CUSTOMERS = NEW - {"campaign", "cmp"}
TRUTH = {"truth/records.csv", "truth/cases.csv", "manifest.json"}


class Loaded:
    """The extended sample as records."""

    def __init__(self, folder: Path, rejects: Path) -> None:
        self.folder, self.batches = folder, list[Batch]()
        self.manifest: Manifest = read_manifest(folder)
        plan = LoadPlan(find_available(folder).mappings, folder, rejects)
        self.report: LoadReport = load(plan, as_they_are(self._write))

    def _write(self, batch: Batch) -> WriteCounts:
        self.batches.append(batch)
        return WriteCounts()

    def customers(self, source: str) -> set[str]:
        return {one.external_id for batch in self.batches for one in batch.customers if one.source == source}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    folder = tmp_path_factory.mktemp("extended")
    write_sample(PEOPLE, 7, folder, all_systems=True)
    return Loaded(folder, tmp_path_factory.mktemp("rejects"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def rows(folder: Path) -> Counter[tuple[str, str]]:
    """Every row of every file of the further systems and of the truth, with how often it is there."""
    found: Counter[tuple[str, str]] = Counter()
    for path, data in contents(folder).items():
        if path.endswith(".parquet"):
            found.update((path, repr(row)) for row in pq.read_table(folder / path).to_pylist())
        elif path.partition("/")[0] in {*NEW, "crm", "truth"} or path in {"email/sends.csv", "app/push_tokens.jsonl"}:
            text = gzip.decompress(data) if path.endswith(".gz") else data
            found.update((path, line.decode("cp1252" if "crm" in path else "utf-8")) for line in text.splitlines())
    return found


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One company in six systems, and in all."""
    folder = tmp_path_factory.mktemp("both")
    write_sample(130, 3, folder / "six")
    write_sample(130, 3, folder / "all", all_systems=True)
    return folder / "six", folder / "all"


def test_the_files_of_the_six_systems_stay_the_same(both: tuple[Path, Path]) -> None:
    six, everything = map(contents, both)
    assert [path for path, data in six.items() if path not in TRUTH and everything[path] != data] == []
    assert {path.partition("/")[0] for path in everything.keys() - six.keys()} == NEW | {"crm", "email", "app"}
    assert read_manifest(both[0]).hero == read_manifest(both[1]).hero


def test_what_the_truth_says_of_the_six_it_says_with_the_others_too(both: tuple[Path, Path]) -> None:
    for path in sorted(TRUTH - {"manifest.json"}):
        six, everything = (set((folder / path).read_text().splitlines()) for folder in both)
        assert six < everything


def test_the_same_numbers_give_the_same_bytes_and_a_small_sample_is_part_of_a_larger_one(tmp_path: Path) -> None:
    for name, people in (("small", 70), ("again", 70), ("large", 180)):
        write_sample(people, 5, tmp_path / name, all_systems=True)
    assert contents(tmp_path / "small") == contents(tmp_path / "again")
    assert not rows(tmp_path / "small") - rows(tmp_path / "large")


def test_six_systems_in_the_place_of_all_leave_nothing_behind(tmp_path: Path) -> None:
    write_sample(20, 2, tmp_path / "used", all_systems=True)
    write_sample(20, 2, tmp_path / "used")
    write_sample(20, 2, tmp_path / "fresh")
    assert contents(tmp_path / "used") == contents(tmp_path / "fresh")


def test_the_command_makes_all_systems(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        sample_app, ["--people", "30", "--out", str(tmp_path / "new"), "--all-systems", "--json"]
    )
    assert {path["path"].partition("/")[0] for path in json.loads(result.stdout)["files"]} >= NEW


def test_all_rows_are_read_and_what_was_damaged_is_set_aside_and_nothing_else(loaded: Loaded) -> None:
    assert loaded.report.problems == []
    assert loaded.report.absent == []
    read = Counter[str]()
    for part in loaded.report.deliveries:
        read[part.delivery] += part.rows
    files = {file.path: file for file in loaded.manifest.files if file.path.partition("/")[0] in NEW}
    looked_up = files.pop("campaign/campaigns.csv")
    assert looked_up.broken == 0
    assert {path: read[path] for path in files} == {path: file.rows for path, file in files.items()}
    damaged = {file.path: file.broken for file in loaded.manifest.files if file.broken and "truth" not in file.path}
    assert set_aside(loaded) == damaged


def set_aside(loaded: Loaded) -> dict[str, int]:
    """What was set aside, by file; a consent whose time cannot be read is a finding for the time as well."""
    found: dict[str, int] = {}
    for part in loaded.report.deliveries:
        fields = part.rejected_fields.total() - part.rejected_fields["consent", "missing_time"]
        if part.rejected + fields:
            found[part.delivery] = part.rejected + fields
    return found


def test_the_truth_names_every_record_of_the_further_systems_once(loaded: Loaded) -> None:
    with (loaded.folder / "truth/records.csv").open(newline="") as file:
        truth = [(row["source"], row["id"]) for row in csv.DictReader(file)]
    assert len(truth) == len(set(truth))
    for source in WITH_CUSTOMERS:
        assert loaded.customers(source) == {key for named, key in truth if named == source} != set()
    assert not {source for source, _ in truth} & {"campaign", "cmp"}


def test_every_system_has_a_share_of_the_people(loaded: Loaded) -> None:
    sizes = {source: len(loaded.customers(source)) for source in WITH_CUSTOMERS}
    assert all(PEOPLE * 0.1 < size < PEOPLE for size in sizes.values()), sizes


def test_hashes_of_the_dmp_are_those_of_addresses_of_the_shop(loaded: Loaded) -> None:
    connection = sqlite3.connect(loaded.folder / "shop/shop.sqlite")
    emails = {email for (email,) in connection.execute("SELECT email FROM customers")}
    connection.close()
    with gzip.open(loaded.folder / "dmp/cookies.csv.gz", "rt", newline="") as file:
        hashed = {row["hashed_email"] for row in csv.DictReader(file) if row["hashed_email"]} - {"?"}
    known = {hashlib.sha256(email.lower().encode()).hexdigest() for email in emails}
    assert len(hashed & known) > 20
    assert all(len(value) != 64 or value in known for value in hashed)


def test_snapshots_of_the_warehouse_are_out_of_date(loaded: Loaded) -> None:
    now = {
        row["customer_key"]: row
        for row in pq.read_table(loaded.folder / "dwh/customers_2025-12-31.parquet").to_pylist()
    }
    before = pq.read_table(loaded.folder / "dwh/customers_2024-12-31.parquet").to_pylist()
    assert {row["customer_key"] for row in before} < now.keys()
    moved = [row for row in before if row["street"] != now[row["customer_key"]]["street"]]
    assert moved


def test_loading_the_six_by_name_loads_the_others_too_where_they_are(loaded: Loaded, tmp_path: Path) -> None:
    sources: set[str] = set()

    def write(batch: Batch) -> WriteCounts:
        sources.add(batch.source.name)
        return WriteCounts()

    report = load(LoadPlan(read_mappings(["sample"]), loaded.folder, tmp_path), as_they_are(write))
    assert report.problems == []
    assert sources > NEW


def test_a_consent_string_is_one_of_the_framework() -> None:
    # Places of the fields as in the specification of version 2.3.
    core, disclosed = map(bits, consent_string([1, 2, 3, 4], datetime(2025, 7, 5, 12, 30, tzinfo=UTC)).split("."))
    assert int(core[:6], 2) == 2
    assert datetime.fromtimestamp(int(core[6:42], 2) / 10, UTC) == datetime(2025, 7, 5, tzinfo=UTC)
    assert core[152:176] == "1111" + "0" * 20
    assert int(core[213:229], 2) == 793
    assert {at for at, agreed in enumerate(core[230 : 230 + 793], start=1) if agreed == "1"} == {28, 52, 755, 793}
    assert (disclosed[:3], int(disclosed[3:19], 2)) == ("001", 793)


def bits(segment: str) -> str:
    return "".join(f"{byte:08b}" for byte in urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
