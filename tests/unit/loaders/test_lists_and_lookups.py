# Values in lists, texts that are lists, and rows of other files: what mappings of real systems need besides columns.
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import MappingError
from graph.records import Batch
from graph.writing import WriteCounts
from loaders.mappings.paths import all_reader, first_column, leads_into_lists
from loaders.mappings.reading import read_mapping
from loaders.pipeline import LoadPlan, load
from loaders.records.context import context_of
from loaders.records.translation import Translated, Translation
from loaders.report import LoadReport
from tests.loading import as_they_are
from tests.unit.loaders.test_rows_become_records import DELIVERED

IDS = [{"type": "email", "id": "a@x.de"}, {"type": "crm", "id": 7}, {"type": "email", "id": "b@x.de"}, "odd", None]
CONTACTS = """\
source: {name: campaign, kind: campaign}
inputs:
  - files: contacts.csv
    lookups:
      campaign: {file: campaigns.csv, key: code, column: campaign_code}
    interactions:
      - message_id: id
        type: {constant: track}
        name: {constant: Campaign Contacted}
        at: at
        customer: {source: crm, external_id: customer_no}
        properties: [campaign.name, campaign_code]
"""


def translate(folder: Path, what: str, row: dict[str, Any]) -> Translated:
    file = folder / "mapping.yaml"
    file.write_text(f"source: {{name: cdp, kind: cdp}}\ninputs:\n  - files: a.jsonl\n{what}", encoding="utf-8")
    mapping = read_mapping(file)
    return Translation(mapping.inputs[0], context_of(mapping)).translate(row, DELIVERED)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("ids[type=email].id", ["a@x.de", "b@x.de"]),
        ("ids[type=crm].id", [7]),
        ("ids[type=phone].id", []),
        ("ids[].type", ["email", "crm", "email"]),
        ("deep.names[]", ["Anna", "Ann"]),
        ("deep[type=email].id", []),
        ("nothing[].id", []),
        ("odd[]", ["a column that is called so"]),
    ],
)
def test_a_path_chooses_parts_of_lists(path: str, found: list[Any]) -> None:
    row = {"ids": IDS, "deep": {"names": ["Anna", "Ann"]}, "odd[]": "a column that is called so"}
    assert leads_into_lists(path)
    assert all_reader(path)(row) == found


@pytest.mark.parametrize(
    ("path", "column"), [("ids[type=email].id", "ids"), ("a.b[].c", "a"), ("Price [EUR]", "Price [EUR]"), ("x", "x")]
)
def test_a_path_begins_with_a_column(path: str, column: str) -> None:
    assert first_column(path) == column


def test_a_unit_in_brackets_is_part_of_a_columns_name(tmp_path: Path) -> None:
    what = "    customer: {external_id: id, fields: {city: 'Town [of birth]'}}\n"
    assert translate(tmp_path, what, {"id": "1", "Town [of birth]": "Köln"}).customers[0].city == "Köln"


@given(st.lists(st.dictionaries(st.sampled_from(["type", "id"]), st.sampled_from(["a", "b", 1, None]))))
def test_choosing_by_every_type_loses_nothing_and_keeps_the_order(parts: list[dict[str, Any]]) -> None:
    chosen = all_reader("ids[type=a].id")({"ids": parts})
    assert chosen == [part["id"] for part in parts if part.get("type") == "a" and "id" in part]


def test_every_part_of_a_list_is_an_identifier_and_a_text_takes_the_first(tmp_path: Path) -> None:
    what = (
        "    customer:\n      external_id: 'ids[type=crm].id'\n      identifiers:\n"
        "        - {kind: email, value: 'ids[type=email].id'}\n        - {kind: phone, value: phones}\n"
        "      fields: {given_name: 'names[].first'}\n      traits: [names]\n"
    )
    row = {"ids": IDS, "phones": ["+491711234567", "+491711234568", "no"], "names": [{"first": "ANNA"}, {"first": "B"}]}
    translated = translate(tmp_path, what, row)
    (record,) = translated.customers
    assert (record.external_id, record.given_name) == ("7", "Anna")
    assert [value.raw for value in record.identifiers] == ["a@x.de", "b@x.de", "+491711234567", "+491711234568"]
    assert [(found.field, found.sent) for found in translated.set_aside] == [("phone", "no")]


