"""Requests: what the HTTP request itself tells about its messages."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from starlette.requests import Request

from api.tracking.messages import Consent, ConsentState

SALE = "sale"
"""What Global Privacy Control opts out of: selling and sharing."""

_BROWSER = "Mozilla/"
_IPV4_BITS, _IPV6_BITS = 24, 48


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """``ip`` and ``user_agent`` are of the visitor where a browser sends, and of nobody where a server does.

    ``opted_out``: the browser sends Global Privacy Control (the header Sec-GPC: 1).
    """

    received_at: datetime
    sent_at: str | None = None
    ip: str | None = None
    user_agent: str | None = None
    opted_out: bool = False

    @property
    def consents(self) -> tuple[Consent, ...]:
        """What the browser says about consent, whatever the message says."""
        return (Consent(SALE, ConsentState.DENIED, "Sec-GPC: 1"),) if self.opted_out else ()


def facts_of(request: Request) -> RequestFacts:
    """The facts of a request that has just arrived."""
    headers = request.headers
    agent = headers.get("user-agent", "")
    is_browser = agent.startswith(_BROWSER)
    return RequestFacts(
        received_at=datetime.now(UTC),
        sent_at=headers.get("sentat"),
        ip=request.client.host if is_browser and request.client else None,
        user_agent=agent if is_browser else None,
        opted_out=headers.get("sec-gpc") == "1",
    )


def facts_to_keep(facts: RequestFacts, *, whole_ip: bool) -> dict[str, Any]:
    """What of a request takes part in its messages, as JSON; its time is kept elsewhere."""
    ip = facts.ip if whole_ip or facts.ip is None else shortened_ip(facts.ip)
    found = {"sentAt": facts.sent_at, "ip": ip, "userAgent": facts.user_agent, "optedOut": facts.opted_out or None}
    return {name: value for name, value in found.items() if value is not None}


def kept_facts(kept: Mapping[str, Any], received_at: datetime) -> RequestFacts:
    """The facts of the request of then. What somebody has spoilt in them is left out."""
    texts = {name: value for name, value in kept.items() if isinstance(value, str)}
    return RequestFacts(
        received_at, texts.get("sentAt"), texts.get("ip"), texts.get("userAgent"), kept.get("optedOut") is True
    )


@lru_cache(10_000)
def shortened_ip(text: str) -> str | None:
    """An address without the part that tells one household from another (IPv4 /24, IPv6 /48), none where it is none."""
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    bits = _IPV4_BITS if address.version == 4 else _IPV6_BITS  # noqa: PLR2004
    return str(ipaddress.ip_network((address, bits), strict=False).network_address)
