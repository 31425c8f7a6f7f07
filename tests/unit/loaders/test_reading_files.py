import gzip
import sqlite3
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from graph.errors import SourceReadError
from graph.nesting import MOST_LEVELS
from loaders.sources.csv import CsvOptions, header_of, read_csv
from loaders.sources.files import detect_encoding, find_files
from loaders.sources.jsonl import read_jsonl, read_object
from loaders.sources.parquet import read_parquet
from loaders.sources.rows import BrokenRow, Read, ReadRow, plain
from loaders.sources.sql import read_database, read_sqlite, read_sqlite_script


def rows(reads: list[Read]) -> list[tuple[int, dict[str, object]]]:
    return [(read.line, dict(read.row)) for read in reads if isinstance(read, ReadRow)]


def broken(reads: list[Read]) -> list[tuple[int, str]]:
    return [(read.line, read.code) for read in reads if isinstance(read, BrokenRow)]


def csv_file(folder: Path, content: str | bytes, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_of_a_csv_is_found(tmp_path: Path, delimiter: str) -> None:
    lines = [("id", "name"), ("1", "Anna, or: Ann"), ("2", "Bob")]
    content = "\n".join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)
    reads = list(read_csv(csv_file(tmp_path, content), CsvOptions()))
    assert rows(reads) == [(2, {"id": "1", "name": "Anna, or: Ann"}), (3, {"id": "2", "name": "Bob"})]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8-sig"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
)
def test_the_encoding_of_a_csv_is_found(tmp_path: Path, encoding: str, found: str) -> None:
    path = csv_file(tmp_path, "id;name\n1;Jürgen Weiß\n".encode(encoding))
    assert detect_encoding(path) == found
    assert rows(list(read_csv(path, CsvOptions()))) == [(2, {"id": "1", "name": "Jürgen Weiß"})]


def test_values_stay_texts_and_headers_lose_their_blanks(tmp_path: Path) -> None:
    path = csv_file(tmp_path, 'id, code, note\n007, 1e5, "a, b"\n')
    assert rows(list(read_csv(path, CsvOptions()))) == [(2, {"id": "007", "code": "1e5", "note": "a, b"})]


def test_a_broken_row_costs_one_row_and_is_told_by_its_line(tmp_path: Path) -> None:
    path = csv_file(tmp_path, 'a,b,c\n1,"x\ny",3\n4,5\n\n6,7,8,9\n"10,11,12\n13,14,15\n16,17,"18\n19,20,21\n')
    reads = list(read_csv(path, CsvOptions()))
    assert [line for line, _ in rows(reads)] == [2, 8, 10]
    assert broken(reads) == [(4, "wrong_cells"), (6, "wrong_cells"), (7, "unclosed_quote"), (9, "unclosed_quote")]


@pytest.mark.parametrize("closing", ['"Firma 6"', '"Firma" 6', '"6" "Firma"'])
def test_a_quote_that_the_next_row_closes_costs_one_row_too(tmp_path: Path, closing: str) -> None:
    path = csv_file(
        tmp_path, f'id,firm,mail\n4,"A ""4""\nB",4@x.de\n5,"Firma 5,5@x.de\n6,{closing},6@x.de\n7,C,7@x.de\n'
    )
    reads = list(read_csv(path, CsvOptions()))
    assert [(line, row["id"], row["mail"]) for line, row in rows(reads)] == [
        (2, "4", "4@x.de"),
        (5, "6", "6@x.de"),
        (6, "7", "7@x.de"),
    ]
    assert rows(reads)[0][1]["firm"] == 'A "4"\nB'
    assert broken(reads) == [(4, "unclosed_quote")]


def test_bytes_that_are_no_letters_break_their_row_only(tmp_path: Path) -> None:
    path = csv_file(tmp_path, b"a,b\n1,\xc3\xa4\n2,\xff\n3,x\n")
    reads = list(read_csv(path, CsvOptions(encoding="utf-8")))
    assert [line for line, _ in rows(reads)] == [2, 4]
    assert broken(reads) == [(3, "undecodable")]


def test_columns_without_names_and_with_the_same_name_are_told_apart(tmp_path: Path) -> None:
    assert header_of(csv_file(tmp_path, ",email,email\n"), CsvOptions()) == ["column_1", "email", "email_2"]


def test_a_csv_without_header_has_the_columns_of_its_mapping(tmp_path: Path) -> None:
    reads = list(read_csv(csv_file(tmp_path, "1,x\n"), CsvOptions(columns=("id", "name"))))
    assert rows(reads) == [(1, {"id": "1", "name": "x"})]


def test_an_empty_csv_has_no_rows(tmp_path: Path) -> None:
    assert list(read_csv(csv_file(tmp_path, ""), CsvOptions())) == []


