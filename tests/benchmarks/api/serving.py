"""Serving: the API as a process of its own, as it is in production."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

from graph.address import Address

KEY = "benchmark"
PROCESSES = os.cpu_count() or 1
HEADERS = {"Authorization": f"Bearer {KEY}"}


@contextmanager
def served(address: Address, processes: int = 1) -> Generator[str]:
    """Address of the endpoint while the block runs."""
    known = {"NEO4J_USER": address.user, "NEO4J_PASSWORD": address.password}
    credentials = {name: value for name, value in known.items() if value is not None}
    environment = {
        **os.environ,
        "NEO4J_URI": address.uri,
        "CDP_API_PORT": "0",
        "CDP_API_WORKERS": str(processes),
        "CDP_API_KEY": KEY,
        "CDP_DEADLINE_S": "60",
    }
    command = [sys.executable, "-m", "api.commands", "serve", "--json"]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    environment |= credentials
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=nowhere, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())["graphql"]
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)
