"""What a mapping's input names, as deliveries that can be read."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from graph.errors import SourceReadError
from loaders.mappings.model import Location
from loaders.sources.csv import CsvOptions, read_csv
from loaders.sources.excel import read_excel
from loaders.sources.files import find_files, format_suffix, modified_at
from loaders.sources.jsonl import read_jsonl
from loaders.sources.parquet import read_parquet
from loaders.sources.rows import Delivery, Read
from loaders.sources.sql import read_database, read_sqlite, read_sqlite_script

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
}
"""Formats by the end of a file's name."""

DATABASE = "database"


def find_deliveries(location: Location, folders: tuple[Path, ...], delivered_at: datetime | None) -> list[Delivery]:
    """The deliveries of an input, relative paths being in the first of ``folders`` that has them.

    Raises SourceReadError where something is missing that is not optional.
    """
    if location.database is not None:
        return [_database(location, location.database, delivered_at or datetime.now(UTC))]
    return [
        file_delivery(location, path, name_within(path, folders), delivered_at)
        for path in located_files(location, folders)
    ]


def located_files(location: Location, folders: tuple[Path, ...]) -> list[Path]:
    """The files of an input. Raises SourceReadError where one is missing that is not optional."""
    files: dict[Path, None] = {}
    for pattern in location.files or (location.sqlite or location.sqlite_script or "",):
        found = find_files(pattern, folders)
        if not found and not location.optional:
            looked = " or ".join(str(folder.absolute()) for folder in folders)
            raise SourceReadError(f"There is no {pattern} in {looked}.", "Say where the data is with --data.")
        files |= dict.fromkeys(found)
    return list(files)


def name_within(path: Path, folders: tuple[Path, ...]) -> str:
    """What a file is called in the folder of the data; one that is elsewhere by its whole path."""
    whole = path.absolute()
    folder = next((folder for folder in map(Path.absolute, folders) if whole.is_relative_to(folder)), None)
    return str(whole if folder is None else whole.relative_to(folder))


def format_of(path: Path, given: str | None = None) -> str:
    """Format of a file: as given, else from its name. Raises SourceReadError."""
    found = given or FORMATS.get(format_suffix(path).lower())
    if found is None:
        problem = f"The name of {path.name} does not say its format."
        raise SourceReadError(problem, f"Give it a known ending: {', '.join(FORMATS)}; in a mapping, say `format`.")
    return found


def file_delivery(location: Location, path: Path, name: str, delivered_at: datetime | None = None) -> Delivery:
    """A file as a delivery that is read again each time. Raises SourceReadError where its format is unknown."""
    selection = "" if location.files else f"#{location.table or 'query'}"
    is_json = bool(location.files) and format_of(path, location.format) == "jsonl"
    return Delivery(
        name=f"{name}{selection}",
        delivered_at=delivered_at or modified_at(path),
        read=_reader(location, path),
        path=f"{path.resolve()}{selection}",  # the same from every folder: a row is known again by it
        has_fixed_columns=not is_json,
        connector="file" if location.files else DATABASE,
    )


def _database(location: Location, variable: str, delivered_at: datetime) -> Delivery:
    read = partial(read_database, variable, *_selection(location), is_query=location.query is not None)
    name = f"${variable}#{location.table or 'query'}"
    return Delivery(name, delivered_at, read, name, connector=DATABASE)


def _reader(location: Location, path: Path) -> Callable[[], Iterator[Read]]:
    is_query = location.query is not None
    if location.sqlite is not None:
        return partial(read_sqlite, path, *_selection(location), is_query=is_query)
    if location.sqlite_script is not None:
        return partial(read_sqlite_script, path, *_selection(location), is_query=is_query)
    readers: dict[str, Callable[[], Iterator[Read]]] = {
        "csv": partial(read_csv, path, CsvOptions(location.delimiter, location.encoding, location.columns)),
        "jsonl": partial(read_jsonl, path),
        "parquet": partial(read_parquet, path, location.query),
        "excel": partial(read_excel, path, location.sheet),
    }
    return readers[format_of(path, location.format)]


def _selection(location: Location) -> tuple[str]:
    return (location.query or location.table or "",)