@pytest.mark.parametrize("name", ["calls.jsonl", "calls.jsonl.gz", "calls.jsonl.zst"])
def test_json_lines_are_read_compressed_or_not(tmp_path: Path, name: str) -> None:
    content = b'{"id":1,"page":{"path":"/"}}\n\n{"id":\n[1]\n{"id":2}'
    path = tmp_path / name
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(content))
    elif name.endswith(".zst"):
        with pa.CompressedOutputStream(str(path), "zstd") as file:
            file.write(content)
    else:
        path.write_bytes(content)
    reads = list(read_jsonl(path))
    assert rows(reads) == [(1, {"id": 1, "page": {"path": "/"}}), (5, {"id": 2})]
    assert broken(reads) == [(3, "unreadable_json"), (4, "no_object")]


def test_what_lies_too_deep_costs_one_line(tmp_path: Path) -> None:
    deepest, deeper = ('{"a":' + "[" * levels + "]" * levels + "}" for levels in (MOST_LEVELS - 1, 300))
    reads = list(read_jsonl(csv_file(tmp_path, f'{deepest}\n{deeper}\n{{"id":1}}\n', "x.jsonl")))
    assert ([line for line, _ in rows(reads)], broken(reads)) == ([1, 3], [(2, "too_deep")])
    assert broken([read_object(7, orjson.loads(deeper))]) == [(7, "too_deep")]


@pytest.mark.parametrize(("first", "line"), [('{"id":1}', 1), ("", 2)])
def test_a_byte_order_mark_is_no_part_of_json_lines(tmp_path: Path, first: str, line: int) -> None:
    path = csv_file(tmp_path, f'\ufeff{first}\n{{"id":1}}\n', "x.jsonl")
    reads = list(read_jsonl(path))
    assert (rows(reads)[0], broken(reads)) == ((line, {"id": 1}), [])
    assert rows(list(read_jsonl(csv_file(tmp_path, "\ufeff", "y.jsonl")))) == []


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf-8-sig"])
def test_a_byte_order_mark_is_no_part_of_a_declared_csv(tmp_path: Path, encoding: str) -> None:
    for content in ("\ufeffid,ü\n1,2\n", "id,ü\n1,2\n"):
        path = csv_file(tmp_path, content)
        assert header_of(path, CsvOptions(encoding=encoding)) == ["id", "ü"]
        assert rows(list(read_csv(path, CsvOptions(encoding=encoding)))) == [(2, {"id": "1", "ü": "2"})]


def test_a_cut_off_archive_is_an_error_and_not_a_short_file(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"id":1}\n' * 5000)[:-20])
    with pytest.raises(SourceReadError, match=r"cut\.jsonl\.gz cannot be read"):
        list(read_jsonl(path))


def test_parquet_is_read_as_it_is_or_through_a_query(tmp_path: Path) -> None:
    path = tmp_path / "it's.parquet"
    pq.write_table(pa.table({"id": [1.0, None], "tags": [["a"], None], "day": pa.array([0, 1], pa.date32())}), path)
    assert rows(list(read_parquet(path))) == [
        (1, {"id": 1.0, "tags": ["a"], "day": "1970-01-01"}),
        (2, {"id": None, "tags": None, "day": "1970-01-02"}),
    ]
    assert rows(list(read_parquet(path, "SELECT count(*) AS n FROM input"))) == [(1, {"n": 2})]


def test_times_that_python_does_not_know_are_texts(tmp_path: Path) -> None:
    times = pa.array([0, 570_000_000_000_000, None], pa.timestamp("ms"))
    table = {
        "at": times,
        "day": pa.array([0, 10**7, -(10**7)], pa.date32()),
        "far": pa.array([0, 2**62, None], pa.timestamp("us")),
        "list": pa.array([[0], [570_000_000_000_000], None], pa.list_(times.type)),
        "parts": pa.StructArray.from_arrays([times], ["at"]),
    }
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table(table), path)
    early, late = "1970-01-01T00:00:00", "20032-07-31 05:20:00.000"
    assert [row for _, row in rows(list(read_parquet(path)))] == [
        {"at": early, "day": "1970-01-01", "far": early, "list": [early], "parts": {"at": early}},
        {
            "at": late,
            "day": "29349-01-26",
            "far": "<value out of range: 4611686018427387904>",
            "list": [late],
            "parts": {"at": late},
        },
        {"at": None, "day": "-25410-12-06", "far": None, "list": None, "parts": {"at": None}},
    ]


def test_times_of_no_known_zone_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"at": pa.array([0], pa.timestamp("ms", tz="Nonsense/Zone"))}), path)
    with pytest.raises(SourceReadError, match="in a time zone that nobody knows"):
        list(read_parquet(path))


