# Rows that are taken in some at a time tell what they tell as a whole, in whichever process.
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import SourceReadError
from loaders.chunks import TakenChunk, chunks_of, take_chunk
from loaders.connectors.choice import connector_of
from loaders.intake import Intake, take_in
from loaders.mappings.reading import folders_of, read_mappings
from loaders.rejects.model import DeadLetter
from loaders.report import DeliveryReport
from loaders.sources.rows import Read

MAPPING = """\
source: {name: crm, kind: crm, trust: 90}
inputs:
  - files: customers.jsonl
    where: {column: kind, equals: person}
    customer:
      external_id: id
      fields: {given_name: first, birth_date: born}
      updated_at: changed
"""
GOOD = {"kind": "person", "id": "1", "first": "Anna", "born": "1980-01-01", "changed": "2026-01-01"}
ROWS = {
    "good": orjson.dumps(GOOD),
    "younger": orjson.dumps({**GOOD, "id": "2", "changed": "2026-03-01"}),
    "without id": orjson.dumps({**GOOD, "id": None}),
    "wrong date": orjson.dumps({**GOOD, "born": "31.02.1980"}),
    "unwanted": orjson.dumps({**GOOD, "kind": "robot"}),
    "broken": b'{"kind": ',
    "few columns": b'{"kind": "person", "id": "3"}',
}


def intake_of(folder: Path, lines: Sequence[bytes]) -> Intake:
    (folder / "crm.yaml").write_text(MAPPING)
    (folder / "customers.jsonl").write_bytes(b"\n".join(lines))
    (mapping,) = read_mappings([str(folder / "crm.yaml")])
    (delivery,) = connector_of(mapping, 0, folders_of(mapping, None)).read({})
    return Intake(mapping, 0, delivery)


def taken_elsewhere(intake: Intake, rows: int) -> list[TakenChunk]:
    """What comes of its chunks, when they go to another process and back."""
    sent = [pickle.loads(pickle.dumps(chunk)) for chunk in chunks_of(intake, "run", rows)]
    return [pickle.loads(pickle.dumps(take_chunk(chunk))) for chunk in sent]


@given(st.lists(st.sampled_from(list(ROWS.values())), max_size=20), st.integers(1, 7))
def test_chunks_tell_what_the_whole_tells(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], rows: int
) -> None:
    intake = intake_of(tmp_path_factory.mktemp("chunks"), [ROWS["broken"], ROWS["good"], *lines])
    whole, letters = intake.report(), list[DeadLetter]()
    customers = [record.key for translated in take_in(intake, whole, letters.append) for record in translated.customers]

    chunks = taken_elsewhere(intake, rows)
    report = intake.report()
    for chunk in chunks:
        report.add(chunk.report)
    assert report == whole
    assert [letter for chunk in chunks for letter in chunk.letters] == letters
    tables = [chunk.tables for chunk in chunks if chunk.tables]
    assert sum(each.sent.customers for each in tables) == len(customers)
    assert {key for each in tables for key in each.rows["customers"]["key"].to_pylist()} == set(customers)


def test_customers_of_a_snapshot_are_told_with_their_chunk(tmp_path: Path) -> None:
    intake = intake_of(tmp_path, [ROWS["good"], ROWS["younger"], ROWS["good"]])
    snapshot = replace(intake, delivery=replace(intake.delivery, is_snapshot=True))
    assert [len(chunk.members.hashes) for chunk in taken_elsewhere(snapshot, 2)] == [2, 1]
    tables = [chunk.tables for chunk in taken_elsewhere(snapshot, 2) if chunk.tables]
    assert [each.rows["members"].num_rows for each in tables] == [2, 1]
    assert [len(chunk.members.hashes) for chunk in taken_elsewhere(intake, 2)] == [0, 0]


def test_what_was_read_before_a_file_ends_too_early_is_taken_first(tmp_path: Path) -> None:
    intake, report = intake_of(tmp_path, [ROWS["good"]]), DeliveryReport("crm", "", "")

    def read() -> Iterator[Read]:
        yield from intake.delivery.read()
        raise SourceReadError("It ends too early.", "Send it again.")

    broken = replace(intake, delivery=replace(intake.delivery, read=read))
    chunks = chunks_of(broken, "run", 5)
    report.add(take_chunk(next(chunks)).report)
    assert report.rows == 1
    with pytest.raises(SourceReadError):
        next(chunks)
