"""Fields of rows in their standard form: texts, moments, identifiers."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import TypeAlias

from graph.records import IdentifierValue
from loaders.mappings.model import FULL_NAME, PERSON_FIELDS, IdentifierMapping, Value, Values
from loaders.records.findings import NOT_TEXT, Findings, RowRejectedError
from loaders.records.values import ReadText, is_structure, text_reader, texts_reader, value_reader
from loaders.sources.rows import Row
from loaders.standardise.addresses import (
    standardise_city,
    standardise_postcode,
    standardise_state,
    standardise_street,
)
from loaders.standardise.companies import standardise_company
from loaders.standardise.countries import standardise_country
from loaders.standardise.dates import standardise_date, standardise_time
from loaders.standardise.full_names import FullName, cut_title, split_full_name
from loaders.standardise.genders import standardise_gender
from loaders.standardise.identifiers import standardise_identifiers
from loaders.standardise.names import standardise_name
from loaders.standardise.texts import standardise_text
from loaders.standardise.unusable import Unusable

_YES = frozenset({"true", "yes", "y", "1", "t", "ja"})

Standardise: TypeAlias = Callable[[str, str | None], str | Unusable | None]
"""From a text and the record's country."""


class TimeReader:
    """Reads a moment."""

    def __init__(self, name: str, values: Values, zone: tzinfo) -> None:
        self._name, self._zone = name, zone
        self._readers = [(value_reader(value), value.formats) for value in values]
        self.is_mapped = bool(values)

    def read(self, row: Row, findings: Findings) -> datetime | None:
        """The moment; one that cannot be read is set aside."""
        text, found = self._find(row)
        if isinstance(found, Unusable):
            findings.add(self._name, found, text)
            return None
        return found

    def require(self, row: Row) -> datetime | None:
        """The moment, none where there is none. Raises RowRejectedError for one that cannot be read."""
        _, found = self._find(row)
        if isinstance(found, Unusable):
            raise RowRejectedError(self._name, found)
        return found

    def _find(self, row: Row) -> tuple[str, datetime | Unusable | None]:
        for read, formats in self._readers:
            text = read(row)
            if text is not None:
                return text, standardise_time(text, formats, self._zone)
        return "", None


class IdentifierReader:
    """Reads the identifiers of one kind."""

    def __init__(self, mapping: IdentifierMapping) -> None:
        self._kind = mapping.kind
        self._texts = texts_reader(mapping.value)
        self._verified: ReadText | None = text_reader(mapping.verified) if mapping.verified else None

    def read(self, row: Row, country: str | None, findings: Findings) -> list[IdentifierValue]:
        """The identifiers in the field; those that cannot be used are set aside."""
        texts = self._texts(row)
        if not texts:
            return []
        verified = self._verified is not None and (self._verified(row) or "").casefold() in _YES
        usable: list[IdentifierValue] = []
        for text in texts:
            for value in standardise_identifiers(self._kind, text, country):
                if isinstance(value, Unusable):
                    findings.add(self._kind, value, text)
                else:
                    usable.append(_verified(value) if verified else value)
        return usable


def _verified(value: IdentifierValue) -> IdentifierValue:
    return IdentifierValue(value.kind, value.raw, value.normalised, value.match_key, verified=True)


ReadField: TypeAlias = Callable[[Row, str | None, Findings], str | None]
"""Gives the standardised text of a field; what cannot be used is set aside. Takes the record's country."""


def field_reader(name: str, values: Values) -> ReadField:
    """Reads a field in its standard form."""
    alternatives = [(value_reader(value), _standardiser(name, value)) for value in values]
    if len(alternatives) == 1:
        return _only_reader(name, *alternatives[0])

    def read(row: Row, country: str | None, findings: Findings) -> str | None:
        for read_text, standardise in alternatives:
            text = read_text(row)
            if text is None:
                continue
            found = NOT_TEXT if is_structure(text) else standardise(text, country)
            if not isinstance(found, Unusable):
                return found
            findings.add(name, found, text)
            return None
        return None

    return read


def _only_reader(name: str, read_text: ReadText, standardise: Standardise) -> ReadField:
    def read_only(row: Row, country: str | None, findings: Findings) -> str | None:
        text = read_text(row)
        found = None if text is None else standardise(text, country)
        if isinstance(found, Unusable):
            findings.add(name, found, text or "")
            return None
        return found

    return read_only


def read_fields(readers: Mapping[str, ReadField], row: Row, country: str | None, findings: Findings) -> dict[str, str]:
    """The fields that a row has."""
    kept: dict[str, str] = {}
    for name, read in readers.items():
        value = read(row, country, findings)
        if value is not None:
            kept[name] = value
    return kept


def read_full_name(text: str, country: str | None, findings: Findings) -> dict[str, str]:
    """The parts of a name in one field: given_name, family_name, name_title, name_suffix."""
    name = NOT_TEXT if is_structure(text) else split_full_name(text, country)
    if isinstance(name, FullName):
        parts = {
            "given_name": name.given_name,
            "family_name": name.family_name,
            "name_title": name.title,
            "name_suffix": name.suffix,
        }
        return {part: value for part, value in parts.items() if value is not None}
    if name is not None:
        findings.add(FULL_NAME, name, text)
    return {}


def without_title(fields: dict[str, str]) -> dict[str, str]:
    """Fields whose given name has no title at its head; the title is kept apart."""
    if " " not in fields.get("given_name", ""):
        return fields
    title, given = cut_title(fields["given_name"])
    return fields if title is None else {"name_title": title, **fields, "given_name": given}


def _standardiser(name: str, value: Value) -> Standardise:
    kind = value.standardise or PERSON_FIELDS.get(name, "text")
    if kind == "date":
        return lambda text, _country: standardise_date(text, value.formats)
    return _STANDARDISERS[kind]


def _without_country(standardise: Callable[[str], str | Unusable | None]) -> Standardise:
    return lambda text, _country: standardise(text)


_STANDARDISERS: dict[str, Standardise] = {
    "city": _without_country(standardise_city),
    "company": _without_country(standardise_company),
    "country": _without_country(standardise_country),
    "gender": _without_country(standardise_gender),
    "name": _without_country(standardise_name),
    "postcode": standardise_postcode,
    "state": _without_country(standardise_state),
    "street": standardise_street,
    "text": _without_country(standardise_text),
}
