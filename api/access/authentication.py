"""Authentication: from what a request carries to who asks.

``Authorization: Bearer ...`` holds one of three things: a key (``cdp key add``), the one key of the settings
(``CDP_API_KEY``, every scope), or a token of the identity provider (``CDP_OIDC_ISSUER``). Nobody is answered without.

People who may read personal data say what for, in the header ``X-Purpose``; without it they see it masked. Keys may
say so. What stays open longer than a request asks ``viewer_of`` again now and then: it costs microseconds, and a key
that was revoked or a token that has expired raises.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from api.access.keys import ApiKeys
from api.access.provider import provider_of
from api.access.tokens import Tokens
from api.access.viewer import EVERY_SCOPE, PERSONAL_SCOPES, Viewer, ViewerKind
from api.settings import ApiSettings
from graph.errors import InputError, UnauthenticatedError

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="cdp"'}
MAX_PURPOSE = 80

_ONE_KEY = Viewer("settings", ViewerKind.KEY, EVERY_SCOPE)


class Authentication:
    """Who asks, by key or token."""

    def __init__(self, settings: ApiSettings, keys: ApiKeys) -> None:
        provider = provider_of(settings)
        self._one_key = settings.api_key.get_secret_value() if settings.api_key else ""
        self._purposes = settings.purposes
        self._keys, self._tokens = keys, Tokens(provider) if provider else None

    async def viewer_of(self, authorization: str, purpose: str | None = None) -> Viewer:
        """Who asks with a header ``Authorization``; ``purpose``: why, in the words of ``X-Purpose``.

        Raises UnauthenticatedError, UncheckedError (keys cannot be checked now), InputError (no such purpose).
        """
        scheme, _, credential = authorization.partition(" ")
        credential = credential.strip()
        if scheme.lower() != "bearer" or not credential:
            raise UnauthenticatedError(
                "Send a key as `Authorization: Bearer KEY`.", "`cdp key add NAME --role agent` makes one."
            )
        said = self._purpose(purpose)
        viewer = await self._known(credential)
        if viewer.kind is ViewerKind.PERSON and said is None:
            viewer = replace(viewer, scopes=viewer.scopes - PERSONAL_SCOPES)
        return replace(viewer, purpose=said) if said else viewer

    async def viewer_of_connection(self, payload: Mapping[str, Any] | None) -> Viewer:
        """Who asks over a WebSocket, by the payload of its ``connection_init``.

        ``{"authorization": "Bearer ...", "purpose": "..."}``. Raises as ``viewer_of``.
        """
        given = {name.lower(): value for name, value in (payload or {}).items() if isinstance(value, str)}
        return await self.viewer_of(given.get("authorization", ""), given.get("purpose", given.get("x-purpose")))

    async def close(self) -> None:
        """Finish what is being written."""
        await self._keys.close()

    async def _known(self, credential: str) -> Viewer:
        if self._one_key and compare_digest(_digest(credential), _digest(self._one_key)):
            return _ONE_KEY
        # A token has three parts; keys of ours have no point.
        if self._tokens is not None and credential.count(".") == 2:  # noqa: PLR2004
            return await self._tokens.viewer_of(credential)
        return await self._keys.viewer_of(credential)

    def _purpose(self, given: str | None) -> str | None:
        purpose = (given or "").strip()
        if not purpose:
            return None
        if self._purposes and purpose not in self._purposes:
            raise InputError("This is no purpose.", f"The purposes are: {', '.join(self._purposes)}.")
        if len(purpose) > MAX_PURPOSE or not purpose.isprintable():
            raise InputError("This cannot be a purpose.", f"Say it in at most {MAX_PURPOSE} printable characters.")
        return purpose


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogateescape")).digest()
