"""Customers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from graph.records import CustomerRecord, IdentifierValue
from loaders.mappings.model import FULL_NAME, CustomerMapping
from loaders.records.context import Context
from loaders.records.fields import (
    IdentifierReader,
    TimeReader,
    field_reader,
    read_fields,
    read_full_name,
    without_title,
)
from loaders.records.findings import Findings
from loaders.records.ids import required_id
from loaders.records.values import condition_reader, rest_reader, text_reader
from loaders.sources.rows import Row
from loaders.standardise.countries import is_country

_HIGHER_PER_REVISION = 100
_NAME_TRAITS = ("name_title", "name_suffix")
SET_ASIDE = "set_aside"
"""Trait that holds, by field, what was sent and could not be used."""


class CustomerReader:
    """Reads the customer of a row."""

    def __init__(self, mapping: CustomerMapping, context: Context, used: frozenset[str]) -> None:
        self._context = context
        self._counts = condition_reader(mapping.where)
        self._external_id = text_reader(mapping.external_id, whole=True)
        self._country = field_reader("country", mapping.fields.get("country", ()))
        self._full_name = text_reader(mapping.fields.get(FULL_NAME, ()))
        self._fields = {
            name: field_reader(name, values)
            for name, values in mapping.fields.items()
            if name not in {"country", FULL_NAME}
        }
        self._attributes = {name: field_reader(name, values) for name, values in mapping.attributes.items()}
        self._identifiers = [IdentifierReader(identifier) for identifier in mapping.identifiers]
        self._created_at = TimeReader("created_at", mapping.created_at, context.zone)
        self._updated_at = TimeReader("updated_at", mapping.updated_at, context.zone)
        self._traits = rest_reader(mapping.traits, used)

    def read(self, row: Row, delivered_at: datetime, findings: Findings) -> CustomerRecord | None:
        """The customer, none where the row does not count. Raises RowRejectedError."""
        if not self._counts(row):
            return None
        external_id = required_id("external_id", self._external_id(row))
        country, fields = self._read_fields(row, findings)
        identifiers = self._read_identifiers(row, country or self._context.country, findings)
        updated_at = self._updated_at.require(row)
        created_at = self._created_at.read(row, findings)
        traits = self._read_traits(row, fields, findings)
        return CustomerRecord(
            source=self._context.source.name,
            external_id=external_id,
            observed_at=updated_at or (created_at if self._updated_at.is_mapped else None) or delivered_at,
            **fields,
            attributes=read_fields(self._attributes, row, country, findings),
            traits=traits,
            identifiers=identifiers,
            created_at=created_at,
            updated_at=updated_at,
            standing=self._standing(findings),
        )

    def _read_fields(self, row: Row, findings: Findings) -> tuple[str | None, dict[str, Any]]:
        written = self._country(row, None, findings)
        country = written if written is not None and is_country(written) else None
        home = country or self._context.country
        fields: dict[str, Any] = without_title(read_fields(self._fields, row, home, findings))
        if written is not None:
            fields["country"] = written
        name = self._full_name(row)
        if name is not None:
            fields = read_full_name(name, home, findings) | fields
        return country, fields

    def _read_identifiers(self, row: Row, country: str | None, findings: Findings) -> tuple[IdentifierValue, ...]:
        found: dict[str, IdentifierValue] = {}
        for reader in self._identifiers:
            for value in reader.read(row, country, findings):
                found.setdefault(value.key, value)
        return tuple(found.values())

    def _read_traits(self, row: Row, fields: dict[str, Any], findings: Findings) -> Mapping[str, Any]:
        traits = self._traits(row)
        for name in _NAME_TRAITS:
            if name in fields:
                traits[name] = fields.pop(name)
        if findings.found:
            traits[SET_ASIDE] = {finding.field: finding.sent for finding in findings.found}
        return traits

    def _standing(self, findings: Findings) -> int:
        """Of two versions with one time, that with less set aside counts.

        A damaged copy of a row must not win over the row, and a mended row must win over what it mends.
        """
        return self._context.revision * _HIGHER_PER_REVISION - len(findings.rejected)
