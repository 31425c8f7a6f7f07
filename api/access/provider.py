"""The identity provider: where the keys are that its tokens are signed with."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests

from api.settings import Algorithm, ApiSettings
from graph.errors import ConfigurationError, UncheckedError

_TIMEOUT_S = 3.0
_LARGEST_BYTES = 1_000_000
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# Kinds of public keys. A shared secret ("oct") among the keys would let anybody who reads them sign.
_PUBLIC = frozenset({"RSA", "EC", "OKP"})

SigningKeys = dict[str | None, jwt.PyJWK]
"""Keys by their id (``kid``)."""


@dataclass(frozen=True, slots=True)
class Provider:
    """An identity provider, and what its tokens must say to be taken."""

    issuer: str
    audience: str
    jwks_url: str | None
    algorithms: tuple[Algorithm, ...]
    scope_claim: str

    async def read_keys(self) -> SigningKeys:
        """The keys as they are now. Raises UncheckedError where the provider gives none."""
        try:
            return await asyncio.to_thread(self._read_keys)
        except (requests.RequestException, jwt.PyJWTError, ValueError, KeyError, TypeError, ConfigurationError):
            raise UncheckedError("The identity provider gives no keys now.", "Try again.") from None

    def _read_keys(self) -> SigningKeys:
        found = _document(self.jwks_url or self._discovered())["keys"]
        keys = [jwt.PyJWK(key) for key in found if key.get("kty") in _PUBLIC and key.get("use", "sig") == "sig"]
        return {key.key_id: key for key in keys}

    def _discovered(self) -> str:
        """Source: OpenID Connect Discovery 1.0, section 4."""
        document = _document(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if document["issuer"] != self.issuer:
            raise ValueError
        return document["jwks_uri"]


def provider_of(settings: ApiSettings) -> Provider | None:
    """The provider of the settings; none where tokens are not taken. Raises ConfigurationError."""
    if settings.oidc_issuer is None:
        return None
    if not settings.oidc_audience:
        raise ConfigurationError(
            "CDP_OIDC_ISSUER is set, and CDP_OIDC_AUDIENCE is not.",
            "Say what tokens must be meant for, or tokens for other services would count here.",
        )
    _check(settings.oidc_issuer)
    return Provider(
        settings.oidc_issuer,
        settings.oidc_audience,
        settings.oidc_jwks_url,
        settings.oidc_algorithms,
        settings.oidc_scope_claim,
    )


def _document(url: str) -> dict[str, Any]:
    _check(url)
    response = requests.get(url, timeout=_TIMEOUT_S, allow_redirects=False)
    response.raise_for_status()
    if response.status_code != requests.codes.ok or len(response.content) > _LARGEST_BYTES:
        raise ValueError
    return response.json()


def _check(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ConfigurationError(
            "The identity provider has no https address.", "Set CDP_OIDC_ISSUER and CDP_OIDC_JWKS_URL to one."
        )
