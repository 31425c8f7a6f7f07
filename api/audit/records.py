"""Records: what the audit log says of one operation. Names and numbers, hashes in place of values.

Nobody gets an email back out of a record: variables are hashed with the key of the log, and a document is hashed
without its literals, so that neither can be guessed by trying.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from ipaddress import ip_address
from typing import Any

import orjson

from api.access.viewer import Viewer
from api.audit.log import Record, now
from api.audit.secret import keyed_hash
from api.execution.context import RequestContext

_REMEMBERED = 256
_NAME = re.compile("[_A-Za-z][_0-9A-Za-z]{0,99}")
# Texts, comments, and numbers so long that they could be somebody's.
_LITERAL = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*(?:""")?|"(?:[^"\\\n]|\\.)*"?|#[^\n]*|\d{5,}')


def operation_record(context: RequestContext, key: bytes, outcome: str, milliseconds: float) -> Record:
    """Who asked for what, what they saw, and how it ended. ``outcome``: OK, or the code of the first error."""
    asked, seen = context.asked, context.seen
    return {
        "at": now(),
        "type": "operation",
        "request": context.request_id,
        **_actor(context.viewer),
        "operation": asked.name if asked.name and _NAME.fullmatch(asked.name) else None,
        "kind": asked.kind,
        "document_sha256": document_hash(asked.text) if asked.text else None,
        "variables_hmac": keyed_hash(key, _canonical(asked.variables)) if asked.variables else None,
        "profiles": seen.profiles,
        "members": seen.members,
        "profile_count": seen.profile_count,
        "clear": dict(seen.in_clear),
        "masked": dict(seen.masked),
        "cost": asked.cost.requested if asked.cost else None,
        "outcome": outcome,
        "ms": round(milliseconds, 1),
    }


def refusal_record(request_id: str, address: str, outcome: str, count: int) -> Record:
    """A request of somebody who is not known. ``count``: such requests since the last record of them."""
    return {
        "at": now(),
        "type": "refusal",
        "request": request_id,
        "address": address,
        "outcome": outcome,
        "count": count,
    }


@lru_cache(_REMEMBERED)
def document_hash(text: str) -> str:
    """SHA-256 of a document without its literals, in hexadecimal; that of the text itself where it has none."""
    return sha256(_LITERAL.sub("", text).encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(_REMEMBERED)
def address_class(address: str | None) -> str:
    """From where somebody came, as far as that may be kept: loopback, private, public or unknown."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"
    if found.is_loopback:
        return "loopback"
    return "private" if found.is_private else "public"


def _actor(viewer: Viewer) -> Record:
    return {
        "actor": viewer.subject,
        "actor_kind": str(viewer.kind),
        "scopes": _names(viewer.scopes),
        "purpose": viewer.purpose,
    }


@lru_cache(_REMEMBERED)
def _names(scopes: frozenset[str]) -> list[str]:
    return sorted(map(str, scopes))


def _canonical(variables: Mapping[str, Any]) -> bytes:
    return orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
