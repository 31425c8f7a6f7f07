from pathlib import Path

import pytest

from graph.errors import ConfigurationError, MappingError
from graph.kinds import IDENTIFIER_KINDS, DeviceKind, SourceKind
from loaders.mappings.checking import mapping_schema
from loaders.mappings.model import PERSON_FIELDS
from loaders.mappings.reading import read_mapping, read_mappings

GOOD = """\
source: {name: crm, kind: crm}
inputs:
  - files: customers.csv
    customer:
      external_id: id
      fields:
        given_name: first
      identifiers:
        - {kind: email, value: email}
"""


def mapping(folder: Path, content: str) -> Path:
    path = folder / "crm.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def error_of(folder: Path, content: str) -> MappingError:
    with pytest.raises(MappingError) as caught:
        read_mapping(mapping(folder, content))
    return caught.value


def test_a_good_mapping_is_read(tmp_path: Path) -> None:
    assert read_mapping(mapping(tmp_path, GOOD)).source.name == "crm"


@pytest.mark.parametrize(
    ("wrong", "line", "field", "problem", "advice"),
    [
        ("given_name: first", None, "", "", ""),
        ("givn_name: first", 7, "inputs[0].customer.fields.givn_name", "unknown key", "given_name"),
        ("given_name: [3]", 7, "inputs[0].customer.fields.given_name[0]", "wrong type", "a text"),
        ("given_name: {colum: first}", 7, "inputs[0].customer.fields.given_name.colum", "unknown key", "column"),
        ("given_name: {values: {a: b}}", 7, "inputs[0].customer.fields.given_name", "where the value is", "column"),
        ("given_name: {column: a, constant: b}", 7, "inputs[0].customer.fields.given_name", "where", "template"),
        ("given_name: {column: a, standardise: nam}", 7, "standardise", "unknown value 'nam'", "name"),
        ("birth_date: {column: a, standardise: text}", 7, "standardise", "in one way", "Leave it out"),
        ("given_name: {column: a, standardise: date}", 7, "standardise", "only a birth_date", "Leave it out"),
        ("birth_date: {column: a, format: dd.mm.yyyy}", 7, "format", "not the format", "%d.%m.%Y"),
        ("street: {column: a, decimal: ','}", 7, "decimal", "only an amount", "Leave it out"),
        ("street: {template: street}", 7, "template", "no column in braces", "{street}"),
        ("street: {template: '{a} {'}", 7, "template", "no column in braces", "{street}"),
        ("given_name: first\n        given_name: last", 8, "given_name", "twice", "Keep one"),
    ],
)
def test_an_error_in_a_field_says_line_field_and_what_is_valid(  # noqa: PLR0913, PLR0917
    tmp_path: Path, wrong: str, line: int | None, field: str, problem: str, advice: str
) -> None:
    content = GOOD.replace("given_name: first", wrong)
    if line is None:
        read_mapping(mapping(tmp_path, content))
        return
    error = error_of(tmp_path, content)
    assert error.line == line
    assert error.field.endswith(field)
    assert problem in error.problem
    assert advice in error.advice


@pytest.mark.parametrize(
    ("old", "new", "field", "advice"),
    [
        ("kind: email", "kind: mail", "identifiers[0].kind", "loyalty_card"),
        ("kind: crm", "kind: crmm", "source.kind", "'crm'"),
        ("name: crm", "name: cookie", "source.name", "another name"),
        ("name: crm", "name: 'My CRM'", "source.name", "Short name"),
        ("kind: crm}", "kind: crm, time_zone: Mars}", "source.time_zone", "Europe/Berlin"),
        ("kind: crm}", "kind: crm, country: XX}", "source.country", "DE"),
        ("kind: crm}", "kind: crm, trust: 101}", "source.trust", "Priority"),
        ("files: customers.csv", "path: customers.csv", "inputs[0].path", "files"),
        ("files: customers.csv", "sqlite: a.sqlite", "inputs[0].sqlite", "table"),
        ("files: customers.csv", "files: a.csv\n    sqlite: b.sqlite", "inputs[0]", "files, sqlite"),
        ("files: customers.csv", "files: a.csv\n    table: b", "inputs[0].table", "Leave it out"),
        ("files: customers.csv", "optional: true", "inputs[0]", "sqlite_script"),
        ("external_id: id", "where: {column: a, equals: b}", "inputs[0].customer", "'external_id'"),
        ("external_id: id", "external_id: id\n      where: {column: a}", "where", "equals, in, present"),
        ("inputs:", "delivered_at: soon\ninputs:", "delivered_at", "ISO 8601"),
    ],
)
def test_errors_of_all_parts_say_field_and_what_is_valid(
    tmp_path: Path, old: str, new: str, field: str, advice: str
) -> None:
    error = error_of(tmp_path, GOOD.replace(old, new, 1))
    assert error.field.endswith(field)
    assert advice in error.advice
    assert error.line is not None


def test_an_interaction_needs_an_owner_and_a_consent_one_subject(tmp_path: Path) -> None:
    head = "source: {name: web, kind: web}\ninputs:\n  - files: a.jsonl\n"
    interaction = "    interactions:\n      - {message_id: id, type: t, name: n, at: at}\n"
    assert "belongs to nobody" in error_of(tmp_path, head + interaction).problem
    consent = "    consents:\n      - {purpose: p, state: s, effective_at: at}\n"
    assert "one subject" in error_of(tmp_path, head + consent).problem
    assert "become nothing" in error_of(tmp_path, head).problem


@pytest.mark.parametrize("content", ["", "a: [", "\tb: c", "a: b\na: c\n", "- 1", "? [a]\n: b", "&a [*a]"])
def test_what_is_no_mapping_at_all_is_a_mapping_error(tmp_path: Path, content: str) -> None:
    assert error_of(tmp_path, content).file.endswith("crm.yaml")


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    assert error_of(tmp_path, GOOD + "  - [").line == len(GOOD.splitlines()) + 1


def test_yes_no_dates_and_leading_zeros_stay_texts(tmp_path: Path) -> None:
    content = GOOD.replace("given_name: first", "gender: {column: g, values: {no: female, 01: male, true: other}}")
    fields = read_mapping(mapping(tmp_path, content)).inputs[0].customer
    assert fields is not None
    assert fields.fields["gender"][0].values == {"no": "female", "01": "male", "true": "other"}


def test_an_unknown_name_lists_the_shipped_mappings() -> None:
    with pytest.raises(ConfigurationError, match="historical_50k"):
        read_mappings(["nothing"])


def test_a_folder_is_all_its_mappings(tmp_path: Path) -> None:
    mapping(tmp_path, GOOD)
    assert [found.name for found in read_mappings([str(tmp_path), str(tmp_path / "crm.yaml")])] == ["crm"]


def test_the_schema_knows_the_kinds_and_fields_of_the_graph() -> None:
    parts = mapping_schema()["$defs"]
    assert parts["source"]["properties"]["kind"]["enum"] == [str(kind) for kind in SourceKind]
    assert parts["identifier"]["properties"]["kind"]["enum"] == list(IDENTIFIER_KINDS)
    assert parts["device"]["properties"]["kind"]["enum"] == [str(kind) for kind in DeviceKind]
    assert set(parts["customer"]["properties"]["fields"]["properties"]) == {*PERSON_FIELDS, "full_name"}
