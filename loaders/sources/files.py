"""Files: finding them, opening them whether compressed or not, telling their encoding."""

import codecs
import gzip
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa

from graph.errors import SourceReadError
from loaders.sources.limits import uncompressed

COMPRESSIONS = (".gz", ".zst")
_GLOB = frozenset("*?[")
_BYTES_AT_ONCE = 1 << 20


def find_files(pattern: str, folders: tuple[Path, ...]) -> list[Path]:
    """The files of a path or glob in the first of the folders that has any, sorted by name."""
    if Path(pattern).is_absolute():
        anchor = Path(Path(pattern).anchor)
        return _matches(str(Path(pattern).relative_to(anchor)), anchor)
    return next((found for folder in folders if (found := _matches(pattern, folder))), [])


def _matches(pattern: str, folder: Path) -> list[Path]:
    if not _GLOB & set(pattern):
        path = folder / pattern
        return [path] if path.is_file() else []
    return sorted(path for path in folder.glob(pattern) if path.is_file() and not path.name.startswith(("_", ".")))


def modified_at(path: Path) -> datetime:
    """When a file was last written, in UTC. Raises SourceReadError where it is gone."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError as error:
        problem = f"{path} cannot be read ({error.strerror})."
        raise SourceReadError(problem, "Load again when nobody moves files there.") from None


def format_suffix(path: Path) -> str:
    """The ending that says the format: of ``events.jsonl.gz`` it is ``.jsonl``."""
    return Path(path.stem).suffix if path.suffix in COMPRESSIONS else path.suffix


@contextmanager
def open_bytes(path: Path) -> Generator[BinaryIO]:
    """The bytes of a file, uncompressed. Raises SourceReadError, also later while the file is read."""
    try:
        with _opened(path) as file:
            yield file
    except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise SourceReadError(f"{path} cannot be read ({why}).", "Check that the file is whole and readable.") from None


def _opened(path: Path) -> BinaryIO:
    if path.suffix not in COMPRESSIONS:
        return path.open("rb")
    open_archive = gzip.GzipFile if path.suffix == ".gz" else partial(pa.CompressedInputStream, compression="zstd")
    return uncompressed(cast("BinaryIO", open_archive(str(path))), str(path), path.stat().st_size)


def detect_encoding(path: Path) -> str:
    """UTF-8 where the whole file is, UTF-16 where a mark says so, else cp1252.

    Latin-1 or cp1252 would read UTF-8 too, as wrong letters and without an error, so UTF-8 is tried strictly first.
    """
    with open_bytes(path) as file:
        head = file.read(_BYTES_AT_ONCE)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while head:
                decoder.decode(head)
                head = file.read(_BYTES_AT_ONCE)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"
