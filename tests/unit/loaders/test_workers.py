# Work that is shared with another process gives what it gives in one, in order, whatever ends in between.
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import CdpError, ConfigurationError, MappingError, SuspiciousSnapshotError
from loaders.workers import shared
from loaders.workers.shared import SharedWork
from loaders.workers.worker import Worker, pickled

PATIENCE_S = 20


def square(number: int) -> int:
    if number < 0:
        raise MappingError("crm.yaml", 3, "id", f"there is no {number}", "Give another one.")
    return number * number


def slow_pid(number: int) -> tuple[int, int]:
    time.sleep(0.02)
    return number, os.getpid()


def ended_elsewhere(here: int, number: int) -> int:
    if os.getpid() != here:
        os._exit(1)
    time.sleep(0.02)
    return number


@pytest.fixture(scope="module", autouse=True)
def two_cores() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared, "_PIECES_AT_WORKER", 2)
        yield


def test_two_processes_do_the_pieces_and_the_results_are_in_order() -> None:
    with SharedWork("wait") as work:
        found = list(work.map(slow_pid, range(300)))
    assert [number for number, _ in found] == list(range(300))
    assert len({pid for _, pid in found}) == 2


def test_few_pieces_are_done_here_alone() -> None:
    with SharedWork("wait") as work:
        assert {pid for _, pid in work.map(slow_pid, range(4))} == {os.getpid()}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.lists(st.integers(-2, 99), max_size=30), st.integers(0, 30)), max_size=4))
def test_whoever_did_them_an_error_comes_after_the_results_before_it(rounds: list[tuple[list[int], int]]) -> None:
    with SharedWork("wait") as work:
        list(work.map(square, range(5)))  # the worker is there from now on
        for numbers, taken in rounds:
            with closing(work.map(square, numbers)) as results:
                assert outcomes(results, taken) == outcomes(map(square, numbers), taken)


def outcomes(results: Iterator[int], most: int) -> list[int | str]:
    """The first results, up to an error."""
    found: list[int | str] = []
    try:
        while len(found) < most:
            found.append(next(results))
    except StopIteration:
        pass
    except MappingError as error:
        found.append(str(error))
    return found


def test_where_the_pieces_end_with_an_error_what_was_before_it_is_given() -> None:
    with SharedWork("wait") as work:
        results = work.map(square, map(square, [*range(20), -1]))
        assert outcomes(results, 100) == [*(number**4 for number in range(20)), str(error_of(-1))]


def error_of(number: int) -> MappingError:
    with pytest.raises(MappingError) as found:
        square(number)
    return found.value


def test_a_worker_that_is_ended_is_a_clear_error() -> None:
    with SharedWork("take less") as work, pytest.raises(ConfigurationError, match=r"ended from outside.*take less"):
        list(work.map(partial(ended_elsewhere, os.getpid()), range(300)))


def test_leaving_does_not_wait_for_the_worker() -> None:
    started = time.monotonic()
    with Worker[None]("wait") as worker:
        worker.send(pickled(partial(time.sleep, 600)))
    assert time.monotonic() - started < PATIENCE_S


@pytest.mark.parametrize(
    "error",
    [
        ConfigurationError("Wrong.", "Mend it."),
        MappingError("crm.yaml", 3, "id", "is missing", "Name it."),
        SuspiciousSnapshotError("crm", 5, 6, 0.5),
    ],
)
def test_our_errors_arrive_whole(error: CdpError) -> None:
    with Worker[None]("wait") as worker:
        worker.send(pickled(partial(fail, error)))
        with pytest.raises(type(error)) as found:
            worker.answer()
    assert (str(found.value), vars(found.value)) == (str(error), vars(error))


def fail(error: CdpError) -> None:
    raise error


def test_a_worker_ends_with_the_process_that_started_it() -> None:
    program = (
        "import functools, time; from loaders.workers.worker import *; worker = Worker('wait');"
        "worker.send(pickled(functools.partial(time.sleep, 600))); print(worker._process.pid, flush=True);"
        "time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
    worker.wait(PATIENCE_S)
