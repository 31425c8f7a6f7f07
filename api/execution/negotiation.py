"""Negotiation: which of GraphQL's two media types an answer has."""

GRAPHQL_JSON = "application/graphql-response+json"
JSON = "application/json"

_TYPES = {GRAPHQL_JSON: GRAPHQL_JSON, JSON: JSON, "application/*": GRAPHQL_JSON, "*/*": JSON}


def negotiate(accept: str) -> str | None:
    """The acceptable media type with the highest quality; none where neither can be accepted.

    Source: GraphQL over HTTP, "Accept". A request that accepts nothing in particular gets the older type.
    """
    if not accept.strip():
        return JSON
    usable = [(quality, _TYPES[named]) for named, quality in _offers(accept) if named in _TYPES and quality > 0]
    return max(usable, key=lambda offer: offer[0])[1] if usable else None


def names(accept: str, media_type: str) -> bool:
    """Whether this media type is named as one that can be accepted; ``*/*`` names none, and a quality of 0 refuses."""
    return any(named == media_type and quality > 0 for named, quality in _offers(accept))


def is_json(content_type: str) -> bool:
    """True for a JSON body: what a form of another site cannot send without asking first."""
    media_type, _, parameters = content_type.lower().partition(";")
    charset = parameters.strip().removeprefix("charset=").strip('"')
    return media_type.strip() == JSON and charset in {"", "utf-8", "utf8"}


def _offers(accept: str) -> list[tuple[str, float]]:
    return [_offer(part) for part in accept.split(",")]


def _offer(part: str) -> tuple[str, float]:
    media_type, *parameters = [piece.strip().lower() for piece in part.split(";")]
    quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    return media_type, _number(quality)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
