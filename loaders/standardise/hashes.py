"""Hashes of emails: hexadecimal in lower case; those of nothing at all, and of nobody's address, are known."""

import re
from functools import cache
from hashlib import md5, sha1, sha256, sha512

from graph.guards import current_guards, forgotten_with_guards
from loaders.standardise.placeholders import placeholders
from loaders.standardise.unusable import PLACEHOLDER, Unusable

_HASH = re.compile(r"[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}")
_PREFIX = re.compile(r"(?:sha-?(?:1|256|512)|md5)[:=]", re.IGNORECASE)
_NO_HASH = Unusable("invalid_hash", "neither MD5, SHA-1, SHA-256 nor SHA-512 in hexadecimal")


def standardise_hash(text: str) -> str | Unusable:
    """A hash, without the name of its method before it (``sha256:``).

    A system that hashes its empty fields too sends the hash of an empty text most often of all.
    """
    kept = _PREFIX.sub("", text, count=1).strip().lower()
    if _HASH.fullmatch(kept) is None:
        return _NO_HASH
    return PLACEHOLDER if kept in _nobodys() else kept


@forgotten_with_guards
@cache
def _nobodys() -> frozenset[str]:
    nothing = {"", *placeholders("everywhere"), *placeholders("not_names"), *current_guards().nobody.email}
    methods = (sha256, sha512, md5, sha1)
    return frozenset(method(text.encode(), usedforsecurity=False).hexdigest() for method in methods for text in nothing)
