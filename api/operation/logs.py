"""Logs: one line for each thing that happened, on stderr: JSON for programs, words for people.

Whoever logs uses the standard library, with fields in ``extra``; structlog makes the lines, of libraries too. A line
carries the request it belongs to. Errors are told by their kind and their place: their texts may quote values.
"""

import logging
import sys
from typing import TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor

from api.operation.failures import error_fields
from api.operation.record import current_record
from api.settings import ApiSettings

# They speak of statements, documents or addresses, and whoever uses them tells what went wrong in words of its own.
_SILENT = ("neo4j", "strawberry", "httpx", "asyncio", "splink")


def configure_logs(settings: ApiSettings, stream: TextIO | None = None) -> None:
    """Send the logs of this process to stderr, or a stream."""
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not target.isatty())
    renderer = _renderer(as_json, target)
    lines = [_without_records, renderer]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_FIELDS, processors=lines))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    ANSWERS.open(target, renderer, logging.getLevelNamesMapping()[settings.log_level])


class AnswerLog:
    """One line for each request, where logs were configured and take it.

    Straight through structlog: 6 us a line, where the standard library's way takes 32.
    """

    def __init__(self) -> None:
        self._logger: structlog.typing.FilteringBoundLogger | None = None

    def open(self, stream: TextIO, renderer: Processor, level: int) -> None:
        """Write to a stream from now on, if the level lets lines of ``INFO`` pass."""
        stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")
        wrapped = structlog.wrap_logger(
            structlog.WriteLogger(stream),
            processors=[structlog.processors.add_log_level, stamp, renderer],
            wrapper_class=structlog.make_filtering_bound_logger(level),
        )
        self._logger = wrapped.bind(logger="cdp.api.access") if level <= logging.INFO else None

    def close(self) -> None:
        """Write no more."""
        self._logger = None

    @property
    def is_open(self) -> bool:
        """Whether lines are written."""
        return self._logger is not None

    def tell(self, **fields: object) -> None:
        """Write the line of one request."""
        if self._logger is not None:
            self._logger.info("answered", **fields)


ANSWERS = AnswerLog()


def _renderer(as_json: bool, stream: TextIO) -> Processor:  # noqa: FBT001 -- one of two
    if as_json:
        return structlog.processors.JSONRenderer(serializer=_json)
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), pad_event_to=0)


def _json(event: object, **_: object) -> str:
    return orjson.dumps(event, default=str).decode()


def _with_request(_logger: object, _method: str, event: EventDict) -> EventDict:
    """The request that is answered here, where the line does not name it itself."""
    record = current_record()
    if record is not None:
        event.setdefault("request", record.request_id)
        if record.trace_id:
            event["trace_id"] = record.trace_id
    return event


def _without_words(_logger: object, _method: str, event: EventDict) -> EventDict:
    """An exception as its kind and its place."""
    raised = event.pop("exc_info", None) or event["_record"].exc_info
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        event.update(error_fields(error))
        event["_record"].exc_info = None
    event.pop("exc_text", None)
    event.pop("stack", None)
    return event


def _without_records(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Without what structlog keeps for itself, and without colours that uvicorn adds."""
    for name in ("_record", "_from_structlog", "color_message"):
        event.pop(name, None)
    return event


_FIELDS: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    _with_request,
    _without_words,
]
