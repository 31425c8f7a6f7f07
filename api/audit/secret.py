"""The key of the audit log: seals its lines, and keeps the hash of a value from being guessed."""

import hmac
import os
from base64 import b64decode, b64encode
from functools import cache
from pathlib import Path
from secrets import token_bytes, token_hex

from api.settings import ApiSettings
from graph.errors import AuditError, ConfigurationError
from graph.settings import cdp_settings

_BYTES = 32
_OWNER_ONLY = 0o600
_FOLDER_OWNER_ONLY = 0o700


def audit_dir(settings: ApiSettings) -> Path:
    """Folder of the audit log."""
    return settings.audit_dir or cdp_settings().data_dir / "audit"


def audit_key(settings: ApiSettings) -> bytes:
    """The key of ``CDP_AUDIT_KEY``, else the one in the folder of the log, made when there is none.

    Raises ConfigurationError, AuditError.
    """
    if settings.audit_key is not None:
        return _decoded(settings.audit_key.get_secret_value(), "CDP_AUDIT_KEY")
    file = audit_dir(settings) / "key"
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=_FOLDER_OWNER_ONLY)
        if not file.exists():
            _make(file)
        return _decoded(file.read_text(), str(file))
    except OSError as error:
        raise AuditError(f"{file} cannot be used ({error.strerror}).", "Check that the folder is yours.") from None


def keyed_hash(key: bytes, content: bytes) -> str:
    """A hash that only who has the key can compute, in hexadecimal.

    Not by ``hmac.digest``: it lets go of Python's lock, and a request waits until the thread of the log gives it back,
    240 us on average under load.
    """
    hashed = _begun(key).copy()
    hashed.update(content)
    return hashed.hexdigest()


@cache
def _begun(key: bytes) -> hmac.HMAC:
    """Of the key alone: to begin takes as long as all the rest."""
    return hmac.new(key, digestmod="sha256")


def _make(file: Path) -> None:
    """Written beside and linked, so that of several processes one wins and none reads half a key."""
    beside = file.with_name(f"key.{token_hex(8)}")
    descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as written:
        written.write(b64encode(token_bytes(_BYTES)))
    try:
        os.link(beside, file)
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def _decoded(text: str, place: str) -> bytes:
    try:
        key = b64decode(text, validate=True)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise ConfigurationError(f"{place} is no key.", "Make one with: openssl rand -base64 32")
    return key
