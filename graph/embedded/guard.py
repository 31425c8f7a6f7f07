"""Ends a throw-away server and deletes its home when the process that wanted them ends, however that happens.

A small program of its own, run by its path. It reads a pipe whose other end only the wanting process holds, and goes on
when that end closes: even ``kill -9`` closes it. Argument: the home folder.
"""

import contextlib
import shutil
import sys

import psutil

_PATIENCE_S = 10


def main(home: str) -> None:
    """Wait for the end of the pipe, then clean up what is left."""
    sys.stdin.read()
    # By its home and not by its id: who is killed right after the start had no time to tell the id.
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            _end(process, home)
    shutil.rmtree(home, ignore_errors=True)


def _end(process: psutil.Process, home: str) -> None:
    """Kill a process that is the server of this home."""
    if f"--home-dir={home}" in process.cmdline():
        process.kill()
        process.wait(_PATIENCE_S)


if __name__ == "__main__":
    main(sys.argv[1])
