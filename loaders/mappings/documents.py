"""YAML with line numbers.

Of YAML 1.1's surprises only the harmless are read: ``true`` and ``false`` are booleans, but ``no``, ``on`` and dates
are text, and keys always are; a repeated key is an error.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from graph.errors import MappingError, reason_of

Position: TypeAlias = tuple[str | int, ...]
"""Keys and numbers that lead from the top of a document to a place in it."""

_INTEGER = re.compile(r"-?(?:0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d*)\.\d+")
_CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_DEEPEST = 40
_MOST_NODES = 50_000


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content, and the line of every place in it."""

    file: Path
    data: Any
    lines: Mapping[Position, int]

    def error(self, position: Position, problem: str, advice: str) -> MappingError:
        """An error at a place of the file."""
        return MappingError(str(self.file), self.line(position), shown(position), problem, advice)

    def line(self, position: Position) -> int:
        """The line of a place, or of the nearest one around it."""
        while position and position not in self.lines:
            position = position[:-1]
        return self.lines.get(position, 1)


def shown(position: Position) -> str:
    """A place in words: ``inputs[0].customer``."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in position).removeprefix(".")


def read_document(file: Path) -> Document:
    """A YAML file. Raises MappingError."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        node = yaml.compose(text, yaml.BaseLoader)
    except (OSError, UnicodeDecodeError) as error:
        problem = f"the file cannot be read ({reason_of(error)})."
        raise MappingError(str(file), None, "", problem, "Check its path; save it as UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = f"not YAML: {getattr(error, 'problem', None) or type(error).__name__}."
        advice = "Check indentation, quotes and colons on this line and the one before."
        raise MappingError(str(file), mark.line + 1 if mark else None, "", problem, advice) from None
    if node is None:
        raise MappingError(str(file), None, "", "the file is empty.", "A mapping has `source` and `inputs`.")
    return _Reading(file).document(node)


class _Reading:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._lines: dict[Position, int] = {}

    def document(self, node: yaml.Node) -> Document:
        return Document(self._file, self._value(node, ()), self._lines)

    def _value(self, node: yaml.Node, position: Position) -> Any:  # noqa: ANN401 -- whatever YAML holds
        self._lines.setdefault(position, node.start_mark.line + 1)
        if len(position) > _DEEPEST or len(self._lines) > _MOST_NODES:
            raise self._error(node, position, "the file is too deep or too long.", "Split it, or look at its anchors.")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, position)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(part, (*position, number)) for number, part in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, position: Position) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error(key, position, "a key that is not a text.", "Keys are texts.")
            if key.value in content:
                raise self._error(key, (*position, key.value), "the key is there twice.", "Keep one of them.")
            self._lines[*position, key.value] = key.start_mark.line + 1
            content[key.value] = self._value(value, (*position, key.value))
        return content

    def _error(self, node: yaml.Node, position: Position, problem: str, advice: str) -> MappingError:
        return MappingError(str(self._file), node.start_mark.line + 1, shown(position), problem, advice)


def _scalar(node: yaml.Node) -> str | int | float | bool | None:
    text: str = node.value
    is_plain = isinstance(node, yaml.ScalarNode) and node.style is None
    if not is_plain:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
