"""Record: what is known of one request when it is answered: for its line in the log, the metrics and its trace.

It is reached from wherever the request is worked on, threads included. It holds no document, no variable and no value.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

# A name is the client's own text, and stands in logs.
_LONGEST_NAME = 80
# Codes of errors that no client can mend.
_FAILURES = frozenset({"INTERNAL", "TIMEOUT", "UNAVAILABLE"})


@dataclass(slots=True)
class RequestRecord:
    """One request. ``actor``: the viewer's subject. ``codes``: of the errors in its answer. ``cost``: as guarded."""

    request_id: str
    actor: str | None = None
    operation: str | None = None
    cost: int | None = None
    codes: list[str] = field(default_factory=list[str])
    trace_id: str | None = None

    def name_operation(self, name: str | None, actor: str) -> None:
        """Say which operation somebody asked for."""
        self.operation, self.actor = (name or "-")[:_LONGEST_NAME], actor

    def note_answer(self, body: Mapping[str, Any]) -> None:
        """Say what the JSON body of an answer tells: its errors and its cost."""
        self.codes += [str(error["extensions"]["code"]) for error in body.get("errors", ())]
        self.cost = body.get("extensions", {}).get("cost", {}).get("requested", self.cost)

    @property
    def failed(self) -> bool:
        """Whether an error is ours or the database's, and not the client's."""
        return not _FAILURES.isdisjoint(self.codes)

    def as_fields(self) -> dict[str, object]:
        """What is known, by name."""
        known = {name: getattr(self, name) for name in ("actor", "operation", "cost", "codes", "trace_id")}
        return {name: value for name, value in known.items() if value not in (None, [])}


_CURRENT: ContextVar[RequestRecord | None] = ContextVar("request", default=None)


def begin_record(request_id: str) -> RequestRecord:
    """The record of the request that this task answers."""
    record = RequestRecord(request_id)
    _CURRENT.set(record)
    return record


def current_record() -> RequestRecord | None:
    """The record of the request that is worked on here; none outside of one."""
    return _CURRENT.get()
