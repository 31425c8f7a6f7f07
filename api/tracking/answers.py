"""Answers: exactly 200 for what was taken, and JSON with a code for what was not.

``rudder-sdk-python`` takes 202 for a failure, and every client repeats 429 and 5xx.
"""

from collections.abc import Iterable, Mapping

import orjson
from starlette.responses import Response

from api.tracking.messages import Refusal
from api.tracking.problems import Problem

_JSON = "application/json"
_TAKEN = b'{"success":true}'
_NOT_STORED = {"Cache-Control": "no-store"}
# The smallest picture: one transparent point.
_POINT = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


def taken(refusals: Iterable[Refusal]) -> Response:
    """The messages are in the graph; those that are not are listed, and were set aside."""
    rejected = [{"index": refusal.index, "code": refusal.code, "message": refusal.reason} for refusal in refusals]
    body = orjson.dumps({"success": True, "rejected": rejected}) if rejected else _TAKEN
    return Response(body, 200, _NOT_STORED, _JSON)


def refused(refusal: Refusal) -> Response:
    """The only message of a call cannot be used; it was set aside."""
    body = {"success": False, "code": refusal.code, "message": f"Not taken: {refusal.reason}."}
    return Response(orjson.dumps(body), 400, _NOT_STORED, _JSON)


def point() -> Response:
    """What a picture in a page or a mail gets."""
    return Response(_POINT, 200, _NOT_STORED, "image/gif")


def problem(found: Problem, headers: Mapping[str, str]) -> Response:
    """A call that was not taken."""
    body = orjson.dumps({"code": found.code, "message": found.message})
    return Response(body, found.status, {**_NOT_STORED, **headers, **found.headers}, _JSON)
