"""Interactions, and the sessions that they show."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias, TypeVar

from graph.records import CustomerRef, DeviceRef, InteractionRecord, SessionRecord
from loaders.mappings.model import CustomerReference, DeviceReference, InteractionMapping
from loaders.records.context import Context
from loaders.records.fields import TimeReader
from loaders.records.findings import (
    MISSING_NAME,
    MISSING_TIME,
    NO_OWNER,
    Findings,
    RowRejectedError,
)
from loaders.records.ids import id_reader, required_id
from loaders.records.values import ReadText, condition_reader, rest_reader, text_reader, value_reader
from loaders.sources.rows import Row
from loaders.standardise.identifiers import standardise_id, standardise_reference
from loaders.standardise.money import standardise_amount, standardise_currency
from loaders.standardise.texts import clean
from loaders.standardise.unusable import Unusable

# Types and names of interactions are few, and every row has both.
_clean = lru_cache(10_000)(clean)

Standard = TypeVar("Standard", str, float)
ReadCustomer: TypeAlias = Callable[[Row], CustomerRef | None]
ReadDevice: TypeAlias = Callable[[Row], DeviceRef | None]


class InteractionReader:
    """Reads one of the interactions of a row."""

    def __init__(self, mapping: InteractionMapping, context: Context, used: frozenset[str]) -> None:
        self._source = context.source.name
        self._channel = mapping.channel or context.source.channel
        self._counts = condition_reader(mapping.where)
        self._message_id = text_reader(mapping.message_id, whole=True)
        self._type, self._name = text_reader(mapping.type), text_reader(mapping.name)
        self._at = TimeReader("at", mapping.at, context.zone)
        self._customer = customer_reader(mapping.customer, context)
        self._device = device_reader(mapping.device)
        self._session_id = id_reader("session", mapping.session)
        self._campaign, self._entry_page = text_reader(mapping.campaign), text_reader(mapping.entry_page)
        self._amounts = [(value_reader(value), value.decimal) for value in mapping.amount]
        self._currency, self._country = text_reader(mapping.currency), context.country
        self._properties = rest_reader(mapping.properties, used)
        self._logs_in = mapping.customer is not None and mapping.customer.logged_in

    def read(self, row: Row, findings: Findings) -> InteractionRecord | None:
        """The interaction, none where the row does not count. Raises RowRejectedError."""
        if not self._counts(row):
            return None
        customer, device = self._customer(row), self._device(row)
        if customer is None and device is None:
            raise RowRejectedError("customer", NO_OWNER)
        at = self._moment(row)
        return InteractionRecord(
            source=self._source,
            message_id=required_id("message_id", self._message_id(row)),
            type=self._required_text(self._type, row, "type"),
            name=self._required_text(self._name, row, "name"),
            at=at,
            channel=self._channel,
            customer=customer,
            device=device,
            session_id=self._session_id(row) or (device and f"{device.device_id}:{at.date().isoformat()}"),
            amount=self._read_amount(row, findings),
            currency=self._read_currency(row, findings),
            properties=self._properties(row),
        )

    def read_session(self, row: Row, interaction: InteractionRecord) -> SessionRecord | None:
        """What the row shows of the session besides the interaction, none where that is nothing."""
        if interaction.session_id is None:
            return None
        campaign, entry_page = self._campaign(row), self._entry_page(row)
        customer = interaction.customer if self._logs_in else None
        if customer is None and campaign is None and entry_page is None:
            return None
        return SessionRecord(
            source=self._source,
            session_id=interaction.session_id,
            started_at=interaction.at,
            ended_at=interaction.at,
            channel=self._channel,
            device=interaction.device,
            customer=customer,
            entry_page=entry_page,
            campaign=campaign,
        )

    def _moment(self, row: Row) -> datetime:
        at = self._at.require(row)
        if at is None:
            raise RowRejectedError("at", MISSING_TIME)
        return at

    def _read_amount(self, row: Row, findings: Findings) -> float | None:
        for read, decimal in self._amounts:
            text = read(row)
            if text is not None:
                return _usable(standardise_amount(text, decimal), text, "amount", findings)
        return None

    def _read_currency(self, row: Row, findings: Findings) -> str | None:
        text = self._currency(row)
        return None if text is None else _usable(standardise_currency(text, self._country), text, "currency", findings)

    def _required_text(self, read: ReadText, row: Row, name: str) -> str:
        text = _clean(read(row) or "")
        if not text:
            raise RowRejectedError(name, MISSING_NAME)
        return text


def customer_reader(reference: CustomerReference | None, context: Context) -> ReadCustomer:
    """Reads the customer that a row names; raises RowRejectedError."""
    if reference is None:
        return lambda _row: None
    is_own = reference.source == context.source.name
    read = id_reader("customer", reference.external_id, standardise_id if is_own else standardise_reference)

    def read_customer(row: Row) -> CustomerRef | None:
        external_id = read(row)
        return None if external_id is None else CustomerRef(reference.source, external_id)

    return read_customer


def device_reader(reference: DeviceReference | None) -> ReadDevice:
    """Reads the device that a row names; raises RowRejectedError."""
    if reference is None:
        return lambda _row: None
    read = id_reader("device", reference.device_id)

    def read_device(row: Row) -> DeviceRef | None:
        device_id = read(row)
        return None if device_id is None else DeviceRef(reference.kind, device_id)

    return read_device


def _usable(found: Standard | Unusable | None, text: str, name: str, findings: Findings) -> Standard | None:
    if isinstance(found, Unusable):
        findings.add(name, found, text)
        return None
    return found
