"""Which dead letters are meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from loaders.local_database import written
from loaders.rejects.model import Status

# A filter that is not given is null and lets everything through, so that the text is always the same.
CONDITION = """
    (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)) OR row_id IN (SELECT value FROM json_each(:ids)))
    AND (:source IS NULL OR source = :source) AND (:code IS NULL OR code = :code)
    AND (:status IS NULL OR status = :status) AND (:run_id IS NULL OR run_id = :run_id)
    AND (:since IS NULL OR last_seen >= :since)
"""


@dataclass(frozen=True, slots=True)
class Selection:
    """Those that meet everything that is given.

    ``ids``: of letters or of rows. ``since``: seen last at or after this moment.
    """

    ids: Sequence[str] | None = None
    source: str | None = None
    code: str | None = None
    status: Status | None = None
    run_id: str | None = None
    since: datetime | None = None

    def parameters(self) -> dict[str, Any]:
        """For ``CONDITION``."""
        return {
            "ids": None if self.ids is None else orjson.dumps(list(self.ids)).decode(),
            "source": self.source,
            "code": self.code,
            "status": self.status,
            "run_id": self.run_id,
            "since": self.since and written(self.since),
        }
