"""Identifiers as a caller writes them, brought to the keys under which the graph knows them."""

from loaders.standardise.identifiers import standardise_identifier
from loaders.standardise.unusable import Unusable

_EMPTY = Unusable("missing", "it is empty")


def identifier_key(kind: str, text: str, country: str | None) -> str | Unusable:
    """``kind:match_key`` of a text, standardised as at load time; or why it cannot be one of that kind.

    ``country`` (ISO 3166-1 alpha-2): where national telephone numbers are read.
    """
    value = standardise_identifier(kind, text, country) or _EMPTY
    return value if isinstance(value, Unusable) else value.key
