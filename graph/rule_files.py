"""Files of rules: YAML that ships with the project, changed by a file of the user's own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from graph.errors import ConfigurationError, reason_of

Position = tuple[int | str, ...]
"""Keys and numbers that lead from the top of a file to a place in it."""


def read_text(file: Path, setting: str) -> str:
    """Text of a file that a setting names. Raises ConfigurationError."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The file {file} cannot be read ({reason_of(error)}).", f"Check {setting}.") from None


def parsed(text: str, named: str, command: str) -> Mapping[str, Any]:
    """The sections of a file of rules; ``command`` shows how they are written. Raises ConfigurationError."""
    try:
        content = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        line = mark.line + 1 if (mark := getattr(error, "problem_mark", None)) else 1
        raise ConfigurationError(f"{named}:{line}: this is no YAML.", "Check the indentation and quotes.") from None
    if not isinstance(content, Mapping):
        raise ConfigurationError(f"{named}: rules are a mapping of sections.", f"See: {command}.")
    return content


def line_of(text: str, position: Position) -> int:
    """The line of a place in YAML, or of the nearest one around it."""
    node, line = yaml.compose(text, yaml.SafeLoader), 1
    for part in position:
        found = _inside(node, part)
        if found is None:
            break
        node, line = found
    return line


def _inside(node: yaml.Node | None, part: int | str) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        named = ((key, value) for key, value in node.value if key.value == str(part))
        return next(((value, key.start_mark.line + 1) for key, value in named), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark.line + 1
    return None
