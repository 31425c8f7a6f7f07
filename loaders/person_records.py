"""Files of person records with standard columns, as ``cdp evaluate`` takes them: no mapping file is needed.

Columns: ``id`` and any of ``source given_name middle_name family_name birth_date gender street postcode city state
country email phone national_id company``, in any case and order. Every other column is a further fact that is compared.
What cannot be used of a row is set aside and counted; only a row without an id, or with one that was there already, is
left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path

from anyascii import anyascii

from graph.errors import SourceReadError
from graph.kinds import DeviceKind, SourceKind
from graph.records import Batch, CustomerRecord, SourceRecord
from loaders.birth_dates import find_formats
from loaders.intake import Intake, take_in
from loaders.mappings.model import (
    PERSON_FIELDS,
    CustomerMapping,
    IdentifierMapping,
    InputMapping,
    Location,
    SourceMapping,
    Value,
    Values,
)
from loaders.records.values import as_text
from loaders.rejects.model import DeadLetter
from loaders.report import DeliveryReport
from loaders.sources.csv import CsvOptions, header_of, is_unnamed
from loaders.sources.deliveries import find_deliveries, format_of
from loaders.sources.parquet import columns_of
from loaders.sources.rows import Delivery, ReadRow
from loaders.standardise.dates import YEAR
from loaders.standardise.identifiers import standardise_id

DEFAULT_SOURCE = "records"
IDENTIFIER_COLUMNS = ("email", "phone", "national_id")
STANDARD_COLUMNS = ("id", "source", *PERSON_FIELDS, *IDENTIFIER_COLUMNS)
_BATCH_ROWS = 5_000


@dataclass(slots=True)
class PersonRecords:
    """The records of a file, read as they are iterated over; ``report`` and ``dead_letters`` fill up meanwhile.

    Iterating and ``batches`` raise SourceReadError.
    """

    mapping: SourceMapping
    delivery: Delivery
    report: DeliveryReport
    dead_letters: list[DeadLetter] = field(default_factory=list[DeadLetter])

    def __iter__(self) -> Iterator[CustomerRecord]:
        """Every record, standardised, with its own source."""
        intake = Intake(self.mapping, 0, self.delivery)
        self.report, self.dead_letters = intake.report(), []
        customer = self.mapping.inputs[0].customer
        source_column = next(iter(customer.traits or ()), None) if customer else None
        seen: set[str] = set()
        for translated in take_in(intake, self.report, self.dead_letters.append):
            record = _with_source(translated.customers[0], source_column)
            key = record.key
            if key in seen:
                self.report.rejected_rows["repeated_id"] += 1
                continue
            seen.add(key)
            yield record

    def batches(self, run_id: str, rows: int = _BATCH_ROWS) -> Iterator[Batch]:
        """The records in batches, each of one source."""
        waiting: dict[str, list[CustomerRecord]] = {}
        for number, record in enumerate(self, start=1):
            waiting.setdefault(record.source, []).append(record)
            if number % rows == 0:
                yield from _flush(waiting, run_id)
        yield from _flush(waiting, run_id)


def read_person_records(path: Path, ignore: Sequence[str] = ()) -> PersonRecords:
    """The person records of a CSV or Parquet file, without the columns of ``ignore``.

    Raises SourceReadError where the file cannot be read, or has no column ``id`` or one that is to be ignored.
    """
    found = find_deliveries(Location(files=(str(path.resolve()),)), (), None)
    delivery = replace(found[0], name=path.name)
    columns = _columns(path)
    if "id" not in _standard_columns(columns):
        problem = f"{path} has no column id. It has: {', '.join(columns)}."
        raise SourceReadError(problem, f"Name the columns as these: {', '.join(STANDARD_COLUMNS)}.")
    unknown = [name for name in ignore if _plain(name) not in set(map(_plain, columns))]
    if unknown:
        raise SourceReadError(f"{path} has no column {', '.join(unknown)}.", f"It has: {', '.join(columns)}.")
    birth_date = _standard_columns(columns).get("birth_date")
    formats = (*find_formats(_texts(delivery, birth_date)), YEAR) if birth_date is not None else ()
    mapping = mapping_for(columns, ignore, formats)
    return PersonRecords(mapping, delivery, Intake(mapping, 0, delivery).report())


def mapping_for(
    columns: Sequence[str], ignore: Sequence[str] = (), birth_date_formats: tuple[str, ...] = ()
) -> SourceMapping:
    """The mapping of a file with such columns, one of which is ``id``."""
    ignored = frozenset(column for column in columns if _plain(column) in set(map(_plain, ignore)))
    standard = {name: column for name, column in _standard_columns(columns).items() if column not in ignored}
    others = [column for column in columns if column not in ignored and column not in standard.values()]
    customer = CustomerMapping(
        external_id=(Value(standard.get("id", "id")),),
        fields={name: _field(name, standard[name], birth_date_formats) for name in PERSON_FIELDS if name in standard},
        attributes=_attributes(others),
        identifiers=tuple(
            IdentifierMapping(kind, (Value(standard[kind]),)) for kind in IDENTIFIER_COLUMNS if kind in standard
        ),
        traits=(standard["source"],) if "source" in standard else (),
    )
    return SourceMapping(
        file=Path(DEFAULT_SOURCE),
        name=DEFAULT_SOURCE,
        source=SourceRecord(DEFAULT_SOURCE, SourceKind.FILE),
        inputs=(InputMapping(Location(), 1, customer, ignore=ignored),),
        zone=UTC,
    )


def person_key(external_id: str, source: str | None = None) -> str | None:
    """Key of the customer that a record becomes, none where it has no usable id; for files that say who is who."""
    kept = standardise_id(external_id.strip())
    return f"{source_name(source)}:{kept}" if isinstance(kept, str) else None


def source_name(text: str | None) -> str:
    """The name of a row's source in the form that sources have: ``CRM (old)`` is ``crm_old``."""
    name = re.sub(r"[^a-z0-9]+", "_", anyascii(text or "").lower()).strip("_")
    if not name:
        return DEFAULT_SOURCE
    return f"source_{name}" if not name[0].isalpha() or name in set(DeviceKind) else name


