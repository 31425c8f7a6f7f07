"""Reading of the examples: the files of this folder, as GraphiQL shows them and tests run them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Example:
    """One operation. ``words``: what it is for; ``variables``: of somebody in the sample company of ``cdp demo``."""

    name: str
    words: str
    document: str
    variables: dict[str, Any]


def read_examples() -> tuple[Example, ...]:
    """Every example, sorted by name."""
    return tuple(_example(file) for file in sorted(FOLDER.glob("*.graphql")))


def example(name: str) -> Example:
    """The example of this name, such as ``agent_screen``."""
    return _example(FOLDER / f"{name}.graphql")


def _example(file: Path) -> Example:
    document = file.read_text(encoding="utf-8")
    words = document.partition("\n")[0].removeprefix("# ")
    variables = orjson.loads(file.with_suffix(".variables.json").read_bytes())
    return Example(file.stem, words, document, variables)
