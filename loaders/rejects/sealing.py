"""Rows as they lie on the disk: as JSON, encrypted where there is a key; and their fingerprints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import orjson

from graph.errors import ConfigurationError
from loaders.rejects.settings import RejectsSettings
from loaders.sources.json_values import whole_number

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

# How every token of Fernet begins (its version and the upper bytes of its time); JSON begins otherwise.
_SEALED = b"gAAAA"
_FINGERPRINT_BYTES = 10


class Seal:
    """Encrypts with the first key, decrypts with all. Raises ConfigurationError for a key that is none."""

    def __init__(self, settings: RejectsSettings) -> None:
        given = settings.key.get_secret_value() if settings.key else ""
        keys = [key.strip() for key in given.split(",") if key.strip()]
        self._fernet = _fernet(keys) if keys else None
        # Of the oldest key, so that a new one in front changes no fingerprint.
        self._secret = keys[-1].encode()[:64] if keys else b""

    def close(self, value: Any) -> bytes:  # noqa: ANN401 -- whatever a row holds
        """A value for the disk."""
        text = _written(value, orjson.OPT_NON_STR_KEYS)
        return self._fernet.encrypt(text) if self._fernet else text

    def open(self, sealed: bytes) -> Any:  # noqa: ANN401
        """The value again. Raises ConfigurationError without the key that closed it."""
        if not sealed.startswith(_SEALED):
            return _read(sealed)
        if self._fernet is None:
            raise ConfigurationError("The rejected rows are encrypted.", "Set the key of then: CDP_REJECTS_KEY.")
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 -- as below

        try:
            return _read(self._fernet.decrypt(sealed))
        except InvalidToken:
            problem = "CDP_REJECTS_KEY does not open a rejected row."
            raise ConfigurationError(problem, "Add the key of then behind the new one, with a comma.") from None

    def fingerprint(self, parts: Sequence[Any]) -> str:
        """A short name of values; without the key nobody can try values until one fits."""
        return blake2b(
            _written(parts, orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS),
            digest_size=_FINGERPRINT_BYTES,
            key=self._secret,
        ).hexdigest()


def _written(value: Any, options: int) -> bytes:  # noqa: ANN401
    try:
        return orjson.dumps(value, default=str, option=options)
    except TypeError:
        # Whole numbers of more than 64 bits and halves of surrogate pairs; 20 times slower.
        return json.dumps(value, default=str).encode()


def _read(text: bytes) -> Any:  # noqa: ANN401
    return json.loads(text, parse_int=whole_number)


def _fernet(keys: Sequence[str]) -> MultiFernet:
    # Imported here: most projects have no key, and it takes 50 ms of every command.
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415

    try:
        return MultiFernet([Fernet(key.replace("+", "-").replace("/", "_")) for key in keys])
    except ValueError:
        problem = "CDP_REJECTS_KEY holds something that is no key."
        raise ConfigurationError(problem, "Make one with: openssl rand -base64 32.") from None
