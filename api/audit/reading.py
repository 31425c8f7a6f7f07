"""Reading the audit log, newest record first, over the chains of all processes."""

import mmap
import os
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from pathlib import Path
from time import monotonic
from typing import Any

import orjson

from api.audit.files import chains_in
from graph.errors import AuditError, ReadTimeoutError
from graph.times import milliseconds

# When an operation ended, in milliseconds, and the key of its record.
Place = tuple[int, str]

_LOOK_AT_CLOCK = 500
# By so much the time of a file may lie before that of its last line: a copy may have it in whole seconds, even ones.
_FILE_TIME_S = 2.0


@dataclass(frozen=True, slots=True)
class AuditedClass:
    """How many values of a class of personal data an answer showed."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One operation: who asked for what, whose data was shown, and how it ended."""

    key: str
    at: datetime
    request_id: str
    actor: str
    actor_kind: str
    scopes: tuple[str, ...]
    purpose: str | None
    operation: str | None
    kind: str | None
    document_sha256: str | None
    profile_ids: tuple[str, ...]
    profile_count: int
    clear: tuple[AuditedClass, ...]
    masked: tuple[AuditedClass, ...]
    outcome: str
    duration_ms: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records. ``profiles``: that show one of them; ``before``: a place; ``patience_s``: how long to look."""

    profiles: Collection[str] | None = None
    before: tuple[str | float, ...] | None = None
    patience_s: float = float("inf")


def read_audit(folder: Path, wanted: Wanted) -> Generator[AuditRecord]:
    """Records, newest first. Raises AuditError, ReadTimeoutError."""
    yield from (record for _, record in read_places(folder, wanted))


def read_places(folder: Path, wanted: Wanted) -> Generator[tuple[Place, AuditRecord]]:
    """Records with their places among all, newest first. Raises AuditError, ReadTimeoutError."""
    until = monotonic() + wanted.patience_s
    for number, line in enumerate(_newest_first(folder)):
        if number % _LOOK_AT_CLOCK == 0 and monotonic() > until:
            raise ReadTimeoutError("The audit log is too long for this.", "Ask `cdp audit who`.")
        if line.document.get("type") != "operation":
            continue
        if wanted.profiles is not None and not _shows(line.document, wanted.profiles):
            continue
        if wanted.before is None or line.place < wanted.before:
            yield line.place, _record(line)


def records_begin_at(folder: Path) -> datetime | None:
    """Since when there are records; none where there are none. Raises AuditError."""
    with _told(folder):
        first = [moment_of(line) for files in chains_in(folder).values() for line in _first_line(files)]
        return min((at for at in first if at is not None), default=None)


def moment_of(line: bytes) -> datetime | None:
    """When a line was recorded; none where it cannot be read."""
    try:
        return datetime.fromisoformat(orjson.loads(line)["at"])
    except (ValueError, KeyError, TypeError):
        return None


def _first_line(files: Sequence[Path]) -> Generator[bytes]:
    for file in files[:1]:
        with suppress(FileNotFoundError), file.open("rb") as opened:
            yield opened.readline()


@contextmanager
def _told(folder: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise AuditError(f"{folder} cannot be read ({error.strerror}).", "Check that the files are yours.") from None


@dataclass(frozen=True, slots=True)
class _Line:
    place: Place
    document: Mapping[str, Any]

    def __lt__(self, other: "_Line") -> bool:
        """Newer ones first, for the heap."""
        return self.place > other.place


def _newest_first(folder: Path) -> Generator[_Line]:
    """Lines of all chains. A chain is opened when its newest line may be next, so that few files are open at once."""
    with _told(folder):
        ended = ((_ended_at(files), name, files) for name, files in chains_in(folder).items() if files)
        unopened = sorted(ended, key=lambda chain: chain[:2])
        heap: list[tuple[_Line, Iterator[_Line]]] = []
        while unopened or heap:
            while unopened and (not heap or unopened[-1][0] >= heap[0][0].place[0]):
                _, name, files = unopened.pop()
                _push(heap, _lines_backwards(name, files))
            if heap:
                line, others = heappop(heap)
                yield line
                _push(heap, others)


def _push(heap: list[tuple[_Line, Iterator[_Line]]], lines: Iterator[_Line]) -> None:
    line = next(lines, None)
    if line is not None:
        heappush(heap, (line, lines))


def _ended_at(files: Sequence[Path]) -> int:
    """When a chain was written last, or later, in milliseconds."""
    return int(1_000 * (max(map(_written_at, files)) + _FILE_TIME_S))


def _written_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # pruned meanwhile
        return 0.0


def _lines_backwards(chain: str, files: Sequence[Path]) -> Generator[_Line]:
    """A line stands no later than the one after it: where the clock was put back, a page that ends there loses none."""
    at = float("inf")
    for file in reversed(files):
        for line in backwards(file):
            try:
                document = orjson.loads(line)
                at = min(at, milliseconds(datetime.fromisoformat(document["at"])))
                key = f"{chain}:{document['n']:012d}"
            except (ValueError, KeyError, TypeError):
                # An edited line is told by `cdp audit verify`; here it must not hide the others.
                continue
            yield _Line((int(at), key), document)


def backwards(file: Path) -> Generator[bytes]:
    """Whole lines of a file, the last one first; none where it was pruned meanwhile."""
    with suppress(FileNotFoundError), file.open("rb") as opened:
        if not os.fstat(opened.fileno()).st_size:
            return
        with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
            end = content.rfind(b"\n")
            while end > 0:
                start = content.rfind(b"\n", 0, end) + 1
                yield content[start:end]
                end = start - 1


def _shows(document: Mapping[str, Any], profiles: Collection[str]) -> bool:
    # Records of earlier releases do not name the members of profiles.
    return not set(profiles).isdisjoint((*document["profiles"], *document.get("members", ())))


def _record(line: _Line) -> AuditRecord:
    (_, key), document = line.place, line.document
    return AuditRecord(
        key=key,
        at=datetime.fromisoformat(document["at"]),
        request_id=document["request"],
        actor=document["actor"],
        actor_kind=document["actor_kind"],
        scopes=tuple(document["scopes"]),
        purpose=document["purpose"],
        operation=document["operation"],
        kind=document["kind"],
        document_sha256=document["document_sha256"],
        profile_ids=tuple(document["profiles"]),
        profile_count=document["profile_count"],
        clear=_classes(document["clear"]),
        masked=_classes(document["masked"]),
        outcome=document["outcome"],
        duration_ms=document["ms"],
    )


def _classes(counts: Mapping[str, int]) -> tuple[AuditedClass, ...]:
    return tuple(AuditedClass(name, count) for name, count in sorted(counts.items()))
