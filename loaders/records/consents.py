"""Statements about consent."""

from datetime import datetime

from graph.records import ConsentRecord, CustomerRef, DeviceRef, IdentifierValue
from graph.times import milliseconds
from loaders.mappings.model import ConsentMapping
from loaders.records.context import Context
from loaders.records.fields import IdentifierReader, TimeReader
from loaders.records.findings import MISSING_TIME, Findings, RowRejectedError
from loaders.records.ids import id_reader
from loaders.records.interactions import customer_reader, device_reader
from loaders.records.values import condition_reader, text_reader
from loaders.sources.rows import Row
from loaders.standardise.identifiers import short_id
from loaders.standardise.unusable import Unusable

STATES = ("granted", "denied", "withdrawn")
_UNKNOWN_STATE = Unusable("unknown_state", f"not one of {', '.join(STATES)}; map it with `values`")
_NO_PURPOSE = Unusable("missing_purpose", "a consent without a purpose")
_NO_SUBJECT = Unusable("missing_subject", "a consent of nobody")


class ConsentReader:
    """Reads one of the statements of a row."""

    def __init__(self, mapping: ConsentMapping, context: Context) -> None:
        self._context = context
        self._counts = condition_reader(mapping.where)
        self._fact_id = id_reader("fact_id", mapping.fact_id)
        self._purpose, self._state = text_reader(mapping.purpose), text_reader(mapping.state)
        self._channel, self._basis = text_reader(mapping.channel), text_reader(mapping.basis)
        self._evidence = text_reader(mapping.evidence)
        self._effective_at = TimeReader("effective_at", mapping.effective_at, context.zone)
        self._recorded_at = TimeReader("recorded_at", mapping.recorded_at, context.zone)
        self._customer, self._device = customer_reader(mapping.customer, context), device_reader(mapping.device)
        self._identifier = IdentifierReader(mapping.identifier) if mapping.identifier else None

    def read(self, row: Row, findings: Findings) -> ConsentRecord | None:
        """The statement, none where there is none; one that cannot be used is set aside."""
        state = self._state(row) if self._counts(row) else None
        if state is None:
            return None
        effective_at = self._effective_at.read(row, findings)
        problem = self._problem(row, state, effective_at)
        if problem is not None:
            findings.add("consent", problem, state)
            return None
        try:
            return self._record(row, state, effective_at, findings) if effective_at else None
        except RowRejectedError as error:
            findings.add(error.field, error.problem, state)
            return None

    def _problem(self, row: Row, state: str, effective_at: datetime | None) -> Unusable | None:
        if state not in STATES:
            return _UNKNOWN_STATE
        if self._purpose(row) is None:
            return _NO_PURPOSE
        return MISSING_TIME if effective_at is None else None

    def _record(self, row: Row, state: str, effective_at: datetime, findings: Findings) -> ConsentRecord | None:
        customer, device, identifier = self._customer(row), self._device(row), self._stated_for(row, findings)
        subject = customer or device or identifier
        purpose = self._purpose(row)
        if subject is None or purpose is None:
            findings.add("consent", _NO_SUBJECT, state)
            return None
        channel = self._channel(row)
        return ConsentRecord(
            source=self._context.source.name,
            fact_id=self._fact_id(row) or _made_id(subject, (purpose, channel or "", state), effective_at),
            purpose=purpose,
            state=state,
            effective_at=effective_at,
            recorded_at=self._recorded_at.read(row, findings) or effective_at,
            channel=channel,
            basis=self._basis(row),
            evidence=self._evidence(row),
            customer=customer,
            identifier=identifier,
            device=device,
        )

    def _stated_for(self, row: Row, findings: Findings) -> IdentifierValue | None:
        if self._identifier is None:
            return None
        return next(iter(self._identifier.read(row, self._context.country, findings)), None)


def _made_id(subject: CustomerRef | DeviceRef | IdentifierValue, said: tuple[str, str, str], at: datetime) -> str:
    """The same statement gets the same id whenever it is delivered. Raises RowRejectedError."""
    made = short_id(":".join((subject.key, *said, str(milliseconds(at)))))
    if isinstance(made, Unusable):
        raise RowRejectedError("fact_id", made)
    return made
