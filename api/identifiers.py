"""Identifiers as a caller writes them, brought to the keys under which the graph knows them."""

import phonenumbers


def identifier_key(kind: str, value: str) -> str | None:
    """``kind:match_key`` of a value; none where it cannot be one of that kind."""
    match_key = _match_key(kind, value)
    return f"{kind}:{match_key}" if match_key else None


def _match_key(kind: str, value: str) -> str | None:
    text = value.strip()
    if kind == "email":
        return text.lower() if text.count("@") == 1 else None
    if kind == "phone":
        try:
            number = phonenumbers.parse(text, "DE")
        except phonenumbers.NumberParseException:
            return None
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return text
