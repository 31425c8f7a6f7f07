"""Names of operations under which requests are counted: those of the examples and of trusted documents."""

import re
from collections.abc import Iterable
from importlib.resources import files

OTHER = "other"
_OPERATION = re.compile(r"^\s*(?:query|mutation|subscription)\s+(\w+)", re.MULTILINE)
_NAMES: set[str] = set()


def register_operations(documents: Iterable[str]) -> None:
    """Count the named operations of documents by their names from now on."""
    _NAMES.update(name for text in documents for name in _OPERATION.findall(text))


def register_examples() -> None:
    """The same for the operations of ``api/examples``."""
    folder = files("api") / "examples"
    if folder.is_dir():
        register_operations(file.read_text(encoding="utf-8") for file in folder.iterdir() if _is_document(file.name))


def _is_document(name: str) -> bool:
    return name.endswith(".graphql")


def registered(name: str | None) -> str:
    """A name where it is registered, else ``other``: clients can make up any number of them."""
    return name if name is not None and name in _NAMES else OTHER
