"""Setting aside: messages that cannot be used are kept with the reason, before the call is answered."""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import orjson

from api.tracking.messages import Refusal

LOG = logging.getLogger("cdp.api.tracking")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where refused messages came from. ``connector``: the protocol."""

    source: str
    connector: str
    request_id: str
    received_at: datetime


class SetAside(Protocol):
    """Keeps what cannot be used."""

    def keep(self, origin: Origin, refusals: Sequence[Refusal]) -> None:
        """Keep them; they are durable when this returns. Called from threads."""
        ...


class SetAsideFile:
    """Keeps refused messages as lines of a JSON file, up to a size: a public write key must not fill a disk.

    Beyond it they are counted in the log, and told to the client as ever.
    """

    def __init__(self, file: Path, most_bytes: int = 256_000_000) -> None:
        self._file, self._most = file, most_bytes
        self._turn = Lock()

    def keep(self, origin: Origin, refusals: Sequence[Refusal]) -> None:
        """Append one line for each."""
        lines = b"".join(orjson.dumps(_line(origin, refusal), option=orjson.OPT_APPEND_NEWLINE) for refusal in refusals)
        with self._turn:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("ab") as opened:
                if opened.tell() + len(lines) > self._most:
                    LOG.error("source=%s refused=%d kept=0: %s is full", origin.source, len(refusals), self._file.name)
                    return
                opened.write(lines)
                opened.flush()
                os.fsync(opened.fileno())


def _line(origin: Origin, refusal: Refusal) -> dict[str, Any]:
    return {
        "source": origin.source,
        "connector": origin.connector,
        "request_id": origin.request_id,
        "received_at": origin.received_at,
        "index": refusal.index,
        "code": refusal.code,
        "reason": refusal.reason,
        "raw": refusal.sent,
    }
