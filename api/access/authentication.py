"""Authentication: one key for everybody, or none on this machine.

Without ``CDP_API_KEY`` whoever reaches 127.0.0.1 is answered, which is meant for development. With it, every GraphQL
request needs ``Authorization: Bearer <key>``. There are no scopes, no users and no masking.
"""

from hashlib import sha256
from hmac import compare_digest

from pydantic import SecretStr

from api.access.viewer import EVERY_SCOPE, Viewer

# With one key for everybody, whoever is answered may do everything.
ANYBODY = Viewer("anybody", "key", EVERY_SCOPE)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="cdp"'}


def is_authenticated(authorization: str, key: SecretStr | None) -> bool:
    """True where no key is asked for, or the right one is given. Takes the same time for every wrong key."""
    if key is None:
        return True
    scheme, _, given = authorization.partition(" ")
    return scheme.lower() == "bearer" and compare_digest(_digest(given.strip()), _digest(key.get_secret_value()))


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogateescape")).digest()
