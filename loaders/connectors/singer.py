"""The output of a Singer tap on standard input: RECORD lines as rows, STATE lines as the cursor.

Source: the Singer specification 0.3, https://github.com/singer-io/getting-started/blob/master/docs/SPEC.md.
Rows wait until a STATE line says that the tap could go on from there; they and the state are written together. What
comes after the last STATE line is loaded too, and comes again next time.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any

import orjson

from graph.errors import SourceReadError
from graph.times import milliseconds
from loaders.intake import Intake
from loaders.mappings.model import SourceMapping
from loaders.sources.jsonl import not_ahead, read_json
from loaders.sources.rows import BrokenRow, CursorPart, Delivery, Read, ReadRow, no_cursor
from loaders.spool import temporary_storage_errors

PART = "state"
_ROWS_AT_ONCE = 5_000
_IN_MEMORY_BYTES = 16 << 20
_IGNORED = frozenset({"SCHEMA", "ACTIVATE_VERSION"})
_NAME = "stdin"


def singer_streams(mapping: SourceMapping) -> dict[str, int]:
    """The inputs that take streams of a tap, by stream."""
    named = ((part.location.singer, number) for number, part in enumerate(mapping.inputs))
    return {stream: number for stream, number in named if stream is not None}


def state_name(mapping: SourceMapping) -> str:
    """What the state of the tap is called in cursors."""
    return f"{mapping.name}/singer"


def _waiting_file() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES, prefix="cdp-")


@dataclass(slots=True)
class _Segment:
    """The rows until a state, by stream, each in a file that is in memory while it is small."""

    files: dict[str, IO[bytes]] = field(default_factory=dict[str, IO[bytes]])
    rows: int = 0
    state: Any = None

    def add(self, stream: str, number: int, line: bytes) -> None:
        with temporary_storage_errors():
            if stream not in self.files:
                self.files[stream] = _waiting_file()
            self.files[stream].write(b"%d\t%s\n" % (number, line.strip()))
        self.rows += 1

    def empty(self) -> None:
        for file in self.files.values():
            file.close()
        self.files, self.rows, self.state = {}, 0, None


class SingerReading:
    """The lines of one tap. ``unknown``: rows of streams that no input takes, by stream."""

    def __init__(self, mapping: SourceMapping, lines: Iterable[bytes]) -> None:
        self._mapping, self._lines = mapping, lines
        self._streams = singer_streams(mapping)
        self._began, self._states = datetime.now(UTC), 0
        self.unknown: dict[str, int] = {}

    def intakes(self) -> Iterator[Intake]:
        """The rows of each stream until each state, the last of them with the state.

        Raises SourceReadError, StorageError.
        """
        segment = _Segment()
        try:
            for number, line in enumerate(self._lines, start=1):
                if not line.isspace():
                    self._take(segment, number, line)
                if segment.state is not None and segment.rows >= _ROWS_AT_ONCE:
                    yield from self._deliveries(segment)
                    segment.empty()
            yield from self._deliveries(segment)
        finally:
            segment.empty()

    def _take(self, segment: _Segment, number: int, line: bytes) -> None:
        message = _message(number, line)
        kind = message.get("type")
        if kind == "RECORD":
            self._record(segment, number, line, message)
        elif kind == "STATE":
            # Rows that come after it belong to the next state.
            segment.state = _state(line)
        elif kind not in _IGNORED:
            problem = f"{_NAME}:{number}: a message of the type {kind!r}."
            raise SourceReadError(problem, "The tap must send SCHEMA, RECORD and STATE; switch its batches off.")

    def _record(self, segment: _Segment, number: int, line: bytes, message: Mapping[str, Any]) -> None:
        stream = str(message.get("stream"))
        if stream in self._streams:
            segment.add(stream, number, line)
        else:
            self.unknown[stream] = self.unknown.get(stream, 0) + 1

    def _deliveries(self, segment: _Segment) -> Iterator[Intake]:
        if segment.state is not None and not segment.files:
            segment.files[next(iter(self._streams))] = _waiting_file()
        streams = list(segment.files)
        for stream in streams:
            cursor = self._cursor(segment) if stream == streams[-1] else ()
            yield self._intake(stream, segment.files[stream], cursor)

    def _cursor(self, segment: _Segment) -> Sequence[CursorPart]:
        if segment.state is None:
            return ()
        self._states += 1
        position = f"{milliseconds(self._began):015d}-{self._states:09d}"
        return (CursorPart(state_name(self._mapping), PART, position, json.dumps(segment.state)),)

    def _intake(self, stream: str, file: IO[bytes], cursor: Sequence[CursorPart]) -> Intake:
        name = f"{_NAME}#{stream}"

        def read() -> Iterator[Read]:
            file.seek(0)
            for line in file:
                number, _, text = line.partition(b"\t")
                yield _row(int(number), text)

        after = (lambda: cursor) if cursor else no_cursor
        delivery = Delivery(name, self._began, read, name, has_fixed_columns=False, connector="singer", after=after)
        return Intake(self._mapping, self._streams[stream], delivery)


def _message(number: int, line: bytes) -> Mapping[str, Any]:
    """What a line says. What only Python takes for JSON, such as NaN or half a letter, is told with its row."""
    message: Any = None
    with suppress(ValueError, RecursionError):
        message = orjson.loads(line)
    if message is None:
        with suppress(ValueError, RecursionError):
            message = json.loads(line)
    if not isinstance(message, dict):
        problem = f"{_NAME}:{number}: not a message of a Singer tap."
        raise SourceReadError(problem, "Pipe nothing but the tap's standard output; its log goes to standard error.")
    return message


def _state(line: bytes) -> Any:  # noqa: ANN401 -- whatever the tap keeps
    """The state with all digits of its numbers: ``orjson`` rounds what has more than 64 bits."""
    return json.loads(line).get("value")


def _row(number: int, text: bytes) -> Read:
    read = read_json(number, text)
    if isinstance(read, BrokenRow):
        return read
    record, at = read.row.get("record"), _extracted_at(read.row.get("time_extracted"))
    if not isinstance(record, dict):
        return BrokenRow(number, text.decode(errors="replace"), "no_record", "a RECORD message without a record", at=at)
    return ReadRow(number, record, at)


def _extracted_at(text: Any) -> datetime | None:  # noqa: ANN401 -- whatever JSON holds
    """When the source was seen so: a tap may send several versions of one record, the newest last."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return at and not_ahead(at if at.tzinfo else at.replace(tzinfo=UTC))
