"""The Cypher statements: one file each, asked for by name."""

from functools import cache
from importlib.resources import files
from typing import LiteralString, cast


@cache
def statement(name: str) -> LiteralString:
    """Text of ``cypher/<name>.cypher``.

    The files are the only place where Cypher is written, so their text is as literal as a constant: the driver asks for
    ``LiteralString`` to keep built text out. Raises FileNotFoundError for an unknown name.
    """
    return cast("LiteralString", files(__name__).joinpath(f"{name}.cypher").read_text(encoding="utf-8"))
