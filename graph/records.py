"""What goes in: one typed record per node that a source can send, and the batch that is written whole or not at all.

Records are standardised already: names cleaned, dates ISO 8601, times aware UTC, identifiers in their three forms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from graph.kinds import DeviceKind, SourceKind


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A system that sends data. ``trust``: 0 to 100, higher wins where sources disagree."""

    name: str
    kind: SourceKind
    channel: str | None = None
    trust: int = 50


@dataclass(frozen=True, slots=True)
class IdentifierValue:
    """An identifier of a customer. ``raw`` as sent, ``normalised`` to contact, ``match_key`` to link."""

    kind: str
    raw: str
    normalised: str
    match_key: str
    verified: bool = False

    @property
    def key(self) -> str:
        """Key of the node."""
        return f"{self.kind}:{self.match_key}"


@dataclass(frozen=True, slots=True)
class CustomerRef:
    """Names a customer that may not be in the graph yet."""

    source: str
    external_id: str

    @property
    def key(self) -> str:
        """Key of the node."""
        return f"{self.source}:{self.external_id}"


@dataclass(frozen=True, slots=True)
class DeviceRef:
    """Names a device that may not be in the graph yet."""

    kind: DeviceKind
    device_id: str

    @property
    def key(self) -> str:
        """Key of the node."""
        return f"{self.kind}:{self.device_id}"


PERSON_FIELDS = (
    "given_name",
    "middle_name",
    "family_name",
    "birth_date",
    "gender",
    "street",
    "postcode",
    "city",
    "state",
    "country",
    "company",
)
"""The fields of a customer that every source means alike."""


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """What one source knows of one customer.

    ``observed_at`` is the age of this version: ``updated_at`` where the source has one, else the time of the delivery.
    Of two versions the younger stays, of two equally old ones that of the higher ``standing``, then the one with the
    larger content hash, so that every order of arrival gives the same graph. ``attributes`` are further facts that are
    compared (``birth_place``), ``traits`` are everything else.
    """

    source: str
    external_id: str
    observed_at: datetime
    given_name: str | None = None
    middle_name: str | None = None
    family_name: str | None = None
    birth_date: str | None = None
    gender: str | None = None
    street: str | None = None
    postcode: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    company: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict[str, str])
    traits: Mapping[str, Any] = field(default_factory=dict[str, Any])
    identifiers: tuple[IdentifierValue, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    standing: int = 0

    @property
    def key(self) -> str:
        """Key of the node."""
        return f"{self.source}:{self.external_id}"


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One visit, or as much of it as one message shows; messages of one session are merged in any order.

    ``customer`` is given only with proof: the session named a user who had logged in, at ``started_at`` of this record.
    ``is_cut``: the source numbers no sessions, so the silence of the device cuts them (``graph.silence``).
    """

    source: str
    session_id: str
    started_at: datetime
    ended_at: datetime
    channel: str | None = None
    device: DeviceRef | None = None
    customer: CustomerRef | None = None
    entry_page: str | None = None
    campaign: str | None = None
    is_cut: bool = False

    @property
    def key(self) -> str:
        """Key of the node."""
        return f"{self.source}:{self.session_id}"


@dataclass(frozen=True, slots=True)
class InteractionRecord:
    """One thing that happened. It hangs on its session where it has one, else on its customer.

    One of ``customer`` and ``device`` must be given: it is the owner in whose journey the interaction appears. A
    session needs no ``SessionRecord`` of its own unless there is more to say of it, such as a login or a campaign.
    ``is_cut``: as of ``SessionRecord``.
    """

    source: str
    message_id: str
    type: str
    name: str
    at: datetime
    channel: str | None = None
    customer: CustomerRef | None = None
    device: DeviceRef | None = None
    session_id: str | None = None
    amount: float | None = None
    currency: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict[str, Any])
    is_cut: bool = False

    @property
    def key(self) -> str:
        """Key of the node."""
        return f"{self.source}:{self.message_id}"


# Of statements that were made at one moment the one that forbids counts.
STRICTNESS = {"granted": 0, "denied": 1, "withdrawn": 2}


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One statement about consent, on exactly one of ``customer``, ``identifier`` and ``device``."""

    source: str
    fact_id: str
    purpose: str
    state: str
    effective_at: datetime
    recorded_at: datetime
    channel: str | None = None
    basis: str | None = None
    evidence: str | None = None
    customer: CustomerRef | None = None
    identifier: IdentifierValue | None = None
    device: DeviceRef | None = None


class Records(Protocol):
    """What is written together."""

    @property
    def customers(self) -> Sequence[CustomerRecord]:
        """Customers, each as a whole or in parts."""
        ...

    @property
    def sessions(self) -> Sequence[SessionRecord]:
        """Sessions."""
        ...

    @property
    def interactions(self) -> Sequence[InteractionRecord]:
        """Interactions."""
        ...

    @property
    def consents(self) -> Sequence[ConsentRecord]:
        """Statements about consent."""
        ...


@dataclass(frozen=True, slots=True)
class SourceCursor:
    """How far one part of an input was read: a file, a partition, a table, whatever its connector counts by.

    ``position`` grows; of two the greater stays. ``value``: what the connector needs besides it to go on, as JSON text.
    """

    source: str
    input: str
    part: str
    position: int | str
    at: datetime
    value: str | None = None

    @property
    def key(self) -> str:
        """Key of the node."""
        return f"{self.source}:{self.input}:{self.part}"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A full snapshot, taken at a time, to which the customers of a batch belong.

    ``missing``: keys of customers that it held before and holds no more.
    """

    name: str
    at: datetime
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one source that are written in one transaction, with how far its inputs were read by then."""

    source: SourceRecord
    run_id: str
    customers: tuple[CustomerRecord, ...] = ()
    sessions: tuple[SessionRecord, ...] = ()
    interactions: tuple[InteractionRecord, ...] = ()
    consents: tuple[ConsentRecord, ...] = ()
    snapshot: Snapshot | None = None
    cursors: tuple[SourceCursor, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageRecords:
    """What one live message says, written whole or not at all (``graph.messages``).

    ``customer``: as much of the customer as the message tells, the rest stays as it is. ``session``: what it shows of
    the session besides the interaction. ``former``: the customer that the same source knew this one as before.
    ``initial``: of the same customer, what counts in case that nothing else is known.
    """

    interaction: InteractionRecord
    customer: CustomerRecord | None = None
    session: SessionRecord | None = None
    consents: tuple[ConsentRecord, ...] = ()
    former: CustomerRef | None = None
    initial: CustomerRecord | None = None
