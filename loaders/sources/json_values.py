"""JSON with all digits of its whole numbers.

``orjson`` makes what has more than 64 bits a number with a fraction, which keeps 16 digits: different ids became one.
"""

import json
from typing import Any

import orjson

_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
# Of the smallest and the largest, the sign being one.
_MOST_DIGITS = 20
_TO_ZEROS = bytes.maketrans(b"-123456789", b"0" * 10)
_LONG = b"0" * _MOST_DIGITS


def json_value(text: bytes | str) -> Any:  # noqa: ANN401 -- whatever JSON holds
    """What a JSON text holds, whole numbers of more than 64 bits as texts. Raises orjson.JSONDecodeError."""
    value = orjson.loads(text)
    # Looked for in this way because a regular expression takes three times as long as reading the text.
    written = text.encode() if isinstance(text, str) else text
    return _with_all_digits(written) if _LONG in written.translate(_TO_ZEROS) else value


def whole_number(digits: str) -> int | str:
    """A whole number from its digits, as ``fitting`` makes it; what ``json.loads`` takes as ``parse_int``."""
    return digits if len(digits) > _MOST_DIGITS else fitting(int(digits))


def fitting(number: int) -> int | str:
    """A whole number, as a text where it has more than 64 bits: no JSON could be written with it again."""
    return number if _SMALLEST <= number <= _LARGEST else str(number)


def _with_all_digits(text: bytes) -> Any:  # noqa: ANN401
    try:
        return json.loads(text.decode(), parse_int=whole_number)
    except RecursionError:
        raise orjson.JSONDecodeError("nested too deeply", "", 0) from None
