import pytest

from api.operation.edge import request_id_from


def test_a_request_id_of_the_caller_is_kept() -> None:
    assert request_id_from(b"trace-01.a_B") == "trace-01.a_B"


@pytest.mark.parametrize("given", [b"", b"two\nlines", b"a b", b"x" * 65, "\u00e4".encode()])
def test_a_request_id_that_could_harm_a_log_is_replaced(given: bytes) -> None:
    assert len(request_id_from(given)) == 32