def test_identifiers_of_alternatives_are_those_of_the_first_that_is_there(tmp_path: Path) -> None:
    what = "    customer: {external_id: id, identifiers: [{kind: email, value: [mails, mail]}]}\n"
    for row in ({"mails": ["a@x.de"], "mail": "b@x.de"}, {"mails": [], "mail": "a@x.de"}):
        (record,) = translate(tmp_path, what, {"id": "1", **row}).customers
        assert [value.normalised for value in record.identifiers] == ["a@x.de"]


def test_a_text_is_split_where_the_mapping_says_so(tmp_path: Path) -> None:
    what = "    split: {segments: '|'}\n    customer: {external_id: id, traits: [segments]}\n"
    (record,) = translate(tmp_path, what, {"id": "1", "segments": "autos| travel||"}).customers
    assert record.traits == {"segments": ["autos", "travel"]}
    (record,) = translate(tmp_path, what, {"id": "1", "segments": ""}).customers
    assert record.traits == {}


class Campaigns:
    """A folder with contacts that look their campaign up."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.batches = folder, list[Batch]()
        (folder / "campaign.yaml").write_text(CONTACTS)
        (folder / "contacts.csv").write_text("id,campaign_code,at,customer_no\n1,A,2026-01-01,K1\n2,Z,2026-01-02,K2\n")

    def load(self, campaigns: str | None, mapping: str = CONTACTS) -> LoadReport:
        (self.folder / "campaign.yaml").write_text(mapping)
        if campaigns is not None:
            (self.folder / "campaigns.csv").write_text(campaigns)
        plan = LoadPlan([read_mapping(self.folder / "campaign.yaml")], rejects_dir=self.folder / "rejects")
        return load(plan, as_they_are(self._write))

    def _write(self, batch: Batch) -> WriteCounts:
        self.batches.append(batch)
        return WriteCounts()

    @property
    def properties(self) -> list[Any]:
        return [dict(found.properties) for batch in self.batches for found in batch.interactions]


@pytest.fixture
def campaigns(tmp_path: Path) -> Campaigns:
    return Campaigns(tmp_path)


def test_a_row_is_looked_up_in_another_file(campaigns: Campaigns) -> None:
    report = campaigns.load("code,name\nA,old name\nB,other\nA,Stay with us\n")
    assert report.problems == []
    assert campaigns.properties == [{"campaign_code": "A", "name": "Stay with us"}, {"campaign_code": "Z"}]


def test_a_broken_row_of_the_other_file_is_said_with_its_line(campaigns: Campaigns) -> None:
    (problem,) = campaigns.load("code,name\nA,x\nB\n").problems
    assert "campaigns.csv, line 3: 1 cells instead of 2" in str(problem)
    assert campaigns.batches == []


def test_another_file_that_is_not_there_is_said(campaigns: Campaigns) -> None:
    (problem,) = campaigns.load(None).problems
    assert "There is no campaigns.csv" in str(problem)
    assert campaigns.batches == []


def test_a_column_to_look_up_that_is_not_there_is_said(campaigns: Campaigns) -> None:
    (problem,) = campaigns.load(
        "code,name\n", CONTACTS.replace("column: campaign_code", "column: campaigncode")
    ).problems
    assert "campaigncode" in str(problem)


def test_a_lookup_without_a_key_is_no_mapping(campaigns: Campaigns) -> None:
    with pytest.raises(MappingError, match="'key' is missing"):
        campaigns.load("", CONTACTS.replace("key: code, ", ""))
