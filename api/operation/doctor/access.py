"""Access: who can ask, for how long, and what stands open."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from api.operation.doctor.finding import Finding, fail, ok, warn
from api.settings import ApiSettings
from graph.api_keys import ApiKey

_TOO_SHORT, _SHORT = 16, 32
_SOON = timedelta(days=14)


def look_at_keys(settings: ApiSettings, keys: Sequence[ApiKey]) -> Iterator[Finding]:
    """Keys that expire, and whether anybody can ask at all."""
    now = datetime.now(UTC)
    valid = [key for key in keys if key.revoked_at is None]
    expired = [key.name for key in valid if key.expires_at is not None and key.expires_at <= now]
    soon = [key.name for key in valid if key.expires_at is not None and now < key.expires_at <= now + _SOON]
    if len(valid) == len(expired) and settings.api_key is None and settings.oidc_issuer is None:
        yield fail("keys", "nobody can ask: there is no valid key", "Make one: cdp key add NAME.")
    else:
        ways = [f"{len(valid) - len(expired)} keys", *(["CDP_API_KEY"] if settings.api_key else [])]
        yield ok("keys", ", ".join([*ways, *(["tokens"] if settings.oidc_issuer else [])]))
    if expired:
        yield warn("keys", f"expired: {', '.join(expired)}", "Rotate or revoke: cdp key rotate, cdp key revoke.")
    if soon:
        yield warn("keys", f"within two weeks expire: {', '.join(soon)}", "Rotate in time: cdp key rotate.")


def _key_of_settings(settings: ApiSettings) -> Iterator[Finding]:
    length = len(settings.api_key.get_secret_value()) if settings.api_key else _SHORT
    advice = "Make one with: openssl rand -base64 32. Better, keys with scopes: cdp key add."
    if length < _TOO_SHORT:
        yield fail("CDP_API_KEY", f"{length} characters can be guessed", advice)
    elif length < _SHORT:
        yield warn("CDP_API_KEY", f"{length} characters are few", advice)


def look_at_doors(settings: ApiSettings) -> Iterator[Finding]:
    """A key that can be guessed, and what is fine on one's own machine and not beyond it."""
    yield from _key_of_settings(settings)
    if _is_near(settings.api_host):
        return
    if settings.development:
        yield warn("development", f"on, and the API listens on {settings.api_host}", "Set CDP_DEVELOPMENT=false.")
    if "*" in settings.allowed_hosts:
        yield warn("hosts", "any name in the Host header is answered", "Name yours in CDP_ALLOWED_HOSTS.")
    elif set(settings.allowed_hosts) <= {"127.0.0.1", "localhost", "[::1]"}:
        found = f"the API listens on {settings.api_host} and answers only to names of this machine"
        yield warn("hosts", found, "Name its hosts in CDP_ALLOWED_HOSTS.")


def _is_near(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
