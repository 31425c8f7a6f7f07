"""Writing live messages: many in one transaction, each once, whatever the order in which they arrive.

Of several messages with one id the first to arrive stays, and nothing of the others: clients repeat themselves, and a
repetition that was corrected by another clock is still one. What else differs from a load: a message tells a part of a
customer, silence may cut sessions, and the source is known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from graph.connection import Graph, Row, Transaction
from graph.latest_facts import complete_customers
from graph.records import (
    ConsentRecord,
    CustomerRecord,
    InteractionRecord,
    MessageRecords,
    SessionRecord,
)
from graph.rows import device_rows, interaction_rows, reference_row, reference_rows
from graph.silence import Cuts, cut_sessions
from graph.times import milliseconds
from graph.writing import Step, consent_steps, identifier_steps, interaction_steps, session_steps

_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class MessagesWritten:
    """``new``: how many of the messages were not known; ``customers``: keys of those whom the new ones speak of."""

    new: int
    customers: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Together:
    """The records of several messages."""

    customers: Sequence[CustomerRecord]
    sessions: Sequence[SessionRecord]
    interactions: Sequence[InteractionRecord]
    consents: Sequence[ConsentRecord]


def write_messages(
    graph: Graph, messages: Sequence[MessageRecords], run_id: str, timeout_s: float = _TIMEOUT_S
) -> MessagesWritten:
    """Write messages in one transaction. Raises WriteConflictError, GraphUnavailableError, GraphError.

    When it raises, nothing of them is in the graph, unless the answer of the database was lost; either way they can be
    sent again.
    """
    return graph.write(lambda transaction: _write(transaction, messages, run_id), timeout_s)


def _write(transaction: Transaction, messages: Sequence[MessageRecords], run_id: str) -> MessagesWritten:
    new = _unknown(transaction, messages)
    if not new:
        return MessagesWritten(0, frozenset())
    together = _Together(
        customers=[said for message in new for said in (message.customer, message.initial) if said],
        sessions=[message.session for message in new if message.session],
        interactions=[message.interaction for message in new],
        consents=[consent for message in new for consent in message.consents],
    )
    complete_customers(transaction, new, run_id)
    _run(transaction, _customer_steps(together, new))
    cuts = cut_sessions(transaction, together.interactions)
    _run(transaction, _happening_steps(_with_sessions(together, cuts), cuts, run_id))
    return MessagesWritten(len(new), frozenset(record.key for record in together.customers))


def _unknown(transaction: Transaction, messages: Sequence[MessageRecords]) -> list[MessageRecords]:
    first: dict[str, MessageRecords] = {}
    for message in messages:
        first.setdefault(message.interaction.key, message)
    known = {row["key"] for row in transaction.read("list_known_interactions", keys=sorted(first))}
    return [message for key, message in first.items() if key not in known]


def _customer_steps(together: _Together, messages: Sequence[MessageRecords]) -> list[Step]:
    aliases = list(_alias_rows(messages))
    references = reference_rows(together) + [reference_row(m.former) for m in messages if m.former]
    return [
        Step("merge_customer_references", references),
        *identifier_steps(together),
        Step("merge_aliases", aliases),
        Step("merge_former_user_ids", _perhaps_aliased(together.customers, aliases)),
        # Locks the devices, so that nobody else cuts their sessions meanwhile.
        Step("merge_devices", device_rows(together)),
    ]


def _alias_rows(messages: Iterable[MessageRecords]) -> Iterable[Row]:
    for message in messages:
        customer, former = message.interaction.customer, message.former
        if customer is not None and former is not None and customer != former:
            yield {"customer": customer.key, "former": former.key, "at": milliseconds(message.interaction.at)}


def _perhaps_aliased(customers: Iterable[CustomerRecord], aliases: Iterable[Row]) -> list[Row]:
    keys = {record.key for record in customers} | {row["former"] for row in aliases}
    return [{"key": key} for key in sorted(keys)]


def _with_sessions(together: _Together, cuts: Cuts) -> _Together:
    return replace(
        together,
        sessions=[cuts.session(record) for record in together.sessions],
        interactions=[cuts.interaction(record) for record in together.interactions],
    )


def _happening_steps(together: _Together, cuts: Cuts, run_id: str) -> list[Step]:
    return [
        *session_steps(together, cuts),
        *interaction_steps(interaction_rows(together.interactions), run_id),
        *consent_steps(together, run_id),
    ]


def _run(transaction: Transaction, steps: Iterable[Step]) -> None:
    for step in steps:
        if step.rows:
            step.as_statement().run_in(transaction)
