# Several listeners on one port: each gets its share, and nobody else gets the port.
import socket
from contextlib import ExitStack

import pytest

from api.operation.listener import CAN_LISTEN_BESIDE, listen_beside, open_listener, reserve_port
from graph.errors import ConfigurationError, PortInUseError

HOST, CALLERS = "127.0.0.1", 64


def accepted(listener: socket.socket, callers: ExitStack) -> int:
    """How many connections wait for a listener."""
    listener.setblocking(False)
    count = 0
    while True:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return count
        callers.enter_context(connection)
        count += 1


@pytest.mark.skipif(not CAN_LISTEN_BESIDE, reason="this system does not spread connections over listeners")
def test_callers_are_spread_over_all_who_listen() -> None:
    with ExitStack() as opened:
        reserved = opened.enter_context(reserve_port(HOST, 0))
        listeners = [opened.enter_context(listen_beside(reserved)) for _ in range(2)]
        for _ in range(CALLERS):
            opened.enter_context(socket.create_connection(reserved.getsockname()))

        counts = [accepted(listener, opened) for listener in listeners]

    assert sum(counts) == CALLERS
    # By chance one of both has fewer than an eighth once in ten thousand million times.
    assert min(counts) >= CALLERS / 8


def test_a_port_on_which_others_listen_is_refused() -> None:
    with reserve_port(HOST, 0) as reserved, listen_beside(reserved):
        port: int = reserved.getsockname()[1]
        for take in (reserve_port, open_listener):
            with pytest.raises(PortInUseError, match="taken by another program"):
                take(HOST, port)


def test_an_address_of_another_machine_is_said_so() -> None:
    with pytest.raises(ConfigurationError, match=r"192\.0\.2\.1 is no address of this machine"):
        open_listener("192.0.2.1", 0)
