import gzip
import zlib
from collections.abc import Sequence

import pytest
from starlette.types import Message

from api.tracking.bodies import InHand, parsed, read_body, unpacked
from api.tracking.problems import BUSY, NOT_GZIP, TOO_LARGE, UNKNOWN_ENCODING, Problem, ProblemError

BODY = b'{"type":"track"}'
LIMIT = 1_000


def unpack(body: bytes, encoding: str = "", limit: int = LIMIT) -> bytes:
    with InHand(10_000).share() as share:
        return unpacked(body, encoding, share, limit)


def bare_deflate(body: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-15)
    return stream.compress(body) + stream.flush()


@pytest.mark.parametrize(
    ("sent", "encoding"),
    [
        (BODY, ""),
        (BODY, "identity"),
        (gzip.compress(BODY), "gzip"),
        (gzip.compress(BODY), ""),
        (gzip.compress(BODY[:5]) + gzip.compress(BODY[5:]), "gzip"),
        (BODY, "gzip"),
        (zlib.compress(BODY), "deflate"),
        (bare_deflate(BODY), "deflate"),
    ],
    ids=["plain", "identity", "gzip", "no header", "two members", "unpacked by a proxy", "zlib", "bare deflate"],
)
def test_a_body_is_unpacked_however_it_was_packed(sent: bytes, encoding: str) -> None:
    assert unpack(sent, encoding) == BODY


@pytest.mark.parametrize(
    ("sent", "encoding", "problem"),
    [
        (gzip.compress(BODY)[:-9], "gzip", NOT_GZIP),
        (b"\x1f\x8bnonsense", "", NOT_GZIP),
        (b"nonsense", "gzip", NOT_GZIP),
        (b"nonsense", "deflate", NOT_GZIP),
        (BODY, "br", UNKNOWN_ENCODING),
        (gzip.compress(bytes(50_000_000)), "gzip", TOO_LARGE),
    ],
    ids=["cut off", "no gzip inside", "no gzip", "no deflate", "brotli", "bomb"],
)
def test_what_cannot_be_unpacked_is_said_so(sent: bytes, encoding: str, problem: Problem) -> None:
    with pytest.raises(ProblemError) as caught:
        unpack(sent, encoding)

    assert caught.value.problem is problem


async def received(parts: Sequence[bytes], in_hand: InHand) -> bytes:
    messages: list[Message] = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        return messages.pop(0)

    with in_hand.share() as share:
        return await read_body(receive, share, LIMIT)


def test_long_numbers_keep_their_digits() -> None:
    assert parsed(b'{"userId":100000000000000000001}') == {"userId": "100000000000000000001"}


async def test_a_body_without_a_length_is_read_up_to_the_limit() -> None:
    with pytest.raises(ProblemError) as caught:
        await received([bytes(600)] * 2, InHand(10_000))

    assert caught.value.problem is TOO_LARGE


async def test_all_requests_together_are_bounded_and_give_back_what_they_held() -> None:
    in_hand = InHand(1_500)
    with in_hand.share() as other:
        other.take(1_000)
        with pytest.raises(ProblemError) as caught:
            await received([bytes(600)], in_hand)

    assert caught.value.problem is BUSY
    assert len(await received([bytes(600)], in_hand)) == 600
