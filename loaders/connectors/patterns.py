"""Globs over names that some server lists, matched as a file system would."""

import re
from pathlib import PurePosixPath

_TOKENS = re.compile(r"\*\*/|\*|\?|\[!?[^\]]+\]")
_MEANINGS = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}


def matches(name: str, pattern: str) -> bool:
    """Whether a pattern names a file; files that begin with a dot or an underscore only where it says so."""
    if name == pattern:
        return True
    return not PurePosixPath(name).name.startswith((".", "_")) and _compiled(pattern).fullmatch(name) is not None


def folder_of(pattern: str) -> str:
    """The folder in which all files of a pattern are."""
    token = _TOKENS.search(pattern)
    return (pattern[: token.start()] if token else pattern).rpartition("/")[0]


def _compiled(pattern: str) -> re.Pattern[str]:
    parts, begin = list[str](), 0
    for token in _TOKENS.finditer(pattern):
        parts += re.escape(pattern[begin : token.start()]), _meaning(token.group())
        begin = token.end()
    return re.compile("".join((*parts, re.escape(pattern[begin:]))))


def _meaning(token: str) -> str:
    return _MEANINGS.get(token) or token.replace("[!", "[^")
