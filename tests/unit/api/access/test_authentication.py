import pytest
from pydantic import SecretStr

from api.access.authentication import is_authenticated
from api.operation.edge import request_id_from

KEY = SecretStr("correct horse")


@pytest.mark.parametrize(
    ("authorization", "answered"),
    [
        ("Bearer correct horse", True),
        ("bearer correct horse", True),
        ("Bearer wrong", False),
        ("Bearer ", False),
        ("Bearer \udcff", False),
        ("Basic correct horse", False),
        ("correct horse", False),
        ("", False),
    ],
)
def test_only_the_right_key_is_answered(authorization: str, answered: bool) -> None:  # noqa: FBT001
    assert is_authenticated(authorization, KEY) is answered


def test_without_a_key_everybody_on_this_machine_is_answered() -> None:
    assert is_authenticated("", None)


def test_a_request_id_of_the_caller_is_kept() -> None:
    assert request_id_from(b"trace-01.a_B") == "trace-01.a_B"


@pytest.mark.parametrize("given", [b"", b"two\nlines", b"a b", b"x" * 65, "\u00e4".encode()])
def test_a_request_id_that_could_harm_a_log_is_replaced(given: bytes) -> None:
    assert len(request_id_from(given)) == 32