def test_a_query_reads_its_own_file_and_nothing_else(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine.parquet", tmp_path / "other.parquet"
    for path in (mine, other):
        pq.write_table(pa.table({"id": [1]}), path)
    with pytest.raises(SourceReadError, match="the query of the mapping fails"):
        list(read_parquet(mine, f"SELECT * FROM read_parquet('{other}')"))


def test_a_file_that_is_no_parquet_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceReadError, match="cannot be read as Parquet"):
        list(read_parquet(csv_file(tmp_path, "a,b\n")))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "a #1.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "CREATE TABLE [my customers] (id, name); INSERT INTO [my customers] VALUES (1, 'Anna')"
        )
    connection.close()
    return path


def test_a_table_or_query_of_a_sqlite_file_is_read(database: Path) -> None:
    assert rows(list(read_sqlite(database, "my customers", is_query=False))) == [(1, {"id": 1, "name": "Anna"})]
    assert rows(list(read_sqlite(database, "SELECT 2 AS id", is_query=True))) == [(1, {"id": 2})]


@pytest.mark.parametrize("statement", ["DELETE FROM [my customers]", "SELECT * FROM nowhere"])
def test_a_database_is_only_read_and_errors_say_which(database: Path, statement: str) -> None:
    with pytest.raises(SourceReadError, match=r"a #1\.sqlite cannot be read"):
        list(read_sqlite(database, statement, is_query=True))


def test_a_missing_database_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SourceReadError):
        list(read_sqlite(tmp_path / "none.sqlite", "x", is_query=False))
    assert not (tmp_path / "none.sqlite").exists()


def test_a_sql_script_makes_a_temporary_database(tmp_path: Path) -> None:
    script = csv_file(tmp_path, "CREATE TABLE t (id); INSERT INTO t VALUES (1), (2);", "make.sql")
    assert rows(list(read_sqlite_script(script, "t", is_query=False))) == [(1, {"id": 1}), (2, {"id": 2})]
    bad = csv_file(tmp_path, f"ATTACH '{tmp_path}/other.sqlite' AS other;", "bad.sql")
    with pytest.raises(SourceReadError, match="cannot be run as a SQLite script"):
        list(read_sqlite_script(bad, "t", is_query=False))


def test_the_url_of_a_database_comes_from_the_environment(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_DATABASE", f"sqlite:///{database}")
    assert len(rows(list(read_database("SHOP_DATABASE", "my customers", is_query=False)))) == 1
    with pytest.raises(SourceReadError, match="NO_DATABASE holds no database URL"):
        list(read_database("NO_DATABASE", "x", is_query=False))


def test_globs_find_files_in_order_and_leave_markers_out(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "_SUCCESS.csv", ".hidden.csv"):
        csv_file(tmp_path, "", name)
    assert [path.name for path in find_files("*.csv", (tmp_path / "missing", tmp_path))] == ["a.csv", "b.csv"]
    assert find_files(str(tmp_path / "*.csv"), ()) == [tmp_path / "a.csv", tmp_path / "b.csv"]


def test_rows_of_json_keep_their_types(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(orjson.dumps({"a": 1.5, "b": True, "c": None}))
    assert rows(list(read_jsonl(path))) == [(1, {"a": 1.5, "b": True, "c": None})]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", "18446744073709551616"),
        ("-9223372036854775808", -(2**63)),
        ("-9223372036854775809", "-9223372036854775809"),
        ("100000000000000000001", "100000000000000000001"),
        ('{"a":["é",100000000000000000001]}', {"a": ["é", "100000000000000000001"]}),
        ("100000000000000000000.0", 1e20),
        ("1e20", 1e20),
        ('"100000000000000000001"', "100000000000000000001"),
    ],
)
def test_whole_numbers_of_json_keep_all_their_digits(tmp_path: Path, written: str, read: object) -> None:
    path = csv_file(tmp_path, f'{{"id":{written}}}\n', "x.jsonl")
    assert rows(list(read_jsonl(path))) == [(1, {"id": read})]


def test_long_numbers_of_databases_are_texts_too() -> None:
    assert plain({"most": 2**64 - 1, "more": [2**64]}) == {"most": 2**64 - 1, "more": ["18446744073709551616"]}


def test_json_that_is_nested_too_deeply_breaks_its_row(tmp_path: Path) -> None:
    deep = "[" * 1_000 + "]" * 1_000
    path = csv_file(tmp_path, f'{{"id":100000000000000000001,"x":{deep}}}\n{{"id":2}}\n', "x.jsonl")
    reads = list(read_jsonl(path))
    assert (broken(reads), rows(reads)) == ([(1, "unreadable_json")], [(2, {"id": 2})])
