"""Email addresses: to contact, and as the key by which two spellings of one mailbox are the same."""

import re
from functools import lru_cache

import idna

from graph.guards import current_guards, forgotten_with_guards
from graph.records import IdentifierValue
from loaders.standardise.placeholders import is_missing
from loaders.standardise.tables import read_table
from loaders.standardise.texts import clean
from loaders.standardise.unusable import PLACEHOLDER, Unusable

_CACHED = 50_000
_LONGEST = 254
_LONGEST_LOCAL = 64
_LOCAL = re.compile(r"[^\s@<>()\[\]\\,;:\"]+")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_IN_BRACKETS = re.compile(r"[^<>]*<([^<>]+)>")
_INVALID = Unusable("invalid_email", "not an email address")


@forgotten_with_guards
@lru_cache(_CACHED)
def standardise_email(text: str) -> IdentifierValue | Unusable | None:
    """An email address. Normalised: in lower case; match key: as the provider delivers it."""
    address = _bare(text)
    if is_missing(address):
        return None
    local, _, domain = address.rpartition("@")
    name = _ascii_domain(domain)
    if name is None or not _is_local(local) or len(local) + len(name) >= _LONGEST:
        return _INVALID
    key = _mailbox(local, name)
    if current_guards().is_nobody("email", key):
        return PLACEHOLDER
    return IdentifierValue("email", text.strip(), f"{local}@{name}", key)


def _bare(text: str) -> str:
    address = clean(text).removeprefix("mailto:")
    in_brackets = _IN_BRACKETS.fullmatch(address) if "<" in address else None
    return (in_brackets[1] if in_brackets else address).strip(" '\"<>,;").lower()


def _is_local(local: str) -> bool:
    return (
        len(local) <= _LONGEST_LOCAL
        and _LOCAL.fullmatch(local) is not None
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
    )


@lru_cache(_CACHED)
def _ascii_domain(domain: str) -> str | None:
    """A domain in the letters of the DNS, none where it cannot be one."""
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except (idna.IDNAError, UnicodeError):
            return None
    labels = domain.rstrip(".").split(".")
    numeric_top = labels[-1].isdigit()
    if len(labels) == 1 or numeric_top or not all(map(_LABEL.fullmatch, labels)):
        return None
    return ".".join(labels)


def _mailbox(local: str, domain: str) -> str:
    known = read_table("email_providers")
    domain = known["same_as"].get(domain, domain)
    bare = local
    if domain in known["without_tags"]:
        bare = bare.partition("+")[0]
    if domain in known["without_dots"]:
        bare = bare.replace(".", "")
    return f"{bare or local}@{domain}"
