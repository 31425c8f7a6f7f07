"""Setting aside: messages that cannot be used are kept as dead letters, before the call is answered."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from api.tracking.messages import Refusal
from loaders.rejects.model import DeadLetter, Position, Raw, Reason, Stage
from loaders.rejects.reasons import REFUSED_BY_DATABASE
from loaders.rejects.store import DeadLetters

LOG = logging.getLogger("cdp.api.tracking")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where refused messages came from. ``connector``: the protocol.

    ``whole``: gives a message with what of its request takes part in it, so that it can be read again by itself.
    """

    source: str
    connector: str
    request_id: str
    received_at: datetime
    whole: Callable[[Any], Any]


class SetAside:
    """Keeps refused messages, up to a size of the store: a public write key must not fill a disk.

    Beyond it they are counted in the log, and told to the client as ever.
    """

    def __init__(self, letters: DeadLetters, run_id: str, most_bytes: int = 256_000_000) -> None:
        self._letters, self._run_id, self._most = letters, run_id, most_bytes

    def keep(self, origin: Origin, refusals: Sequence[Refusal]) -> None:
        """Keep them; they are on the disk when this returns. Called from threads. Raises LocalStoreError."""
        if self._letters.path.stat().st_size > self._most:
            LOG.error("messages lost: the store is full", extra={"source": origin.source, "refused": len(refusals)})
            return
        self._letters.add((_letter(origin, refusal) for refusal in refusals), self._run_id)


def _letter(origin: Origin, refusal: Refusal) -> DeadLetter:
    return DeadLetter(
        source=origin.source,
        connector=origin.connector,
        position=Position(origin.request_id, refusal.index),
        received_at=origin.received_at,
        raw=_raw(origin.whole(refusal.sent)),
        reason=reason_of_refusal(refusal),
    )


def reason_of_refusal(refusal: Refusal) -> Reason:
    """Why a message cannot be used."""
    if refusal.code == REFUSED_BY_DATABASE.code:
        return REFUSED_BY_DATABASE
    return Reason(Stage.SCHEMA, refusal.code, refusal.reason)


def _raw(sent: Any) -> Raw:  # noqa: ANN401 -- whatever a client sends
    return sent if isinstance(sent, dict | str) else orjson.dumps(sent, default=str).decode()
