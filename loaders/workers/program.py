"""A worker as a program: it does what comes on the pipe of the given number."""

import os
import sys
from multiprocessing.connection import Connection
from threading import Thread

from graph.collecting import collect_rarely


def _work(line: "Connection[object, object]") -> None:
    """Do one work after the other, and answer with its result or its error."""
    while True:
        try:
            work = line.recv()
        except EOFError:
            return
        line.send(_result(work))


def _result(work: object) -> object:
    assert callable(work)
    try:
        return work()
    except Exception as error:  # noqa: BLE001 -- whatever it is, who sent the work raises it
        return error


def _end_with_sender() -> None:
    """Only who started this process has the other end of stdin: when it is gone, nobody wants our work."""
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    collect_rarely()
    Thread(target=_end_with_sender, name="sender", daemon=True).start()
    _work(Connection(int(sys.argv[1])))
