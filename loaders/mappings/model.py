"""What a mapping says, checked and ready to be used: one class a part of the file, the words of the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from string import Formatter
from typing import TypeAlias

from graph.kinds import DeviceKind
from graph.records import SourceRecord
from loaders.mappings.places import (
    HttpPlace,
    Incremental,
    KafkaPlace,
    NatsPlace,
    S3Place,
    SftpPlace,
    SnapshotMapping,
    WebhookPlace,
)

PERSON_FIELDS: Mapping[str, str] = {
    "given_name": "name",
    "middle_name": "name",
    "family_name": "name",
    "birth_date": "date",
    "gender": "gender",
    "street": "street",
    "postcode": "postcode",
    "city": "city",
    "state": "state",
    "country": "country",
    "company": "company",
}
"""The fields of a customer, each with its standardiser."""

FULL_NAME = "full_name"
"""A field that is split into given and family name."""


@dataclass(frozen=True, slots=True)
class Value:
    """Where a value comes from: one of ``column``, ``template`` and ``constant``, and what is done with it.

    ``line``: where in the mapping file it stands.
    """

    column: str | None = None
    template: str | None = None
    constant: str | None = None
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    formats: tuple[str, ...] = ()
    standardise: str | None = None
    decimal: str | None = None
    line: int | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it reads."""
        if self.column is not None:
            return (self.column,)
        return tuple(template_columns(self.template)) if self.template is not None else ()


Values: TypeAlias = tuple[Value, ...]
"""Alternatives: the first that a row has is taken."""


def template_columns(template: str) -> Iterator[str]:
    """The columns in the braces of a template. Raises ValueError where the braces are wrong."""
    for _, column, form, conversion in Formatter().parse(template):
        if column == "" or form or conversion:
            raise ValueError(template)
        if column is not None:
            yield column


@dataclass(frozen=True, slots=True)
class Condition:
    """Rows that count: whose column equals one of ``values``, or is there at all (``present``)."""

    column: str
    values: frozenset[str] = frozenset()
    present: bool | None = None
    line: int | None = None


Conditions: TypeAlias = tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class IdentifierMapping:
    """An identifier of the customer."""

    kind: str
    value: Values
    verified: Values = ()


@dataclass(frozen=True, slots=True)
class CustomerMapping:
    """What of a row is the customer. ``traits``: columns, or none for all that nothing else reads."""

    external_id: Values
    fields: Mapping[str, Values] = field(default_factory=dict[str, Values])
    attributes: Mapping[str, Values] = field(default_factory=dict[str, Values])
    identifiers: tuple[IdentifierMapping, ...] = ()
    created_at: Values = ()
    updated_at: Values = ()
    traits: tuple[str, ...] | None = None
    where: Conditions = ()


@dataclass(frozen=True, slots=True)
class CustomerReference:
    """A customer that a row names. ``logged_in``: the row is proof that the session was this customer."""

    external_id: Values
    source: str
    logged_in: bool = False


@dataclass(frozen=True, slots=True)
class DeviceReference:
    """A device that a row names."""

    kind: DeviceKind
    device_id: Values


@dataclass(frozen=True, slots=True)
class InteractionMapping:
    """What of a row is an interaction. ``properties``: columns, or none for all that nothing else reads.

    A column that ends in ``.*`` stands for all parts of an object.
    """

    message_id: Values
    type: Values
    name: Values
    at: Values
    channel: str | None = None
    customer: CustomerReference | None = None
    device: DeviceReference | None = None
    session: Values = ()
    campaign: Values = ()
    entry_page: Values = ()
    amount: Values = ()
    currency: Values = ()
    properties: tuple[str, ...] | None = None
    where: Conditions = ()


@dataclass(frozen=True, slots=True)
class ConsentMapping:
    """What of a row is a statement about consent, on one of customer, identifier and device."""

    purpose: Values
    state: Values
    effective_at: Values
    fact_id: Values = ()
    recorded_at: Values = ()
    channel: Values = ()
    basis: Values = ()
    evidence: Values = ()
    customer: CustomerReference | None = None
    identifier: IdentifierMapping | None = None
    device: DeviceReference | None = None
    where: Conditions = ()


@dataclass(frozen=True, slots=True)
class Location:
    """Where the rows are: exactly one of ``files`` (here, in ``s3`` or on ``sftp``) and the others.

    ``done``: name of the marker that a file needs to be taken; ``once``: loaded files are not loaded again.
    """

    files: tuple[str, ...] = ()
    s3: S3Place | None = None
    sftp: SftpPlace | None = None
    sqlite: str | None = None
    sqlite_script: str | None = None
    database: str | None = None
    http: HttpPlace | None = None
    kafka: KafkaPlace | None = None
    nats: NatsPlace | None = None
    webhook: WebhookPlace | None = None
    singer: str | None = None
    dlt: str | None = None
    table: str | None = None
    query: str | None = None
    incremental: Incremental | None = None
    format: str | None = None
    sheet: str | int | None = None
    delimiter: str | None = None
    encoding: str | None = None
    columns: tuple[str, ...] = ()
    optional: bool = False
    done: str | None = None
    once: bool | None = None

    @property
    def name(self) -> str:
        """What it is called where nothing was found."""
        files = ", ".join(self.files) or self.sqlite or self.sqlite_script
        if files or self.database:
            return files or f"${self.database}"
        return self._stream or ""

    @property
    def _stream(self) -> str | None:
        if self.http is not None or self.webhook is not None:
            return self.http.url.partition("?")[0] if self.http else "webhook"
        return (self.kafka and self.kafka.topic) or (self.nats and self.nats.stream) or self.singer or self.dlt


@dataclass(frozen=True, slots=True)
class Lookup:
    """Rows of another file: for each row the one whose column ``key`` has the value of the row's ``column``."""

    location: Location
    key: str
    column: Values


@dataclass(frozen=True, slots=True)
class InputMapping:
    """One kind of row: where it is and what becomes of it. ``line``: where in the mapping file it begins.

    ``name``: in cursors, where not made from its place.
    """

    location: Location
    line: int
    customer: CustomerMapping | None = None
    interactions: tuple[InteractionMapping, ...] = ()
    consents: tuple[ConsentMapping, ...] = ()
    json: tuple[str, ...] = ()
    ignore: frozenset[str] = frozenset()
    where: Conditions = ()
    split: Mapping[str, str] = field(default_factory=dict[str, str])
    lookups: Mapping[str, Lookup] = field(default_factory=dict[str, Lookup])
    name: str | None = None
    snapshot: SnapshotMapping | None = None

    @property
    def keeps_cursor(self) -> bool:
        """Whether a load goes on where the last one ended."""
        place = self.location
        grows = (place.incremental, place.done, place.once, place.s3, place.sftp, place.http, place.kafka, place.nats)
        return self.snapshot is not None or any(grows)


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """One mapping file. ``country`` and ``zone`` hold where a record says nothing else.

    ``max_rejected``: largest share of rejected rows of a delivery, none for that of the settings.
    """

    file: Path
    name: str
    source: SourceRecord
    inputs: tuple[InputMapping, ...]
    zone: tzinfo
    country: str | None = None
    delivered_at: datetime | None = None
    revision: int = 0
    max_rejected: float | None = None

    def cursor_name(self, number: int) -> str:
        """What an input is called in cursors: a raised revision reads it from the start."""
        part = self.inputs[number]
        selection = part.location.table or ("query" if part.location.query else "")
        place = part.name or f"{part.location.name}{'#' if selection else ''}{selection}"
        return f"{self.name}/{place}{f'@{self.revision}' if self.revision else ''}"
