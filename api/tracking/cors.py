"""CORS: pages anywhere may send tracking calls, with credentials, so the answer names their exact origin."""

from starlette.datastructures import Headers

_ALLOWED = "authorization, content-type, content-encoding, anonymousid, sentat, x-write-key, x-retry-count"
_A_DAY = "86400"


def cors_headers(request: Headers) -> dict[str, str]:
    """Headers of an answer to a page; none to who is no page."""
    origin = request.get("origin")
    if origin is None:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }


def preflight_headers(request: Headers) -> dict[str, str]:
    """Headers of the answer to OPTIONS, with which a browser asks whether it may send the call.

    Headers that it names are allowed too: clients of the family add some of their own from release to release.
    """
    asked = request.get("access-control-request-headers", "")
    more = [name for part in asked.split(",") if (name := part.strip().lower()) and name not in _ALLOWED.split(", ")]
    return {
        **cors_headers(request),
        "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
        "Access-Control-Allow-Headers": ", ".join([_ALLOWED, *more]),
        "Access-Control-Max-Age": _A_DAY,
    }
