"""The lines of a sample's files on their way to be sorted, more of them than fit into memory."""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

_BYTES_IN_MEMORY = 4_000_000


@dataclass(frozen=True, slots=True)
class Spilled:
    """What was collected of one file: sorted runs on disk, and what was counted of its lines."""

    runs: tuple[Path, ...]
    counts: Counter[str]


Collected: TypeAlias = Mapping[str, Spilled]
"""By name of the file."""


class SortedLines:
    """Collects lines in any order and gives them back by key, with no more than 4 MB in memory."""

    def __init__(self, folder: Path, name: str, earlier: Sequence[Spilled] = ()) -> None:
        self._folder = folder
        self._name = name
        self._lines: list[bytes] = []
        self._size = 0
        self._spilled = [run for spilled in earlier for run in spilled.runs]
        self.counts = sum((spilled.counts for spilled in earlier), Counter[str]())
        """What its file wants to know of its lines beside their number."""

    def add(self, key: str, line: bytes) -> None:
        """One line without its end. Neither key nor line may contain a line end, and the key no tab."""
        joined = b"%s\t%s\n" % (key.encode(), line)
        self._lines.append(joined)
        self._size += len(joined)
        if self._size >= _BYTES_IN_MEMORY:
            self._spill()

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        """Keys and lines, smallest key first, equal keys by line."""
        with ExitStack() as files:
            runs = [files.enter_context(path.open("rb")) for path in self._spilled]
            for joined in heapq.merge(*runs, sorted(self._lines)):
                key, _, line = joined[:-1].partition(b"\t")
                yield key, line

    @property
    def is_empty(self) -> bool:
        """Whether there is no line."""
        return not self._lines and not self._spilled

    def spill(self) -> Spilled:
        """Put everything on disk, so that another process can go on with it."""
        if self._lines:
            self._spill()
        return Spilled(tuple(self._spilled), self.counts)

    def _spill(self) -> None:
        path = self._folder / f"{self._name}-{len(self._spilled)}.run"
        with path.open("wb") as run:
            run.writelines(sorted(self._lines))
        self._spilled.append(path)
        self._lines, self._size = [], 0


class Runs:
    """The sorted lines of all files of a sample in a folder, together with those that were collected ``earlier``."""

    def __init__(self, folder: Path, earlier: Sequence[Collected] = ()) -> None:
        folder.mkdir(exist_ok=True)
        self._folder, self._earlier = folder, earlier
        self._lines: dict[str, SortedLines] = {}

    def lines(self, name: str) -> SortedLines:
        """The lines of one file, or of one table of it."""
        earlier = [collected[name] for collected in self._earlier]
        lines = self._lines[name] = SortedLines(self._folder, name.replace("/", "-"), earlier)
        return lines

    def spill(self) -> Collected:
        """Put everything on disk."""
        return {name: lines.spill() for name, lines in self._lines.items()}
