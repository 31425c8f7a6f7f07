"""base64 as clients write it."""

import base64


def decoded(text: str) -> bytes:
    """base64 of either alphabet, in whose place a query may have put spaces, with or without its end.

    Raises ValueError.
    """
    usual = text.replace(" ", "+").replace("-", "+").replace("_", "/").rstrip("=")
    return base64.b64decode(usual + "=" * (-len(usual) % 4), validate=True)
