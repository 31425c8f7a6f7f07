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
    handler = logging.StreamHandler(stream or sys.stderr)
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not handler.stream.isatty())
    lines = [_without_records, _renderer(as_json)]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_FIELDS, processors=lines))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _renderer(as_json: bool) -> Processor:  # noqa: FBT001 -- one of two
    if as_json:
        return structlog.processors.JSONRenderer(serializer=_json)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)


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
