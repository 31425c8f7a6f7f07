from pathlib import Path

import pytest

from graph.errors import MappingError
from loaders.mappings.model import Location, SourceMapping
from loaders.mappings.places import HttpPlace, Incremental, KafkaPlace, Pages, S3Place, SnapshotMapping
from loaders.mappings.reading import read_mapping

CUSTOMER = "    customer: {external_id: id}\n"


def mapping(tmp_path: Path, *inputs: str, revision: int = 0) -> SourceMapping:
    file = tmp_path / "crm.yaml"
    parts = "".join(f"  - {part.strip()}\n{CUSTOMER}" for part in inputs)
    file.write_text(f"source: {{name: crm, kind: crm, revision: {revision}}}\ninputs:\n{parts}")
    return read_mapping(file)


def location(tmp_path: Path, part: str) -> Location:
    return mapping(tmp_path, part).inputs[0].location


def test_places_are_read_as_they_are_written(tmp_path: Path) -> None:
    s3 = location(tmp_path, "files: a/*.csv\n    s3: {bucket: b, access_key: KEY}")
    assert s3 == Location(files=("a/*.csv",), s3=S3Place("b", access_key="KEY"))
    http = location(tmp_path, "http: {url: 'https://x.example/y', pages: {number: page}}")
    assert http.http == HttpPlace("https://x.example/y", pages=Pages(number="page"))
    kafka = location(tmp_path, "kafka: {servers: 'a:1', topic: t, secrets: {sasl.password: PASSWORD}}")
    assert kafka.kafka == KafkaPlace("a:1", "t", secrets={"sasl.password": "PASSWORD"})
    sql = location(tmp_path, "database: URL\n    table: t\n    incremental: {column: c, overlap_s: 60}")
    assert sql.incremental == Incremental("c", 60)


def test_a_snapshot_is_told_with_or_without_its_share(tmp_path: Path) -> None:
    given = [mapping(tmp_path, f"files: a.csv\n    snapshot: {x}") for x in ("true", "false", "{max_lost: 0.1}")]
    assert [found.inputs[0].snapshot for found in given] == [SnapshotMapping(), None, SnapshotMapping(0.1)]


def test_an_input_has_a_name_of_its_own_in_cursors(tmp_path: Path) -> None:
    parts = ("database: URL\n    table: t", "database: URL\n    query: SELECT 1", "files: a.csv\n    name: people")
    named = mapping(tmp_path, *parts)
    assert [named.cursor_name(n) for n in range(3)] == ["crm/$URL#t", "crm/$URL#query", "crm/people"]
    assert mapping(tmp_path, "files: a.csv", revision=2).cursor_name(0) == "crm/a.csv@2"


WRONG = {
    "files: a.csv\n    http: {url: 'https://x'}": "inputs[0]: one place where its rows are must be given.",
    "http: {url: 'ftp://x'}": "inputs[0].http.url",
    "http: {url: 'https://x', pages: {number: p, link: true}}": "inputs[0].http.pages: a source is paged in one way.",
    "http: {url: 'https://x', pages: {next: n}}": "a token needs the parameter that takes it",
    "http: {url: 'https://x', token: 'Bearer abc'}": "inputs[0].http.token",
    "http: {url: 'https://x'}\n    table: t": "inputs[0].table: http has neither tables nor queries.",
    "sqlite: a.db\n    table: t\n    s3: {bucket: b}": "inputs[0].s3: it has files.",
    "files: a\n    s3: {bucket: b}\n    sftp: {host: h, user: u}": "inputs[0].sftp: files are on one server.",
    "files: a\n    sftp: {host: h, user: u, password: secret}": "inputs[0].sftp.password",
    "files: a\n    incremental: {column: c}": "inputs[0].incremental: only databases have columns",
    "sqlite: a.db\n    table: t\n    once: true": "inputs[0].once: only files have it.",
    "kafka: {servers: s, topic: t}\n    snapshot: true": "with kafka, a delivery is not all that there is.",
    "kafka: {servers: s}": "'topic' is missing.",
    "kafka: {servers: s, topic: t, secret: {}}": "Did you mean 'secrets'?",
    "files: a.xlsx\n    sheet: 0": "inputs[0].sheet",
}


@pytest.mark.parametrize("part", list(WRONG))
def test_a_place_that_cannot_be_is_told_with_line_and_field(tmp_path: Path, part: str) -> None:
    with pytest.raises(MappingError) as caught:
        mapping(tmp_path, part)
    assert WRONG[part] in str(caught.value)
    assert f"{tmp_path / 'crm.yaml'}:" in str(caught.value)
    assert caught.value.line is not None


def test_only_customers_can_be_retired(tmp_path: Path) -> None:
    file = tmp_path / "crm.yaml"
    consent = "{purpose: p, state: s, effective_at: e, customer: id}"
    file.write_text(
        f"source: {{name: crm, kind: crm}}\ninputs:\n  - {{files: a, snapshot: true, consents: [{consent}]}}"
    )
    with pytest.raises(MappingError, match="only customers can be retired"):
        read_mapping(file)


def test_two_inputs_do_not_share_a_cursor(tmp_path: Path) -> None:
    part = "files: a.csv\n    once: true"
    with pytest.raises(MappingError, match=r"inputs\[1\]: another input has its place or name"):
        mapping(tmp_path, part, part)
    assert len(mapping(tmp_path, part, f"{part}\n    name: again").inputs) == 2
    assert len(mapping(tmp_path, "files: a.csv", "files: a.csv").inputs) == 2
