"""Watch: the time and the end of one request, for its line in the log and for the metrics."""

from dataclasses import dataclass, field
from time import perf_counter

from api.operation.logs import ANSWERS
from api.operation.metrics.measures import IN_FLIGHT, measure_answer, measure_operation
from api.operation.record import RequestRecord

GRAPHQL = "/graphql"


@dataclass(slots=True)
class Watch:
    """From the arrival of a request to the end of its answer. ``status``: 0 where nothing was answered."""

    path: str
    record: RequestRecord
    status: int = 0
    _started: float = field(default_factory=perf_counter)

    def __enter__(self) -> None:
        """Begin."""
        if self.path == GRAPHQL:
            IN_FLIGHT.inc()

    def __exit__(self, *_: object) -> None:
        """Tell what came of it."""
        seconds = perf_counter() - self._started
        measure_answer(self.status)
        if self.path == GRAPHQL:
            IN_FLIGHT.dec()
            measure_operation(self.record, self.status, seconds)
        if ANSWERS.is_open:
            answer = {"path": self.path, "status": self.status, "ms": round(seconds * 1000, 1)}
            ANSWERS.tell(request=self.record.request_id, **answer, **self.record.as_fields())
