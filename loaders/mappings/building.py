"""From a checked document to a ``SourceMapping``, with the checks that a schema cannot make."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

from graph.kinds import DeviceKind, SourceKind
from graph.records import SourceRecord
from loaders.mappings.documents import Document, Position
from loaders.mappings.expressions import read_conditions, read_values
from loaders.mappings.locations import read_location, read_snapshot
from loaders.mappings.model import (
    FULL_NAME,
    ConsentMapping,
    CustomerMapping,
    CustomerReference,
    DeviceReference,
    IdentifierMapping,
    InputMapping,
    InteractionMapping,
    Location,
    Lookup,
    SourceMapping,
    Values,
)
from loaders.standardise.countries import is_country

_FIXED_STANDARDISERS = {"birth_date": "date", "gender": "gender", "country": "country"}

Part = TypeVar("Part")


def build_mapping(document: Document, name: str) -> SourceMapping:
    """The mapping that a document describes. Raises MappingError."""
    return _Building(document).mapping(name)


class _Building:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._source = str(document.data["source"]["name"])

    def mapping(self, name: str) -> SourceMapping:
        data = self._document.data
        source = data["source"]
        mapping = SourceMapping(
            file=self._document.file,
            name=name,
            source=self._source_record(source),
            inputs=tuple(self._input(part, ("inputs", number)) for number, part in enumerate(data["inputs"])),
            zone=self._zone(source),
            country=self._country(source),
            delivered_at=self._delivered_at(data),
            revision=source.get("revision", 0),
            max_rejected=data.get("max_rejected"),
        )
        self._check_names(mapping)
        return mapping

    def _check_names(self, mapping: SourceMapping) -> None:
        """Inputs of one name would share their cursor, and the second would find everything loaded already."""
        names = [mapping.cursor_name(number) for number in range(len(mapping.inputs))]
        for number, name in enumerate(names):
            if mapping.inputs[number].keeps_cursor and names.index(name) < number:
                self._refuse(("inputs", number), "another input has its place or name.", "Give it a `name` of its own.")

    def _source_record(self, source: Mapping[str, Any]) -> SourceRecord:
        if self._source in set(DeviceKind):
            self._refuse(("source", "name"), "a kind of device is called so.", "Choose another name.")
        return SourceRecord(self._source, SourceKind(source["kind"]), source.get("channel"), source.get("trust", 50))

    def _zone(self, source: Mapping[str, Any]) -> tzinfo:
        name = source.get("time_zone", "UTC")
        try:
            return UTC if name == "UTC" else ZoneInfo(name)
        except (OSError, ValueError, KeyError):
            self._refuse(("source", "time_zone"), "no such time zone.", "Use an IANA name, such as Europe/Berlin.")

    def _country(self, source: Mapping[str, Any]) -> str | None:
        code = source.get("country")
        if code is not None and not is_country(code):
            self._refuse(("source", "country"), "no such country.", "Use an ISO 3166-1 alpha-2 code, such as DE.")
        return code

    def _delivered_at(self, data: Mapping[str, Any]) -> datetime | None:
        if "delivered_at" not in data:
            return None
        try:
            moment = datetime.fromisoformat(data["delivered_at"])
        except ValueError:
            self._refuse(("delivered_at",), "not a time.", "Write it as ISO 8601, such as 2026-01-31T12:00:00Z.")
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def _input(self, data: Mapping[str, Any], at: Position) -> InputMapping:
        customer = self._customer(data["customer"], (*at, "customer")) if "customer" in data else None
        interactions = self._parts(data, at, "interactions", self._interaction)
        consents = self._parts(data, at, "consents", self._consent)
        if customer is None and not interactions and not consents:
            self._refuse(at, "its rows become nothing.", "Add customer, interactions or consents.")
        return InputMapping(
            location=read_location(self._document, data, at),
            line=self._document.line(at),
            customer=customer,
            interactions=interactions,
            consents=consents,
            json=tuple(data.get("json", ())),
            ignore=frozenset(data.get("ignore", ())),
            where=read_conditions(self._document, data, at),
            split=dict(data.get("split", {})),
            lookups={
                name: self._lookup(part, (*at, "lookups", name)) for name, part in data.get("lookups", {}).items()
            },
            name=data.get("name"),
            snapshot=read_snapshot(self._document, data, at),
        )

    def _lookup(self, data: Mapping[str, Any], at: Position) -> Lookup:
        known = {name: data[name] for name in ("format", "delimiter", "encoding") if name in data}
        return Lookup(
            location=Location(files=(data["file"],), **known),
            key=data["key"],
            column=self._values(data["column"], (*at, "column")),
        )

    def _customer(self, data: Mapping[str, Any], at: Position) -> CustomerMapping:
        fields = {
            name: self._field(name, value, (*at, "fields", name)) for name, value in data.get("fields", {}).items()
        }
        attributes = data.get("attributes", {})
        return CustomerMapping(
            external_id=self._values(data["external_id"], (*at, "external_id")),
            fields=fields,
            attributes={name: self._values(value, (*at, "attributes", name)) for name, value in attributes.items()},
            identifiers=self._parts(data, at, "identifiers", self._identifier),
            created_at=self._optional(data, at, "created_at"),
            updated_at=self._optional(data, at, "updated_at"),
            traits=_columns(data, "traits"),
            where=read_conditions(self._document, data, at),
        )

    def _field(self, name: str, data: Any, at: Position) -> Values:  # noqa: ANN401
        values = self._values(data, at)
        fixed = _FIXED_STANDARDISERS.get(name)
        for value in values:
            if value.standardise not in {None, fixed} and (fixed or name == FULL_NAME):
                self._refuse((*at, "standardise"), f"a {name} is standardised in one way.", "Leave it out.")
            if value.standardise == "date" and name != "birth_date":
                self._refuse((*at, "standardise"), "only a birth_date is a date.", "Leave it out.")
        return values

    def _identifier(self, data: Mapping[str, Any], at: Position) -> IdentifierMapping:
        value = self._values(data["value"], (*at, "value"))
        return IdentifierMapping(data["kind"], value, self._optional(data, at, "verified"))

    def _interaction(self, data: Mapping[str, Any], at: Position) -> InteractionMapping:
        customer, device = self._references(data, at)
        if customer is None and device is None:
            self._refuse(at, "it belongs to nobody.", "Add customer or device.")
        return InteractionMapping(
            message_id=self._values(data["message_id"], (*at, "message_id")),
            type=self._values(data["type"], (*at, "type")),
            name=self._values(data["name"], (*at, "name")),
            at=self._values(data["at"], (*at, "at")),
            channel=data.get("channel"),
            customer=customer,
            device=device,
            session=self._optional(data, at, "session"),
            campaign=self._optional(data, at, "campaign"),
            entry_page=self._optional(data, at, "entry_page"),
            amount=read_values(self._document, data["amount"], (*at, "amount")) if "amount" in data else (),
            currency=self._optional(data, at, "currency"),
            properties=_columns(data, "properties"),
            where=read_conditions(self._document, data, at),
        )

    def _consent(self, data: Mapping[str, Any], at: Position) -> ConsentMapping:
        customer, device = self._references(data, at)
        identifier = self._identifier(data["identifier"], (*at, "identifier")) if "identifier" in data else None
        if sum(subject is not None for subject in (customer, device, identifier)) != 1:
            self._refuse(at, "it must be about one subject.", "Give one of customer, identifier, device.")
        return ConsentMapping(
            purpose=self._values(data["purpose"], (*at, "purpose")),
            state=self._values(data["state"], (*at, "state")),
            effective_at=self._values(data["effective_at"], (*at, "effective_at")),
            fact_id=self._optional(data, at, "fact_id"),
            recorded_at=self._optional(data, at, "recorded_at"),
            channel=self._optional(data, at, "channel"),
            basis=self._optional(data, at, "basis"),
            evidence=self._optional(data, at, "evidence"),
            customer=customer,
            identifier=identifier,
            device=device,
            where=read_conditions(self._document, data, at),
        )

    def _references(
        self, data: Mapping[str, Any], at: Position
    ) -> tuple[CustomerReference | None, DeviceReference | None]:
        customer = self._customer_reference(data["customer"], (*at, "customer")) if "customer" in data else None
        device = data.get("device")
        if device is None:
            return customer, None
        return customer, DeviceReference(DeviceKind(device["kind"]), self._values(device["id"], (*at, "device", "id")))

    def _customer_reference(self, data: Any, at: Position) -> CustomerReference:  # noqa: ANN401
        if isinstance(data, str):
            return CustomerReference(self._values(data, at), self._source)
        external_id = self._values(data["external_id"], (*at, "external_id"))
        return CustomerReference(external_id, data.get("source", self._source), data.get("logged_in", False))

    def _values(self, data: Any, at: Position) -> Values:  # noqa: ANN401
        values = read_values(self._document, data, at)
        if any(value.decimal for value in values):
            self._refuse((*at, "decimal"), "only an amount has decimals.", "Leave it out.")
        return values

    def _optional(self, data: Mapping[str, Any], at: Position, name: str) -> Values:
        return self._values(data[name], (*at, name)) if name in data else ()

    def _parts(
        self, data: Mapping[str, Any], at: Position, name: str, build: Callable[[Any, Position], Part]
    ) -> tuple[Part, ...]:
        return tuple(build(part, (*at, name, number)) for number, part in enumerate(data.get(name, ())))

    def _refuse(self, at: Position, problem: str, advice: str) -> NoReturn:
        raise self._document.error(at, problem, advice)


def _columns(data: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    return tuple(data[name]) if name in data else None
