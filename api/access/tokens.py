"""Tokens (JWT): which person asks.

A token counts when a key of the identity provider signed it with one of the algorithms of the settings, it is for us
(issuer and audience), and it says who and until when. What a token's own header says is never believed: not its
algorithm, not a key in it, not an address of one.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import jwt

from api.access.kept_copy import KeptCopy
from api.access.provider import Provider, SigningKeys
from api.access.roles import known_scopes
from api.access.viewer import Viewer, ViewerKind
from graph.errors import UnauthenticatedError, UncheckedError
from graph.sources import hash_of

# Keys of a provider are read again after ten minutes; for one that is not known, ten seconds after the last time.
KEYS_KEPT_S = 600.0
KEYS_ASKED_AGAIN_S = 10.0
# Clocks differ.
LEEWAY_S = 30
MAX_TOKEN = 8_192
# A verification takes 60 to 180 us; tokens that were verified are remembered.
_REMEMBERED = 10_000

_HARMLESS = re.compile(r"[A-Za-z0-9._:|-]{1,128}")
_INVALID = (
    "The token does not count here.",
    "Sign in again; .env.example says what is asked of tokens.",
)


@dataclass(frozen=True, slots=True)
class _Verified:
    viewer: Viewer
    until: float


class Tokens:
    """The people behind tokens of one provider."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._keys = KeptCopy(provider.read_keys)
        self._verified: OrderedDict[str, _Verified] = OrderedDict()
        self._verified_with: SigningKeys | None = None

    async def viewer_of(self, token: str) -> Viewer:
        """Whose token this is. Raises UnauthenticatedError, UncheckedError where the provider never gave keys."""
        if len(token) > MAX_TOKEN:
            raise UnauthenticatedError(*_INVALID)
        keys = await self._signing_keys(KEYS_KEPT_S)
        hashed = hash_of(token)
        known = self._known(hashed, keys)
        if known is not None:
            return known
        claims = self._claims(token, await self._key_of(token, keys))
        viewer = self._viewer(claims)
        self._verified[hashed] = _Verified(viewer, int(claims["exp"]) + LEEWAY_S)
        if len(self._verified) > _REMEMBERED:
            self._verified.popitem(last=False)
        return viewer

    def _known(self, hashed: str, keys: SigningKeys) -> Viewer | None:
        if self._verified_with is not keys:
            # A key may have been withdrawn.
            self._verified.clear()
            self._verified_with = keys
        known = self._verified.get(hashed)
        return known.viewer if known is not None and datetime.now(UTC).timestamp() < known.until else None

    async def _signing_keys(self, oldest_s: float) -> SigningKeys:
        keys = await self._keys.get(oldest_s)
        if keys is None:
            raise UncheckedError("Tokens cannot be checked: the identity provider gives no keys.", "Try again.")
        return keys

    async def _key_of(self, token: str, keys: SigningKeys) -> jwt.PyJWK:
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except jwt.PyJWTError:
            raise UnauthenticatedError(*_INVALID) from None
        if key_id not in keys:
            keys = await self._signing_keys(KEYS_ASKED_AGAIN_S)
        if key_id is None and len(keys) == 1:
            return next(iter(keys.values()))
        if key_id not in keys:
            raise UnauthenticatedError(*_INVALID)
        return keys[key_id]

    def _claims(self, token: str, key: jwt.PyJWK) -> Mapping[str, Any]:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=self._provider.algorithms,
                audience=self._provider.audience,
                issuer=self._provider.issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise UnauthenticatedError("The token has expired.", "Sign in again.") from None
        except jwt.PyJWTError:
            raise UnauthenticatedError(*_INVALID) from None

    def _viewer(self, claims: Mapping[str, Any]) -> Viewer:
        try:
            expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
        except (OverflowError, ValueError):
            raise UnauthenticatedError(*_INVALID) from None
        names = _words(claims.get(self._provider.scope_claim))
        return Viewer(_subject(claims["sub"]), ViewerKind.PERSON, known_scopes(names), expires_at=expires_at)


def _words(claim: object) -> list[str]:
    """Scopes as providers write them: words in one text, or a list."""
    if isinstance(claim, str):
        return claim.split()
    return [word for word in claim if isinstance(word, str)] if isinstance(claim, list) else []


def _subject(sub: str) -> str:
    """What may stand in logs: the provider's id of a person as it is, unless it looks like an address or worse."""
    return sub if _HARMLESS.fullmatch(sub) else sha256(sub.encode()).hexdigest()[:32]
