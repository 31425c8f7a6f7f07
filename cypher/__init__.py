"""The Cypher statements: one file each, asked for by name."""

import re
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


@cache
def joined_statement(names: tuple[str, ...]) -> LiteralString:
    """Several statements as one, which takes the database one round trip; they run in their order.

    Every row has the columns of all of them, each row of one with each of another; some give none because they only
    write. The parameters of the first are those of a map ``s0``, of the second ``s1``, and so on. Raises
    FileNotFoundError for an unknown name.
    """
    texts = (_of_map(statement(name), f"s{number}") for number, name in enumerate(names))
    return cast("LiteralString", "".join(f"CALL () {{\n{text}\n}}\n" for text in texts) + "RETURN *")


def _of_map(text: str, name: str) -> str:
    return re.sub(r"\$(\w+)", rf"${name}.\1", text)
