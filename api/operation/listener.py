"""Listener: the socket of the API, which several processes may share."""

import ctypes
import errno
import socket
import struct
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress

from graph.errors import ConfigurationError, PortInUseError

# From <asm/socket.h>, which Python's module leaves out; and a socket filter that drops the first step of a connection
# (SYN without ACK). One that drops everything loses those whose last step is on its way.
_SO_ATTACH_FILTER = 26
# Elsewhere the option exists, but does not spread connections.
CAN_LISTEN_BESIDE = sys.platform.startswith("linux")
_STEPS = (0x30, 0, 0, 13), (0x54, 0, 0, 0x12), (0x15, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF)
_DROP_BEGINNINGS = b"".join(struct.pack("HBBI", *step) for step in _STEPS)


def open_listener(host: str, port: int) -> socket.socket:
    """A listening socket; port 0: a free one. Raises PortInUseError, ConfigurationError for a host that is not ours."""
    listener = _socket(host)
    with _taking(listener, host, port):
        listener.bind((host, port))
        listener.listen()
    return listener


def reserve_port(host: str, port: int) -> socket.socket:
    """A socket that holds a port on which ``listen_beside`` listens, and does not listen itself. Raises as above."""
    if not CAN_LISTEN_BESIDE:
        return open_listener(host, port)
    # Bound without the option first: with it, two programs would share a port without noticing.
    with _socket(host) as probe, _taking(probe, host, port):
        probe.bind((host, port))
        free: int = probe.getsockname()[1]
    reserved = _socket(host)
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    with _taking(reserved, host, free):
        reserved.bind((host, free))
    return reserved


def listen_beside(reserved: socket.socket) -> socket.socket:
    """A listener of one of several processes; the kernel spreads connections evenly over them.

    On one listener that all of them share, whoever wakes first takes whatever waits: two processes answered 309
    requests a second over sixteen connections, and over the next sixteen 174, as one does.
    """
    if not CAN_LISTEN_BESIDE:
        return reserved
    address: tuple[str, int] = reserved.getsockname()[:2]
    listener = _socket(address[0])
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    with _taking(listener, *address):
        listener.bind(address)
        listener.listen()
    return listener


def _socket(host: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only where the protocol is named. Without it an answer of two packets waits 40 ms for the
    # client to acknowledge the first.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made


@contextmanager
def _taking(made: socket.socket, host: str, port: int) -> Generator[None]:
    """Errors of a socket that takes a port, as ours; then it is closed."""
    try:
        yield
    except socket.gaierror:
        made.close()
        raise ConfigurationError(f"{host} is no address of this machine.", "Set CDP_API_HOST to one.") from None
    except PermissionError:
        made.close()
        raise ConfigurationError(f"Port {port} may not be used by ordinary users.", "Choose one above 1023.") from None
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise ConfigurationError(f"{host} is no address of this machine.", "Set CDP_API_HOST to one.") from None
        raise PortInUseError(
            f"Port {port} of {host} is taken by another program.", "Choose another with --port, or stop that program."
        ) from None


def url_of(listener: socket.socket) -> str:
    """Where a listener is reached from this machine, such as ``http://127.0.0.1:8000``."""
    host: str = listener.getsockname()[0]
    port: int = listener.getsockname()[1]
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- compared, not bound
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


def take_no_more(listener: socket.socket) -> None:
    """Let nobody connect any more, while those that wait in the socket's queue can still be accepted.

    A listener that is closed resets whoever waits in its queue: their requests would be lost. A filter on it drops who
    begins, so that they try again and find the door closed. Linux only; elsewhere nothing is done.
    """
    if not sys.platform.startswith("linux"):
        return
    program = ctypes.create_string_buffer(_DROP_BEGINNINGS)
    attached = struct.pack("HP", len(_STEPS), ctypes.addressof(program))
    with suppress(OSError):  # a kernel that forbids it: then the queue is short, as it is elsewhere
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, attached)
