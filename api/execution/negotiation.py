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
    offers = [_offer(part) for part in accept.split(",")]
    usable = [(quality, media_type) for quality, media_type in offers if media_type is not None and quality > 0]
    return max(usable, key=lambda offer: offer[0])[1] if usable else None


def is_json(content_type: str) -> bool:
    """True for a JSON body: what a form of another site cannot send without asking first."""
    media_type, _, parameters = content_type.lower().partition(";")
    charset = parameters.strip().removeprefix("charset=").strip('"')
    return media_type.strip() == JSON and charset in {"", "utf-8", "utf8"}


def _offer(part: str) -> tuple[float, str | None]:
    media_type, *parameters = [piece.strip().lower() for piece in part.split(";")]
    quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    return _number(quality), _TYPES.get(media_type)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
