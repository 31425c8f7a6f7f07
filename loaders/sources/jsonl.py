"""JSON lines: one object a line."""

import codecs
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from graph.nesting import MOST_LEVELS, is_too_deep
from loaders.sources.files import open_bytes
from loaders.sources.json_values import json_value
from loaders.sources.limits import TOO_LONG, capped_lines, too_long_reason
from loaders.sources.rows import BrokenRow, Read, ReadRow

TOO_DEEP = ("too_deep", f"more than {MOST_LEVELS} objects and lists within each other")


def read_jsonl(path: Path) -> Iterator[Read]:
    """The objects of a file; blank lines are none. Raises SourceReadError."""
    with open_bytes(path) as file:
        for line, (sent, is_too_long) in enumerate(capped_lines(file), start=1):
            text = sent.removeprefix(codecs.BOM_UTF8) if line == 1 else sent
            if is_too_long:
                yield BrokenRow(line, _shown(text), TOO_LONG, too_long_reason())
            elif text and not text.isspace():
                yield read_json(line, text)


def read_dated(line: int, text: bytes | str, at: datetime | None) -> Read:
    """A message of a stream, which has an age of its own."""
    return replace(read_json(line, text), at=at and not_ahead(at))


def not_ahead(at: datetime) -> datetime:
    """The age of a message: a clock that is ahead makes nothing younger than now."""
    return min(at, datetime.now(UTC))


def read_json(line: int, text: bytes | str) -> Read:
    """One line."""
    try:
        row = json_value(text)
    except orjson.JSONDecodeError:
        if (b"\0" if isinstance(text, bytes) else "\0") in text:  # pyright: ignore[reportOperatorIssue]
            return BrokenRow(line, _shown(text), "nul_byte", "a NUL byte, which no text has")
        return BrokenRow(line, _shown(text), "unreadable_json", "not JSON: cut off, or not UTF-8")
    if is_too_deep(row):
        return BrokenRow(line, _shown(text), *TOO_DEEP)
    return ReadRow(line, row) if isinstance(row, dict) else _no_object(line, _shown(text))


def read_object(number: int, value: Any) -> Read:  # noqa: ANN401 -- whatever JSON holds
    """One value of a document that was read already."""
    if is_too_deep(value):
        return BrokenRow(number, json.dumps(value, ensure_ascii=False), *TOO_DEEP)
    return ReadRow(number, value) if isinstance(value, dict) else _no_object(number, orjson.dumps(value).decode())


def _no_object(line: int, text: str) -> BrokenRow:
    return BrokenRow(line, text, "no_object", "JSON, but not an object")


def _shown(text: bytes | str) -> str:
    return (text.decode(errors="replace") if isinstance(text, bytes) else text).rstrip("\r\n")