def _columns(path: Path) -> list[str]:
    found = format_of(path)
    if found == "jsonl":
        raise SourceReadError(f"{path} is neither CSV nor Parquet.", "Write the records as one of them.")
    return columns_of(path) if found == "parquet" else header_of(path, CsvOptions())


def _standard_columns(columns: Sequence[str]) -> dict[str, str]:
    """The file's own names by standard name."""
    return {_plain(column): column for column in reversed(columns) if _plain(column) in STANDARD_COLUMNS}


def _plain(column: str) -> str:
    return column.strip().lower()


def _field(name: str, column: str, birth_date_formats: tuple[str, ...]) -> Values:
    return (Value(column, formats=birth_date_formats if name == "birth_date" else ()),)


def _attributes(columns: Sequence[str]) -> dict[str, Values]:
    attributes: dict[str, Values] = {}
    for column in columns:
        name = re.sub(r"[^a-z0-9]+", "_", anyascii(column).lower()).strip("_")
        if name and not is_unnamed(column):
            # A third fact of one name waits behind the others, as an alternative.
            attributes[name] = (*attributes.get(name, ()), Value(column))
    return attributes


def _texts(delivery: Delivery, column: str) -> Iterator[str]:
    for read in delivery.read():
        text = as_text(read.row.get(column)) if isinstance(read, ReadRow) else None
        if text is not None:
            yield text


def _with_source(record: CustomerRecord, column: str | None) -> CustomerRecord:
    if column is None:
        return record
    traits = dict(record.traits)
    return replace(record, source=source_name(as_text(traits.pop(column, None))), traits=traits)


def _flush(waiting: dict[str, list[CustomerRecord]], run_id: str) -> Iterator[Batch]:
    for source, records in sorted(waiting.items()):
        yield Batch(SourceRecord(source, SourceKind.FILE), run_id, customers=tuple(records))
    waiting.clear()
