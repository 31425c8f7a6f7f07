from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import SourceReadError
from loaders.person_records import (
    STANDARD_COLUMNS,
    mapping_for,
    person_key,
    read_person_records,
    source_name,
)
from loaders.records.context import context_of
from loaders.records.translation import Translation
from loaders.sources.files import modified_at


def records_file(folder: Path, content: str) -> Path:
    path = folder / "records.csv"
    path.write_text(content, encoding="utf-8")
    return path


def test_standard_columns_become_fields_and_others_attributes(tmp_path: Path) -> None:
    path = records_file(
        tmp_path, "ID,Given_Name,family_name,email,Birth Place,row\n0,anna,MAIER,a@b.de;c@d.de,köln,7\n"
    )
    (record,) = read_person_records(path, ["ROW"])
    assert (record.source, record.external_id, record.given_name, record.family_name) == (
        "records",
        "0",
        "Anna",
        "Maier",
    )
    assert record.attributes == {"birth_place": "köln"}
    assert [value.match_key for value in record.identifiers] == ["a@b.de", "c@d.de"]
    assert record.observed_at == modified_at(path)


def test_a_source_column_names_the_source_of_each_row(tmp_path: Path) -> None:
    records = read_person_records(records_file(tmp_path, "id,source,company\n1,CRM (old),x\n1,web,x\n2,,x\n"))
    batches = list(records.batches("run-1"))
    assert [(batch.source.name, len(batch.customers)) for batch in batches] == [
        ("crm_old", 1),
        ("records", 1),
        ("web", 1),
    ]
    keys = {f"{one.source}:{one.external_id}" for batch in batches for one in batch.customers}
    assert keys == {person_key("1", "CRM (old)"), person_key("1", "web"), person_key("2")}
    assert all(one.traits == {} for batch in batches for one in batch.customers)


@pytest.mark.parametrize(
    ("sent", "name"), [("CRM", "crm"), ("2nd", "source_2nd"), ("cookie", "source_cookie"), (" ", "records")]
)
def test_the_name_of_a_source_is_one_that_keys_can_have(sent: str, name: str) -> None:
    assert source_name(sent) == name


@pytest.mark.parametrize(
    ("dates", "read"),
    [
        (["25/12/1980", "01/02/1990"], ["1980-12-25", "1990-02-01"]),
        (["01/02/1990", "03/04/1991"], [None, None]),
        (["19801225", "1990-02-01"], ["1980-12-25", "1990-02-01"]),
        (["1980", "1900-01-01"], ["1980", None]),
        (["25.12.1980", "31.02.1990"], ["1980-12-25", "1990"]),
        (["12/25/1980"] * 10 + ["01/02/1990", "25/12/1980"], ["1980-12-25"] * 10 + ["1990-01-02", "1980-12-25"]),
    ],
)
def test_birth_dates_are_read_where_their_order_is_sure(
    tmp_path: Path, dates: list[str], read: list[str | None]
) -> None:
    content = "id,birth_date\n" + "".join(f"{number},{born}\n" for number, born in enumerate(dates))
    assert [record.birth_date for record in read_person_records(records_file(tmp_path, content))] == read


def test_what_cannot_be_used_is_counted_and_its_row_kept(tmp_path: Path) -> None:
    content = "id,email,birth_date,gender\n1,nope,yesterday,7\n,a@b.de,,\n1,c@d.de,,\n3\n"
    records = read_person_records(records_file(tmp_path, content))
    assert [record.external_id for record in records] == ["1"]
    assert records.report.rejected_rows == {"missing_id": 1, "repeated_id": 1, "wrong_cells": 1}
    assert records.report.rejected_fields == {
        ("email", "invalid_email"): 1,
        ("birth_date", "unreadable_date"): 1,
        ("gender", "unknown_gender"): 1,
    }
    assert {letter.position.number for letter in records.dead_letters} == {2, 3, 5}
    assert [record.external_id for record in records] == ["1"]
    assert records.report.rows == 4


def test_parquet_and_csv_give_the_same_records(tmp_path: Path) -> None:
    table = {"id": [1, 2], "given_name": ["Anna", None], "postcode": [12345.0, None], "born": [True, False]}
    pq.write_table(pa.table(table), tmp_path / "records.parquet")
    path = records_file(tmp_path, "id,given_name,postcode,born\n1,Anna,12345,true\n2,,,false\n")
    facts = [
        [
            (record.external_id, record.given_name, record.postcode, record.attributes)
            for record in read_person_records(file)
        ]
        for file in (path, tmp_path / "records.parquet")
    ]
    assert facts[0] == facts[1] == [("1", "Anna", "12345", {"born": "true"}), ("2", None, None, {"born": "false"})]


@pytest.mark.parametrize(("content", "said"), [("name\nx\n", "no column id"), ("", "no column id")])
def test_a_file_without_ids_says_what_columns_it_needs(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(SourceReadError, match=said) as caught:
        read_person_records(records_file(tmp_path, content))
    assert "given_name" in caught.value.advice


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(SourceReadError):
        read_person_records(tmp_path / "none.csv")


rows = st.dictionaries(st.sampled_from([*STANDARD_COLUMNS, "Ort", "%$§", "a.b"]), st.text(max_size=20) | st.none())


@given(row=rows)
def test_no_row_makes_it_fail(row: dict[str, str | None]) -> None:
    mapping = mapping_for([*row, "id"])
    translated = Translation(mapping.inputs[0], context_of(mapping)).translate(
        {**row, "id": "1"}, modified_at(Path(__file__))
    )
    assert len(translated.customers) == 1
